"""The studio itself: the values that hold, its time zone, and what day it is there.

Every page, job and answer takes its "today" from here. A date in UTC is another one for hours a
day in most zones, and for all but ten hours of it in Pacific/Kiritimati.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import Error
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scheduling.models import ScheduledClass, Studio
from scheduling.models.studio import VARIABLES, StudioValues, first_values, one_reading, studio

logger = logging.getLogger(__name__)


def studio_zone() -> ZoneInfo:
    """The studio's time zone."""
    return studio().zone


def local(moment: datetime) -> datetime:
    """``moment`` by the studio's clock."""
    return timezone.localtime(moment, studio_zone())


def studio_day(now: datetime) -> date:
    """The date at ``now`` in the studio's zone."""
    return local(now).date()


def studio_today() -> date:
    """The date in the studio's zone. It reads the clock: for interfaces alone."""
    return studio_day(timezone.now())


def studio_or_first_values() -> StudioValues:
    """The values that hold; those of the environment while the database can't be read.

    For words and pages. What is written goes by ``studio``, which raises then.
    """
    try:
        return studio()
    except Error:
        return StudioValues(**first_values())


def classes_in_studio_zone(now: datetime) -> bool:
    """Whether classes after ``now`` would move with the studio's zone."""
    return ScheduledClass.objects.filter(
        fixed_schedule__isnull=False, teacher__isnull=True, starts_at__gt=now
    ).exists()


def ignored_variables() -> list[str]:
    """A sentence for each variable of the environment that says something else than the studio."""
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
    """A command or a task: in the studio's zone and language, by one reading of its values."""
    with one_reading():
        values = studio_or_first_values()
        with timezone.override(values.zone), translation.override(values.language):
            for sentence in ignored_variables():
                warn(sentence)
            yield
