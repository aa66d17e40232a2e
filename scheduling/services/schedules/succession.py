"""Hands over classes and pauses from a series to its successor."""

from datetime import date, datetime

from django.db.models import Q

from scheduling.domain.windows import DAY
from scheduling.models import Closure, FixedSchedule, RecurringSlot, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.schedules.series import key_of

Rule = FixedSchedule | RecurringSlot


def hand_over(rule: Rule, new: Rule, day: date, now: datetime) -> None:
    """Hand over to ``new``, which has no classes yet, the fixed classes and pauses from ``day`` on.

    Edited classes, and those that have begun, are fixed: they fulfil their weeks.
    """
    source = key_of(rule).kind.value
    ahead = ScheduledClass.objects.filter(**{source: rule}, occurrence_date__gte=day)
    ahead.filter(~NOT_EDITED | Q(starts_at__lte=now)).update(**{source: new})
    hand_over_pauses(rule, new, day)


def hand_over_pauses(rule: Rule, new: Rule, day: date) -> None:
    """Hand over the pauses from ``day`` on; a pause that began earlier is split."""
    source = key_of(rule).kind.value
    for pause in Closure.objects.filter(**{source: rule}, last_date__gte=day):
        if pause.first_date < day:
            before = Closure.objects.get(pk=pause.pk)
            before.pk, before.last_date = None, day - DAY
            before.save()
            ScheduledClass.objects.filter(closure=pause, **{source: rule}).update(closure=before)
            pause.first_date = day
        setattr(pause, source, new)
        pause.save()
