"""The watch: writes down which runs are dead, and tells of every trouble once, and of its end.

As the one job that is due every quarter of an hour it also queues the reminders and delivers the
outbox.
"""

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from scheduling.jobs.notifications.delivery import SECONDS, deliver
from scheduling.jobs.notifications.reminders import remind
from scheduling.jobs.runs.claims import Claim, fence, mark_crashed_runs
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Incident

from .alerts import HISTORY, AlertMessage, channels
from .incidents import CurrentIncident, current_incidents

logger = logging.getLogger(__name__)


def watch(held: Claim, now: datetime, mail_seconds: float = SECONDS) -> int:
    """Look at all jobs. Returns how many troubles there are.

    ``mail_seconds``: after so long no further e-mail is begun.
    """
    end = time.monotonic() + mail_seconds
    for job in JOBS:
        mark_crashed_runs(job)
    # Before the look at what is wrong: a mail server that was away and is back is no trouble.
    _try(remind, now)
    _try(partial(deliver, seconds=mail_seconds), now)
    found = current_incidents(now)
    with transaction.atomic():
        _note(found, now)
        fence(held)
    if send_alerts(now) and (left := end - time.monotonic()) > 0:
        _try(partial(deliver, seconds=left), now)
    return len(found)


def _try(step: Callable[[datetime], int], now: datetime) -> None:
    """Whatever is wrong with the mail, the watch over the jobs goes on."""
    try:
        step(now)
    except Exception as error:
        logger.exception("mail could not be dealt with: %s", error)


def _note(found: list[CurrentIncident], now: datetime) -> None:
    """Open what is new and close what is over: transitions, not repetitions."""
    open_ones = {(one.kind, one.job): one for one in Incident.objects.filter(over_at__isnull=True)}
    for one in found:
        if open_ones.pop((one.kind, one.job), None) is None:
            Incident.objects.create(
                kind=one.kind, job=one.job, detail=one.sentence, since=one.since
            )
    for over in open_ones.values():
        over.over_at = now
        over.save(update_fields=["over_at"])


def send_alerts(now: datetime) -> int:
    """Send the news that some channel has not taken yet; answers how many were taken.

    A channel that fails holds up no other. After a day what is over is history, told or not.
    """
    taken = 0
    ways = channels()
    recent = Q(over_at__isnull=True) | Q(over_at__gte=now - HISTORY)
    for incident in Incident.objects.filter(recent).order_by("id") if ways else ():
        begins = incident.over_at is None
        told: list[str] = incident.told_begin if begins else incident.told_end
        for name, send in ways.items():
            # That it is over is told to those alone who were told that it began.
            if name in told or (not begins and name not in incident.told_begin):
                continue
            # What is queued is written down with it; no webhook is waited for in a transaction.
            with transaction.atomic() if name == "email" else nullcontext():
                if send(AlertMessage(incident, begins), now):
                    taken += 1
                    told.append(name)
                    incident.save(update_fields=["told_begin", "told_end"])
    return taken
