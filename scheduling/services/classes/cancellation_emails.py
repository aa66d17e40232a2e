"""Tells families by e-mail that a lesson does not take place: each once, whatever happens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from scheduling.jobs.notifications.outbox import queue
from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import (
    CancelledBy,
    ClassStatus,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
    Teacher,
)
from scheduling.selectors.messages import notice_states


@dataclass(slots=True)
class DeliveryReport:
    """What became of the notices about some classes.

    ``missing``: not queued yet. ``without_address`` and ``undelivered`` name students; those of
    ``undelivered`` were refused, or it is not known whether they arrived.
    """

    missing: int = 0
    waiting: int = 0
    sent: int = 0
    without_address: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)

    @property
    def are_sent(self) -> bool:
        """Whether every family that can be told was told."""
        return not (self.missing or self.waiting or self.undelivered)


def cancelled_for(teacher: Teacher, first: date, last: date, now: datetime) -> list[ScheduledClass]:
    """The classes ahead, on these days, that are cancelled as ``teacher`` can't come, in order."""
    rows = ScheduledClass.objects.filter(
        Q(closure__teacher=teacher) | Q(cancelled_by=CancelledBy.TEACHER),
        teacher=teacher,
        status=ClassStatus.CANCELLED,
        date__gte=first,
        date__lte=last,
        starts_at__gt=now,
    )
    return list(rows.select_related("student", "teacher").order_by("starts_at", "id"))


def notices_of(classes: Sequence[ScheduledClass]) -> DeliveryReport:
    """What became of the notices about these cancelled classes, their students loaded."""
    found, states = DeliveryReport(), notice_states(classes)
    for one in classes:
        name, state = one.student.full_name, states.get(one.pk)
        if state == MessageState.SENT:
            found.sent += 1
        elif state == MessageState.WAITING:
            found.waiting += 1
        elif state in (MessageState.REFUSED, MessageState.UNKNOWN):
            found.undelivered.append(name)
        elif one.student.email:
            found.missing += 1
        else:
            found.without_address.append(name)
    found.without_address = list(dict.fromkeys(found.without_address))
    found.undelivered = list(dict.fromkeys(found.undelivered))
    return found


def email_families(classes: Iterable[ScheduledClass], now: datetime) -> int:
    """Queue a notice to the student of each cancelled class who has none; answers how many.

    They are delivered once the transaction, if there is one, is committed.
    """
    reached = [one for one in classes if one.student.email]
    queued = sum(queue(MessageKind.NOTICE, Recipient.STUDENT, one, now) for one in reached)
    if queued:
        enqueue_delivery()
    return queued
