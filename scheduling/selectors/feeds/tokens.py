"""The secret addresses of calendar feeds and families' pages: tokens, and when they are open.

The two addresses of a feed have different salts: nobody who knows one can derive the other.
"""

from datetime import date

from django.core import signing
from django.db.models import Exists, OuterRef, Q

from scheduling.models import CalendarFeed, Student, StudentGuardian

SALT = "scheduling.calendar-feed"
FAMILY_SALT = "scheduling.family-page"


def token_of(feed: CalendarFeed) -> str:
    """Return the secret part of the feed's address."""
    return _sign(feed, SALT)


def page_token_of(feed: CalendarFeed) -> str:
    """Return the secret part of the address of a family's page."""
    return _sign(feed, FAMILY_SALT)


def is_current_student(today: date, prefix: str = "") -> Q:
    """Return a condition for students who are active and have not left."""
    return Q(**{f"{prefix}is_active": True}) & (
        Q(**{f"{prefix}end_date__isnull": True}) | Q(**{f"{prefix}end_date__gte": today})
    )


def is_open(today: date) -> Q:
    """Return a condition for open feeds: not revoked, and the person and their account are active.

    That of a guardian is open while one of their students is active. A feed opens again when the
    person returns, unless it was revoked.
    """
    wards = StudentGuardian.objects.filter(
        is_current_student(today, "student__"), guardian=OuterRef("guardian")
    )
    teacher = Q(teacher__is_active=True) & (
        Q(teacher__user__isnull=True) | Q(teacher__user__is_active=True)
    )
    studio = Q(student__isnull=True, guardian__isnull=True, teacher__isnull=True)
    student = Q(student__isnull=False) & is_current_student(today, "student__")
    return Q(revoked_at__isnull=True) & (studio | student | Exists(wards) | teacher)


def feed_of(token: str, today: date) -> CalendarFeed | None:
    """Return the feed of ``token``; None if the token is forged or unknown, or the feed closed."""
    return _find(token, SALT, is_open(today))


def page_of(token: str, today: date) -> CalendarFeed | None:
    """Return the feed of a student or guardian by the token of its page; None like ``feed_of``."""
    has_page = Q(student__isnull=False) | Q(guardian__isnull=False)
    return _find(token, FAMILY_SALT, has_page & is_open(today))


def students_of(feed: CalendarFeed, today: date) -> list[Student]:
    """Return the student of ``feed``, or the current students of its guardian, by name."""
    if feed.student is not None:
        return [feed.student]
    if feed.guardian is None:
        return []
    wards = Student.objects.filter(is_current_student(today), guardians=feed.guardian)
    return list(wards.order_by("first_name", "last_name", "id"))


def _find(token: str, salt: str, condition: Q) -> CalendarFeed | None:
    try:
        number, _dash, nonce = signing.Signer(salt=salt, sep=".").unsign(token).partition("-")
    except signing.BadSignature:
        return None
    feeds = CalendarFeed.objects.select_related("student", "guardian", "teacher")
    return feeds.filter(condition, pk=int(number), nonce=nonce).first()


def _sign(feed: CalendarFeed, salt: str) -> str:
    # Separate salts: no other signature of the product opens a calendar or a page.
    return signing.Signer(salt=salt, sep=".").sign(f"{feed.pk}-{feed.nonce}")
