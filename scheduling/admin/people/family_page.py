"""The family's page on the page of a student or guardian: given, mailed and revoked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.messages import badge_of
from scheduling.models import CalendarFeed, Guardian, Message, Student
from scheduling.selectors.feeds.tokens import page_of, page_token_of
from scheduling.selectors.studio import studio, studio_today
from scheduling.services.family.addresses import feed_of_person, give, mail, revoke_all
from scheduling.text.dates import when


class FamilyPageMixin(MixinBase):
    """Adds the panel of the family's page and its buttons."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.family_page_view))
        name = f"scheduling_{self.opts.model_name}_family_page"
        return [path("<int:object_id>/family-page/", view, name=name), *super().get_urls()]

    def family_page_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Give, mail or revoke the address, then return to the page of the person."""
        if not _may(request, "change"):
            raise PermissionDenied
        person: Any = get_object_or_404(self.model, pk=object_id)
        if studio().family_pages:
            self._act(request, person, request.POST.get("act", ""))
        else:
            messages.error(request, _("Families' pages are off: the owner turns them on."))
        page = reverse(f"admin:scheduling_{self.opts.model_name}_change", args=[object_id])
        return HttpResponseRedirect(f"{page}#family-page")

    def _act(self, request: HttpRequest, person: Student | Guardian, act: str) -> None:
        now = timezone.now()
        if act == "revoke":
            n = revoke_all(person, now)
            text = ngettext("%(n)d address revoked.", "%(n)d addresses revoked.", n)
            messages.success(request, text % {"n": n})
        elif act in ("give", "mail") and _may(request, "add"):
            feed = give(person)
            if act == "give":
                messages.success(request, _("The family's page has an address."))
                return
            try:
                recipient = mail(feed, address_of(request, feed), now)
            except ValidationError as error:
                messages.error(request, error.message)
            else:
                text = _("The address is on its way to %(recipient)s.")
                messages.success(request, text % {"recipient": recipient})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        person = context.get("original")
        if person is not None and studio().family_pages and _may(request, "view"):
            context["family_page"] = _panel(request, person)
        return super().render_change_form(request, context, *args, **kwargs)


def address_of(request: HttpRequest, feed: CalendarFeed) -> str:
    """Return the address of a family's page, which is a secret."""
    path = reverse("family-page", kwargs={"token": page_token_of(feed)})
    return request.build_absolute_uri(path)


def _panel(request: HttpRequest, person: Student | Guardian) -> dict[str, Any]:
    feed = feed_of_person(person)
    model = person._meta.model_name
    panel: dict[str, Any] = {
        "person": person,
        "url": reverse(f"admin:scheduling_{model}_family_page", args=[person.pk]),
        "may_give": _may(request, "add") and _may(request, "change"),
        "may_change": _may(request, "change"),
    }
    if feed is None:
        return panel
    now, used = timezone.now(), feed.last_used_at
    message = Message.objects.filter(feed=feed).order_by("-pk").first()
    return panel | {
        "address": address_of(request, feed),
        "is_open": page_of(page_token_of(feed), studio_today()) is not None,
        "last_used": when(used, now) if used is not None else "",
        "message": message,
        "state": badge_of(message) if message is not None else "",
        "sent": when(message.created_at, now) if message is not None else "",
    }


def _may(request: HttpRequest, action: str) -> bool:
    return request.user.has_perm(f"scheduling.{action}_calendarfeed")
