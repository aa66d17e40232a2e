"""E-mails to families about cancelled lessons, at most one for each lesson."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from scheduling.jobs.notifications.outbox import queue
from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import (
    CancelledBy,
    ClassStatus,
    Guardian,
    MessageKind,
    MessageState,
    ScheduledClass,
    Teacher,
)
from scheduling.selectors.families import notice_readers
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
    return list(rows.select_related("student", "teacher", "room").order_by("starts_at", "id"))


def notices_of(classes: Sequence[ScheduledClass]) -> DeliveryReport:
    """Report on the messages about these cancelled classes. Their students must be loaded."""
    report, states = DeliveryReport(), notice_states(classes)
    readers = notice_readers({scheduled_class.student_id for scheduled_class in classes})
    for scheduled_class in classes:
        name = scheduled_class.student.full_name
        queued = states.get(scheduled_class.pk, {})
        for state in queued.values():
            if state == MessageState.SENT:
                report.sent += 1
            elif state == MessageState.WAITING:
                report.waiting += 1
            elif state in (MessageState.REFUSED, MessageState.UNKNOWN):
                report.undelivered.append(name)
        current = {guardian for guardian, state in queued.items() if state != MessageState.STALE}
        wanted = readers.get(scheduled_class.student_id)
        if wanted == [] and not current:
            report.without_address.append(name)
        report.missing += sum(
            (reader.pk if isinstance(reader, Guardian) else None) not in current
            for reader in wanted or ()
        )
    report.without_address = list(dict.fromkeys(report.without_address))
    report.undelivered = list(dict.fromkeys(report.undelivered))
    return report


def email_families(classes: Sequence[ScheduledClass], now: datetime) -> int:
    """Queue a message to the family of each cancelled class, unless queued already.

    Returns the number of new messages. They are delivered after the transaction is committed.
    """
    readers = notice_readers({scheduled_class.student_id for scheduled_class in classes})
    queued = sum(
        queue(MessageKind.NOTICE, reader, scheduled_class, now)
        for scheduled_class in classes
        for reader in readers.get(scheduled_class.student_id, ())
    )
    if queued:
        enqueue_delivery()
    return queued
