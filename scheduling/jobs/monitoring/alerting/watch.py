"""The watch: marks dead runs as crashed, and alerts once when an incident begins and ends.

As the job that is due every quarter of an hour it also queues reminders and delivers the outbox.
"""

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from scheduling.jobs.monitoring.backlog import Backlog, backlog
from scheduling.jobs.notifications.delivery import SECONDS, deliver
from scheduling.jobs.notifications.reminders import remind
from scheduling.jobs.runs.claims import Claim, fence
from scheduling.jobs.runs.takeover import mark_crashed_runs
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Incident

from .alerts import HISTORY, AlertMessage, channels
from .incidents import CurrentIncident, current_incidents

logger = logging.getLogger(__name__)


def watch(claim: Claim, now: datetime, mail_seconds: float = SECONDS) -> int:
    """Check all jobs, the calendar and the mail; return the number of incidents.

    No e-mail is begun after ``mail_seconds``.
    """
    end = time.monotonic() + mail_seconds
    for job in JOBS:
        mark_crashed_runs(job)
    # Mail first: a mail server that is back is no longer an incident.
    _try(remind, now)
    _try(partial(deliver, seconds=mail_seconds), now)
    left_undone = backlog(now)
    found = current_incidents(now, left_undone.missing)
    with transaction.atomic():
        _note(found, now)
        fence(claim)
    if send_alerts(now, left_undone) and (left := end - time.monotonic()) > 0:
        _try(partial(deliver, seconds=left), now)
    return len(found)


def _try(step: Callable[[datetime], int], now: datetime) -> None:
    """Log any error of ``step``: the mail must not stop the watch."""
    try:
        step(now)
    except Exception as error:
        logger.exception("mail could not be dealt with: %s", error)


def _note(found: list[CurrentIncident], now: datetime) -> None:
    """Store the incidents that have begun, and close those that have ended."""
    open_ones = {(one.kind, one.job): one for one in Incident.objects.filter(over_at__isnull=True)}
    for one in found:
        if open_ones.pop((one.kind, one.job), None) is None:
            Incident.objects.create(
                kind=one.kind, job=one.job, detail=one.sentence, since=one.since
            )
    for over in open_ones.values():
        over.over_at = now
        over.save(update_fields=["over_at"])


def send_alerts(now: datetime, left_undone: Backlog) -> int:
    """Send the alerts that a channel has not accepted yet; return the number accepted.

    A failing channel does not delay the others. An incident that ended more than a day ago is no
    longer announced.
    """
    accepted = 0
    warnings = tuple(left_undone.warnings())
    senders = channels()
    recent = Q(over_at__isnull=True) | Q(over_at__gte=now - HISTORY)
    for incident in Incident.objects.filter(recent).order_by("id") if senders else ():
        begins = incident.over_at is None
        notified: list[str] = incident.told_begin if begins else incident.told_end
        for name, send in senders.items():
            # Only a channel that announced the beginning announces the end.
            if name in notified or (not begins and name not in incident.told_begin):
                continue
            # The e-mail is queued in the same transaction; a webhook is called outside of one.
            with transaction.atomic() if name == "email" else nullcontext():
                if send(AlertMessage(incident, begins, warnings), now):
                    accepted += 1
                    notified.append(name)
                    incident.save(update_fields=["told_begin", "told_end"])
    return accepted
