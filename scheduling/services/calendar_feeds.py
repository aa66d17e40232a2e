"""Calendar feeds: their events, their secret addresses, and revoking them."""

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

# Older classes are left out of the feed.
PAST = timedelta(days=90)
SALT = "scheduling.calendar-feed"


def token_of(feed: CalendarFeed) -> str:
    """Return the secret part of the feed's address."""
    return _signer().sign(f"{feed.pk}-{feed.nonce}")


def is_open(today: date) -> Q:
    """Return a condition for open feeds: not revoked, and the person and their account are active.

    A feed opens again when the person returns, unless it was revoked.
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
    """Return the feed of ``token``; None if the token is forged or unknown, or the feed closed."""
    try:
        number, _dash, nonce = _signer().unsign(token).partition("-")
    except signing.BadSignature:
        return None
    feeds = CalendarFeed.objects.select_related("student", "teacher")
    return feeds.filter(is_open(today), pk=int(number), nonce=nonce).first()


def revoke(feed: CalendarFeed, now: datetime) -> None:
    """Close the address permanently; a new feed has another address."""
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])


def feed_events(feed: CalendarFeed, now: datetime) -> list[FeedEvent]:
    """Return the stored classes and the planned occurrences of the horizon, in order of start.

    An occurrence has the same event before and after a run stores it. A constant number of queries.
    """
    # From midnight UTC, so that the feed changes once a day.
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - PAST
    events = [*stored_events(feed, since), *_planned_events(feed, now)]
    return sorted(events, key=lambda event: (event.starts_at, event.uid))


def _planned_events(feed: CalendarFeed, now: datetime) -> list[FeedEvent]:
    window = horizon_window(studio_day(now), settings.HORIZON_WEEKS)
    found = planned(
        window.start,
        window.last,
        student_ids=[feed.student_id] if feed.student_id else [],
        teacher_ids=[feed.teacher_id] if feed.teacher_id else [],
        now=now,
    )
    found = [occurrence for occurrence in found if occurrence.outcome is Outcome.CREATED]
    revisions = series_revisions({occurrence.key for occurrence in found})
    return [
        FeedEvent(
            starts_at=occurrence.starts_at,
            uid=occurrence_uid(occurrence.key, occurrence.week),
            ends_at=occurrence.ends_at,
            time_zone=occurrence.zone,
            subject=occurrence.subject,
            student=occurrence.student,
            teacher=occurrence.teacher,
            room=occurrence.room,
            revision=revisions[occurrence.key],
        )
        for occurrence in found
    ]


def _signer() -> signing.Signer:
    # A separate salt: no other signature of the product opens a calendar.
    return signing.Signer(salt=SALT, sep=".")
