"""E-mails to families about cancelled lessons, at most one for each lesson."""

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
    """The delivery of the messages about some classes.

    ``missing``: not queued yet. ``without_address`` and ``undelivered`` are names of students. An
    undelivered message was refused, or its delivery is unknown.
    """

    missing: int = 0
    waiting: int = 0
    sent: int = 0
    without_address: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)

    @property
    def are_sent(self) -> bool:
        """Whether every family with an address was notified."""
        return not (self.missing or self.waiting or self.undelivered)


def cancelled_for(teacher: Teacher, first: date, last: date, now: datetime) -> list[ScheduledClass]:
    """Return the future classes on these days that an absence of ``teacher`` cancels, in order."""
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
    """Report on the messages about these cancelled classes. Their students must be loaded."""
    report, states = DeliveryReport(), notice_states(classes)
    for scheduled_class in classes:
        name, state = scheduled_class.student.full_name, states.get(scheduled_class.pk)
        if state == MessageState.SENT:
            report.sent += 1
        elif state == MessageState.WAITING:
            report.waiting += 1
        elif state in (MessageState.REFUSED, MessageState.UNKNOWN):
            report.undelivered.append(name)
        elif scheduled_class.student.email:
            report.missing += 1
        else:
            report.without_address.append(name)
    report.without_address = list(dict.fromkeys(report.without_address))
    report.undelivered = list(dict.fromkeys(report.undelivered))
    return report


def email_families(classes: Iterable[ScheduledClass], now: datetime) -> int:
    """Queue a message to the student of each cancelled class, unless queued already.

    Returns the number of new messages. They are delivered after the transaction is committed.
    """
    queued = sum(
        queue(MessageKind.NOTICE, Recipient.STUDENT, scheduled_class, now)
        for scheduled_class in classes
        if scheduled_class.student.email
    )
    if queued:
        enqueue_delivery()
    return queued
