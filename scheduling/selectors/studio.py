"""The studio: its settings in effect, its time zone, and its current date.

Every page, job and API response takes its "today" from here. The date in UTC differs from the
local one for hours a day in most zones, and for 14 hours in Pacific/Kiritimati.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import Error
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scheduling.models import ScheduledClass, Studio, Teacher
from scheduling.models.studio import (
    VARIABLES,
    StudioValues,
    first_values,
    foreign_zone,
    one_reading,
    studio,
)

logger = logging.getLogger(__name__)


def studio_zone() -> ZoneInfo:
    """Return the studio's time zone."""
    return studio().zone


def local(moment: datetime) -> datetime:
    """Return ``moment`` in the studio's zone."""
    return timezone.localtime(moment, studio_zone())


def shown_zone() -> str:
    """Return the studio's zone if an active teacher has another one; else nothing.

    Texts with times in the studio's zone name it only then.
    """
    zones = Teacher.objects.filter(is_active=True).order_by().values_list("time_zone", flat=True)
    return studio().time_zone if any(map(foreign_zone, zones.distinct())) else ""


def studio_day(now: datetime) -> date:
    """Return the date at ``now`` in the studio's zone."""
    return local(now).date()


def studio_today() -> date:
    """Return the current date in the studio's zone. Reads the clock: for interfaces only."""
    return studio_day(timezone.now())


def studio_or_first_values() -> StudioValues:
    """Return the values in effect, or the environment's if the database can't be read.

    For texts and pages. Writes use ``studio``, which raises in that case.
    """
    try:
        return studio()
    except Error:
        return StudioValues(**first_values())


def classes_in_studio_zone(now: datetime) -> bool:
    """Return True if classes after ``now`` would move with the studio's zone."""
    return ScheduledClass.objects.filter(
        fixed_schedule__isnull=False, teacher__isnull=True, starts_at__gt=now
    ).exists()


def ignored_variables() -> list[str]:
    """Return a sentence for each environment variable that differs from the stored value."""
    values, first = studio_or_first_values(), first_values()
    titles = {field.name: field.verbose_name for field in Studio._meta.concrete_fields}
    return [
        _(
            "%(variable)s=%(given)s has no effect: %(field)s is “%(stored)s” under Settings. "
            "Change it there, or take the variable out of the environment."
        )
        % {
            "variable": VARIABLES[name],
            "given": first[name],
            "field": titles[name],
            "stored": getattr(values, name),
        }
        for name in values.ignored
    ]


@contextmanager
def at_the_studio(warn: Callable[[str], object] = logger.warning) -> Iterator[None]:
    """Run a command or task in the studio's zone and language, reading its values once."""
    with one_reading():
        values = studio_or_first_values()
        with timezone.override(values.zone), translation.override(values.language):
            for sentence in ignored_variables():
                warn(sentence)
            yield
