"""Calendar feeds: their secret addresses, and revoking them."""

from datetime import datetime

from django.core import signing

from scheduling.models import CalendarFeed

SALT = "scheduling.calendar-feed"


def token_of(feed: CalendarFeed) -> str:
    """The secret part of the feed's address."""
    return _signer().sign(f"{feed.pk}-{feed.nonce}")


def feed_of(token: str) -> CalendarFeed | None:
    """The feed that ``token`` opens; None for one that is forged, unknown or revoked."""
    try:
        number, _dash, nonce = _signer().unsign(token).partition("-")
    except signing.BadSignature:
        return None
    feeds = CalendarFeed.objects.select_related("student", "teacher")
    return feeds.filter(pk=int(number), nonce=nonce, revoked_at=None).first()


def revoke(feed: CalendarFeed, now: datetime) -> None:
    """Close the address for good; a new feed has another one."""
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])


def _signer() -> signing.Signer:
    # A key of its own kind: no other signature of the product opens a calendar.
    return signing.Signer(salt=SALT, sep=".")
