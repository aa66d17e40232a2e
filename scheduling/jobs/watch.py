"""The watch: writes down which runs are dead, and tells of every trouble once, and of its end.

As the one job that is due every quarter of an hour it also sends the reminders.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from scheduling.models import Trouble

from .alerts import News, channels
from .claim import Claim, bury_dead_runs, fence
from .registry import JOBS
from .reminders import remind
from .troubles import Found, troubles

HISTORY = timedelta(days=1)


def watch(held: Claim, now: datetime) -> int:
    """Look at all jobs. Returns how many troubles there are."""
    for job in JOBS:
        bury_dead_runs(job)
    found = troubles(now)
    with transaction.atomic():
        _note(found, now)
        fence(held)
    tell(now)
    remind(now)
    return len(found)


def _note(found: list[Found], now: datetime) -> None:
    """Open what is new and close what is over: transitions, not repetitions."""
    open_ones = {(one.kind, one.job): one for one in Trouble.objects.filter(over_at__isnull=True)}
    for one in found:
        if open_ones.pop((one.kind, one.job), None) is None:
            Trouble.objects.create(kind=one.kind, job=one.job, detail=one.sentence, since=one.since)
    for over in open_ones.values():
        over.over_at = now
        over.save(update_fields=["over_at"])


def tell(now: datetime) -> None:
    """Send the news that some channel has not taken yet. A channel that fails holds up no other.

    After a day what is over is history, told or not.
    """
    ways = channels()
    recent = Q(over_at__isnull=True) | Q(over_at__gte=now - HISTORY)
    for trouble in Trouble.objects.filter(recent).order_by("id") if ways else ():
        begins = trouble.over_at is None
        told: list[str] = trouble.told_begin if begins else trouble.told_end
        for name, send in ways.items():
            # That it is over is told to those alone who were told that it began.
            if name in told or (not begins and name not in trouble.told_begin):
                continue
            if send(News(trouble, begins)):
                told.append(name)
                trouble.save(update_fields=["told_begin", "told_end"])
