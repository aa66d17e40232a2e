"""Classes as an iCalendar document (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event
from icalendar.prop import vDuration

from scheduling.models import ClassStatus
from scheduling.selectors.feed_rows import FeedRow

# SEQUENCE counts revisions and has to rise (§3.8.7.4). Seconds since then do, as no two changes
# of a class share one, also for a class that was removed and made again, and fit into 31 bits
# until 2088.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
REFRESH = timedelta(hours=1)


def document(name: str, rows: Iterable[FeedRow], with_student: bool, with_teacher: bool) -> bytes:
    """A calendar called ``name``, the same bytes for the same rows.

    Zones are described for the years of the classes alone: else they would run from 1970 to 2038.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Class Tracker//classes//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    first: datetime | None = None
    last: datetime | None = None
    for row in rows:
        calendar.add_component(_event(row, with_student, with_teacher))
        first, last = first or row.starts_at, row.starts_at  # they come in order of start
    if first is not None and last is not None:
        year = timedelta(days=366)
        calendar.add_missing_timezones(
            first_date=(first - year).date(), last_date=(last + year).date()
        )
    return calendar.to_ical()


def _event(row: FeedRow, with_student: bool, with_teacher: bool) -> Event:
    event = Event()
    event.add("uid", row.uid)
    event.add("dtstamp", row.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", row.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", max(0, int((row.updated_at - EPOCH).total_seconds())))
    start = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    event.add("dtstart", start)
    # In UTC: in the hour that comes twice in autumn a local end would be one of two.
    event.add("dtend", row.ends_at.astimezone(UTC))
    event.add("summary", _summary(row, with_student, with_teacher))
    cancelled = row.status == ClassStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    if cancelled and row.cancel_reason:
        event.add("description", row.cancel_reason)
    return event


def _summary(row: FeedRow, with_student: bool, with_teacher: bool) -> str:
    people = [row.student] if with_student else []
    if with_teacher and row.teacher__name:
        people.append(row.teacher__name)
    text = " · ".join((row.subject or _("Class"), *people))
    if row.status == ClassStatus.CANCELLED:
        return _("Cancelled: %(what)s") % {"what": text}
    return text
