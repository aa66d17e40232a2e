"""``/calendar/<token>.ics``: no login, a secret address; never a redirect."""

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
from scheduling.services.calendar_feeds import feed_events, feed_of

from .ics import document
from .vtimezone import zones_of

PLAIN = "text/plain; charset=utf-8"
RETRY_AFTER = 30

logger = logging.getLogger(__name__)


@csrf_exempt  # nothing can be changed here: 405 says so, where a missing token would not
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar; 304 where the reader has it already, 404 for every address that opens none."""
    now = timezone.now()
    try:
        found = feed_of(token, studio_day(now))
        if found is None:
            return HttpResponseNotFound(
                _("There is no calendar at this address; it may have been revoked.\n"),
                content_type=PLAIN,
            )
        with translation.override(_language(found)):
            return _answer(request, found, now)
    except (DatabaseError, InterfaceError) as error:
        if not is_transient(error):
            raise
        logger.error("the database can't be used: %s", error)
        text = _("The database can't be reached right now. Try again in a moment.")
        wait = {"Retry-After": str(RETRY_AFTER)}
        return HttpResponse(f"{text}\n", status=503, content_type=PLAIN, headers=wait)


def _answer(request: HttpRequest, found: CalendarFeed, now: datetime) -> HttpResponse:
    events = feed_events(found, now)
    zones = zones_of(events)
    name = str(found) if found.student or found.teacher else _studio_name()
    described = {zone: component and component.to_ical() for zone, component in zones.items()}
    said = repr((name, translation.get_language(), events, described)).encode()
    etag = f'"{hashlib.sha256(said).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        body = document(name, events, zones, found.student is None, found.teacher is None)
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="classes.ics"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, max-age=300"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _studio_name() -> str:
    return studio().name or _("Classes of the studio")


def _language(found: CalendarFeed) -> str:
    """The student's; the studio's for everyone else."""
    return found.student.language if found.student else studio().language
