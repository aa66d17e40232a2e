"""Classes as an iCalendar document (RFC 5545, with the properties that RFC 7986 adds)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Timezone, vDuration, vText
from icalendar.parser import Contentline, Parameters

from scheduling.domain.wallclock import zone_of
from scheduling.selectors.feed_events import FeedEvent

REFRESH = timedelta(hours=1)
UTC_TIME = "%Y%m%dT%H%M%SZ"


def document(
    name: str,
    events: Iterable[FeedEvent],
    zones: Mapping[str, Timezone | None],
    with_student: bool,
    with_teacher: bool,
) -> bytes:
    """A calendar called ``name``, the same bytes for the same events.

    ``zones`` are those of the events; where one has no description, its times are in UTC. There is
    no METHOD: with one, DTSTAMP would be the moment of the answer (RFC 5545 §3.8.7.2), and PUBLISH
    asks for an organizer (RFC 5546 §3.2.1).
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Class Tracker//classes//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for zone in zones.values():
        if zone is not None:
            calendar.add_component(zone)
    head, end, rest = calendar.to_ical().rpartition(b"END:VCALENDAR")
    body = "".join(_event(one, zones, with_student, with_teacher) for one in events)
    return head + body.encode() + end + rest


def _event(
    one: FeedEvent, zones: Mapping[str, Timezone | None], with_student: bool, with_teacher: bool
) -> str:
    """A VEVENT. As a component of icalendar it takes ten times as long: seconds for a studio."""
    revised = one.revision.at.strftime(UTC_TIME)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{one.uid}",
        f"DTSTAMP:{revised}",
        f"LAST-MODIFIED:{revised}",
        f"SEQUENCE:{one.revision.sequence}",
        _start(one, zones),
        # In UTC: in the hour that comes twice in autumn a local end would be one of two.
        f"DTEND:{one.ends_at.astimezone(UTC):{UTC_TIME}}",
        _text("SUMMARY", _summary(one, with_student, with_teacher)),
        "STATUS:CANCELLED" if one.is_cancelled else "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT" if one.is_cancelled else "TRANSP:OPAQUE",
    ]
    if one.is_cancelled and one.cancel_reason:
        lines.append(_text("DESCRIPTION", one.cancel_reason))
    return "\r\n".join([*lines, "END:VEVENT\r\n"])


def _text(name: str, value: str) -> str:
    return Contentline.from_parts(name, Parameters(), vText(value)).to_ical().decode()


def _start(one: FeedEvent, zones: Mapping[str, Timezone | None]) -> str:
    """In local time, but in the hour that comes twice: ical.js takes the second one in Sydney."""
    if zones.get(one.time_zone) is not None:
        local = one.starts_at.astimezone(zone_of(one.time_zone))
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
            return f"DTSTART;TZID={one.time_zone}:{local:%Y%m%dT%H%M%S}"
    return f"DTSTART:{one.starts_at.astimezone(UTC):{UTC_TIME}}"


def _summary(one: FeedEvent, with_student: bool, with_teacher: bool) -> str:
    people = [one.student] if with_student else []
    if with_teacher and one.teacher:
        people.append(one.teacher)
    text = " · ".join((one.subject or _("Class"), *people))
    if one.is_cancelled:
        return _("Cancelled: %(what)s") % {"what": text}
    return text
