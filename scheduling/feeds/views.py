"""``/calendar/<token>.ics``: a feed at a secret URL, without login and redirects."""

import hashlib
import logging
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from scheduling.db.errors import is_transient
from scheduling.models import CalendarFeed
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.calendar_feeds import feed_events, feed_of, note_use

from .ics import document
from .vtimezone import zones_of

PLAIN = "text/plain; charset=utf-8"
RETRY_AFTER = 30

logger = logging.getLogger(__name__)


@csrf_exempt  # so that unsafe methods get a 405 rather than a CSRF error
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the calendar: 304 if it is unchanged, 404 for an unknown or revoked token."""
    now = timezone.now()
    try:
        calendar_feed = feed_of(token, studio_day(now))
        if calendar_feed is None:
            return HttpResponseNotFound(
                _("There is no calendar at this address; it may have been revoked.\n"),
                content_type=PLAIN,
            )
        with translation.override(_language(calendar_feed)):
            return _response(request, calendar_feed, now)
    except (DatabaseError, InterfaceError) as error:
        if not is_transient(error):
            raise
        logger.error("the database is unavailable: %s", error)
        text = _("The database can't be reached right now. Try again in a moment.")
        headers = {"Retry-After": str(RETRY_AFTER)}
        return HttpResponse(f"{text}\n", status=503, content_type=PLAIN, headers=headers)


def _response(request: HttpRequest, calendar_feed: CalendarFeed, now: datetime) -> HttpResponse:
    note_use(calendar_feed, now)
    events = feed_events(calendar_feed, now)
    zones = zones_of(events)
    for_everyone = calendar_feed.person is None
    name = _studio_name() if for_everyone else str(calendar_feed)
    components = {zone: component and component.to_ical() for zone, component in zones.items()}
    content = repr((name, translation.get_language(), events, components)).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        with_student, with_teacher = calendar_feed.student is None, calendar_feed.teacher is None
        body = document(name, events, zones, with_student, with_teacher)
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="classes.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


def _studio_name() -> str:
    return studio().name or _("Classes of the studio")


def _language(calendar_feed: CalendarFeed) -> str:
    """Return the language of the student or guardian, or the studio's for other feeds."""
    family = calendar_feed.student or calendar_feed.guardian
    return family.language if family else studio().language
