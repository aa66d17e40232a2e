"""The studio itself: its time zone, and what day it is there.

Every page, job and answer takes its "today" from here. A date in UTC is another one for hours a
day in most zones, and for all but ten hours of it in Pacific/Kiritimati.
"""

from datetime import date, datetime, tzinfo

from django.utils import timezone


def studio_zone() -> tzinfo:
    """The studio's time zone."""
    return timezone.get_default_timezone()


def local(moment: datetime) -> datetime:
    """``moment`` by the studio's clock."""
    return timezone.localtime(moment, studio_zone())


def studio_day(now: datetime) -> date:
    """The date at ``now`` in the studio's zone."""
    return local(now).date()


def studio_today() -> date:
    """The date in the studio's zone. It reads the clock: for interfaces alone."""
    return studio_day(timezone.now())
