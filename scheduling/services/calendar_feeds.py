"""Calendar feeds: their events, their secret addresses, and revoking them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Q

from scheduling.db.errors import is_transient
from scheduling.db.timeouts import without_waiting
from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import horizon_window
from scheduling.models import CalendarFeed
from scheduling.selectors.feeds.events import (
    FeedEvent,
    occurrence_uid,
    series_revisions,
    stored_events,
)
from scheduling.selectors.feeds.tokens import feed_of, is_open, students_of, token_of
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.occurrences import planned

__all__ = ["feed_events", "feed_of", "is_open", "note_use", "revoke", "token_of"]

# Older classes are left out of the feed.
PAST = timedelta(days=90)
# A use within this time of the last one is not written: a reader asks every hour.
USE = timedelta(hours=1)


def revoke(feed: CalendarFeed, now: datetime) -> None:
    """Close the address permanently; a new feed has another address."""
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])


def note_use(feed: CalendarFeed, now: datetime) -> None:
    """Store that one of the addresses was used at ``now``, to the hour.

    Left out while another process writes to SQLite: reading does not wait for it.
    """
    if feed.last_used_at is not None and feed.last_used_at > now - USE:
        return
    rows = CalendarFeed.objects.filter(pk=feed.pk)
    rows = rows.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lt=now))
    try:
        with without_waiting():
            rows.update(last_used_at=now)
    except OperationalError as error:
        if connection.vendor != "sqlite" or not is_transient(error):
            raise


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
    students = [student.pk for student in students_of(feed, window.start)]
    if feed.guardian_id is not None and not students:
        return []
    found = planned(
        window.start,
        window.last,
        student_ids=students,
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
