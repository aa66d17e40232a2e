"""Who a family's page is open to: its token, its limits, and the headers of every answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.throttling import SimpleRateThrottle

from scheduling.models import CalendarFeed, Guardian, Student
from scheduling.models.audit import acting, acting_family
from scheduling.selectors.feeds.tokens import page_of, students_of
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.calendar_feeds import note_use
from scheduling.services.refused_credentials import count_refusal

# Of one family, counted by each process: answers of any kind, and submitted forms.
PAGES_RATE = "120/min"
ACTS_RATE = "60/hour"
# The other directives are those of all pages.
restricted: Any = csp_replace(
    {
        "default-src": ["'none'"],
        "img-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
    }
)


@dataclass(frozen=True)
class Visit:
    """A request to an open page: the feed that is its address, and the time of the request.

    ``language`` is set if the reader has chosen another one than their own.
    """

    request: HttpRequest
    token: str
    feed: CalendarFeed
    now: datetime
    language: str = ""
    today: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", studio_day(self.now))

    @property
    def reader(self) -> Student | Guardian:
        """The guardian or student whose page it is."""
        reader = self.feed.guardian or self.feed.student
        assert reader is not None  # page_of returns no other feeds
        return reader

    @cached_property
    def students(self) -> list[Student]:
        """The students whose lessons the page shows."""
        return students_of(self.feed, self.today)

    def url(self, name: str, **kwargs: Any) -> str:
        """Return the address of one of the family's pages, in the chosen language."""
        path = reverse(name, kwargs={"token": self.token, **kwargs})
        return f"{path}?language={self.language}" if self.language else path

    def render(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Return a page of the family."""
        code = translation.get_language()
        others = [(key, name) for key, name in settings.LANGUAGES if key != code]
        own = {
            "visit": self,
            "studio": studio(),
            "home": self.url("family-page"),
            "languages": others,
            **context,
        }
        response = render(self.request, f"family/{template}", own, status=status)
        response["Content-Language"] = code
        return response

    def sentence(self, title: str, text: str, status: int) -> HttpResponse:
        """Return a page that only says something."""
        return self.render("sentence.html", {"title": title, "text": text}, status)

    def redirect(self, name: str, **kwargs: Any) -> HttpResponse:
        """Return a redirect after an act, so that going back repeats nothing."""
        return HttpResponse(status=303, headers={"Location": self.url(name, **kwargs)})


class _FamilyThrottle(SimpleRateThrottle):
    # Monotonic, so that setting the system clock back locks nobody out.
    timer = time.monotonic

    def get_cache_key(self, request: Any, view: Any) -> str:
        # The nonce, as a database may give an id again.
        return f"family-{self.scope}-{view.pk}-{view.nonce}"


class PagesThrottle(_FamilyThrottle):
    """Limits the answers to one family."""

    scope, rate = "pages", PAGES_RATE


class ActsThrottle(_FamilyThrottle):
    """Limits the forms that one family submits."""

    scope, rate = "acts", ACTS_RATE


Page = Callable[..., HttpResponse]


def family_page(*methods: str, setting: str = "family_pages") -> Callable[[Page], Page]:
    """Make a view of a function of a Visit.

    It answers 404 while families' pages or ``setting`` are off, and for an unknown, revoked or
    closed address. The token in the address is the only credential. No cookie is read or set, so
    that there is no CSRF to prevent: browsers would send ``Origin: null``, as the pages send no
    referrer, and Django would refuse it. No act is attributed to an account that is logged in.
    """
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def decorate(page: Page) -> Page:
        @csrf_exempt
        @restricted
        @wraps(page)
        def view(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            response = _answer(request, token, kwargs)
            response["Cache-Control"] = "private, no-store"
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response

        def _answer(request: HttpRequest, token: str, kwargs: dict[str, Any]) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(allowed))})
            now, values = timezone.now(), studio()
            if not (values.family_pages and getattr(values, setting)):
                return _not_found(request)
            feed = page_of(token, studio_day(now))
            if feed is None:
                wait = count_refusal(request.META.get("REMOTE_ADDR", ""))
                return _not_found(request) if wait is None else _too_many(request, wait)
            throttles = [PagesThrottle()] + [ActsThrottle()] * (request.method == "POST")
            for throttle in throttles:
                if not throttle.allow_request(request, feed):
                    return _too_many(request, throttle.wait() or 1)
            note_use(feed, now)
            chosen = request.GET.get("language", "")
            chosen = chosen if chosen in dict(settings.LANGUAGES) else ""
            visit = Visit(request, token, feed, now, chosen)
            user, family = acting.set(lambda: None), acting_family.set(feed.pk)
            try:
                with translation.override(chosen or visit.reader.language):
                    return page(visit, **kwargs)
            finally:
                acting_family.reset(family)
                acting.reset(user)

        return view

    return decorate


def _not_found(request: HttpRequest) -> HttpResponse:
    title = _("This page is closed")
    text = _("The address is wrong, or it was replaced. Ask your studio for the current one.")
    return _sentence(request, title, text, 404)


def _too_many(request: HttpRequest, wait: float) -> HttpResponse:
    title = _("Too many requests")
    text = _("Wait a little, then try again.")
    response = _sentence(request, title, text, 429)
    response["Retry-After"] = str(max(1, round(wait)))
    return response


def _sentence(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    context = {"title": title, "text": text, "studio": studio()}
    return render(request, "family/sentence.html", context, status=status)
