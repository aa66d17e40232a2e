"""Calendar feeds: what they show, their secret addresses, and revoking them."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import Q

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import horizon_window
from scheduling.models import CalendarFeed
from scheduling.selectors.feed_events import (
    FeedEvent,
    occurrence_uid,
    series_revisions,
    stored_events,
)
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.occurrences import planned

# Longer back, a calendar is an archive.
PAST = timedelta(days=90)
SALT = "scheduling.calendar-feed"


def token_of(feed: CalendarFeed) -> str:
    """The secret part of the feed's address."""
    return _signer().sign(f"{feed.pk}-{feed.nonce}")


def is_open(today: date) -> Q:
    """Feeds that answer: neither revoked nor of somebody who has left or whose account is disabled.

    They open again when the person is back, unless they were revoked.
    """
    student = Q(student__is_active=True) & (
        Q(student__end_date__isnull=True) | Q(student__end_date__gte=today)
    )
    teacher = Q(teacher__is_active=True) & (
        Q(teacher__user__isnull=True) | Q(teacher__user__is_active=True)
    )
    studio = Q(student__isnull=True, teacher__isnull=True)
    return Q(revoked_at__isnull=True) & (studio | student | teacher)


def feed_of(token: str, today: date) -> CalendarFeed | None:
    """The feed that ``token`` opens; None for one that is forged, unknown or closed."""
    try:
        number, _dash, nonce = _signer().unsign(token).partition("-")
    except signing.BadSignature:
        return None
    feeds = CalendarFeed.objects.select_related("student", "teacher")
    return feeds.filter(is_open(today), pk=int(number), nonce=nonce).first()


def revoke(feed: CalendarFeed, now: datetime) -> None:
    """Close the address for good; a new feed has another one."""
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])


def feed_events(feed: CalendarFeed, now: datetime) -> list[FeedEvent]:
    """All that ``feed`` shows, in order of start: stored classes, and what the horizon has planned.

    A planned occurrence is there as its class will be: nothing changes when a run stores it. A
    constant number of queries.
    """
    # Whole days: else the first class would leave the calendar in the middle of one.
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - PAST
    events = [*stored_events(feed, since), *_planned_events(feed, now)]
    return sorted(events, key=lambda one: (one.starts_at, one.uid))


def _planned_events(feed: CalendarFeed, now: datetime) -> list[FeedEvent]:
    window = horizon_window(studio_day(now), settings.HORIZON_WEEKS)
    found = planned(
        window.start,
        window.last,
        student_ids=[feed.student_id] if feed.student_id else [],
        teacher_ids=[feed.teacher_id] if feed.teacher_id else [],
        now=now,
    )
    found = [one for one in found if one.outcome is Outcome.CREATED]
    revisions = series_revisions({one.key for one in found})
    return [
        FeedEvent(
            starts_at=one.starts_at,
            uid=occurrence_uid(one.key, one.week),
            ends_at=one.ends_at,
            time_zone=one.zone,
            subject=one.subject,
            student=one.student,
            teacher=one.teacher,
            revision=revisions[one.key],
        )
        for one in found
    ]


def _signer() -> signing.Signer:
    # A key of its own kind: no other signature of the product opens a calendar.
    return signing.Signer(salt=SALT, sep=".")
