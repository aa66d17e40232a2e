"""Calendar events over a year in any time zone."""

from datetime import UTC, date, datetime, time, timedelta

from scheduling.domain.wallclock import instant, zone_names
from scheduling.feeds.ics import document
from scheduling.feeds.vtimezone import changes, zones_of
from scheduling.selectors.feeds.events import FeedEvent, Revision

ZONES = sorted(zone_names())
# Dates under former rules (Mexico and Jordan until 2022, Samoa until 2011, Kazakhstan until 2024),
# under today's rules in both halves of a year, and in a year after tzdata's lists of changes.
STARTS = [
    date(2011, 11, 20),
    date(2022, 9, 5),
    date(2024, 1, 8),
    date(2026, 1, 5),
    date(2026, 11, 30),
    date(2040, 3, 1),
]
MADE = datetime(2010, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEKS = 34  # the weeks of a feed, and ten more


def lessons(zone: str, first: date) -> list[FeedEvent]:
    """Return events of one hour: one a week, and several around each clock change."""
    nominal = {(first + 7 * n * DAY, time(5 * n % 24, 30)) for n in range(WEEKS)}
    begin = datetime.combine(first, time(), UTC)
    for change in changes(zone, begin, begin + WEEKS * 7 * DAY):
        for day in (-1, 0, 1):
            local_times = [change.local + day * DAY + minutes for minutes in AROUND]
            nominal |= {(local.date(), local.time().replace(second=0)) for local in local_times}
    starts = sorted({instant(day, at, zone) for day, at in nominal})
    return [
        FeedEvent(
            starts_at=start,
            uid=f"{zone}-{number}",
            ends_at=start + HOUR,
            time_zone=zone,
            subject="",
            student="Ana",
            teacher="",
            room="",
            revision=Revision(MADE, MADE, MADE),
        )
        for number, start in enumerate(starts)
    ]


AROUND = [timedelta(minutes=minutes) for minutes in (-90, -60, -30, 0, 30, 60, 90)]


def calendar(events: list[FeedEvent]) -> bytes:
    return document("Ana", events, zones_of(events), with_student=True, with_teacher=True)


def instants(events: list[FeedEvent]) -> dict[str, tuple[datetime, datetime]]:
    return {event.uid: (event.starts_at, event.ends_at) for event in events}
