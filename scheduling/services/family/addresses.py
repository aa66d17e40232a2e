"""The addresses of families' pages: given, mailed and revoked by the studio."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.jobs.notifications.outbox import queue_address
from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import CalendarFeed, Guardian, Student
from scheduling.services.calendar_feeds import revoke

# A message that could not be delivered for so long is not sent any more.
DELIVERY = timedelta(days=3)


def feed_of_person(person: Student | Guardian) -> CalendarFeed | None:
    """Return the newest feed of a student or guardian that is not revoked."""
    return person.feeds.filter(revoked_at__isnull=True).order_by("-pk").first()


def give(person: Student | Guardian) -> CalendarFeed:
    """Return the feed of a student or guardian; create it if there is none."""
    with transaction.atomic():
        # Locked, so that a double click gives one address.
        type(person)._default_manager.select_for_update(no_key=True).get(pk=person.pk)
        feed = feed_of_person(person)
        if feed is not None:
            return feed
        owner = {"student" if isinstance(person, Student) else "guardian": person}
        return CalendarFeed.objects.create(**owner)


def mail(feed: CalendarFeed, address: str, now: datetime) -> str:
    """Queue an e-mail with the ``address`` of the page to its reader; return the recipient.

    Raises ValidationError for a reader without an e-mail address.
    """
    reader = feed.guardian or feed.student
    if reader is None or not reader.email:
        raise ValidationError(_("There is no e-mail address."), code="no_address")
    with transaction.atomic():
        queue_address(feed, reader, address, now, now + DELIVERY)
        enqueue_delivery()
    return reader.email


def revoke_all(person: Student | Guardian, now: datetime) -> int:
    """Close all pages and calendars of a student or guardian for good; return their number."""
    with transaction.atomic():
        feeds = list(person.feeds.filter(revoked_at__isnull=True))
        for feed in feeds:
            revoke(feed, now)
    return len(feeds)
