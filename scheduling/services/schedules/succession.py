"""What a series hands over to the one that takes its place: classes that stay, and pauses."""

from datetime import date, datetime

from django.db.models import Q

from scheduling.domain.windows import DAY
from scheduling.models import Closure, FixedSchedule, RecurringSlot, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED

Rule = FixedSchedule | RecurringSlot


def source_of(rule: Rule) -> str:
    """The field by which a class names ``rule``."""
    return "fixed_schedule" if isinstance(rule, FixedSchedule) else "recurring_slot"


def hand_over(rule: Rule, new: Rule, day: date, now: datetime) -> None:
    """Give ``new``, which has no classes yet, what of ``rule`` fulfils its weeks from ``day`` on.

    That is every class on which a person acted, or that has begun; and the pauses.
    """
    source = source_of(rule)
    ahead = ScheduledClass.objects.filter(**{source: rule}, occurrence_date__gte=day)
    ahead.filter(~NOT_EDITED | Q(starts_at__lte=now)).update(**{source: new})
    hand_over_pauses(rule, new, day)


def hand_over_pauses(rule: Rule, new: Rule, day: date) -> None:
    """A pause of ``rule`` that lasts beyond ``day`` is its successor's from then on."""
    source = source_of(rule)
    for pause in Closure.objects.filter(**{source: rule}, last_date__gte=day):
        if pause.first_date < day:
            before = Closure.objects.get(pk=pause.pk)
            before.pk, before.last_date = None, day - DAY
            before.save()
            ScheduledClass.objects.filter(closure=pause, **{source: rule}).update(closure=before)
            pause.first_date = day
        setattr(pause, source, new)
        pause.save()
