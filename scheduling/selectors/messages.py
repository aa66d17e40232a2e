"""States of messages in the outbox."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from scheduling.models import (
    Guardian,
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
    Student,
    Teacher,
)

# A message that did not arrive is shown on the home page until this long after its class began.
SHOWN = timedelta(days=3)
# The longest time until the next attempt.
LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MailBlock:
    """The mail server accepts nothing: since when, its last error, and the waiting messages."""

    since: datetime
    error: str
    waiting: int


def mail_block() -> MailBlock | None:
    """Return the current block of all mail, or None if the mail server accepts messages."""
    blocked = Message.objects.filter(blocked_since__isnull=False)
    since = blocked.aggregate(since=Min("blocked_since"))["since"]
    if since is None:
        return None
    last = blocked.order_by("-id").values_list("error", flat=True).first() or ""
    waiting = Message.objects.filter(state=MessageState.WAITING).count()
    return MailBlock(since, last, waiting)


def due_by(now: datetime) -> Q:
    """Return the condition for messages whose next attempt is due at ``now``.

    An attempt that is further ahead than any delay was dated by a clock that was ahead.
    """
    return Q(next_try__lte=now) | Q(next_try__gt=now + LONGEST_DELAY)


def undelivered(now: datetime) -> Q:
    """Return the condition for messages that need a person: refused, unknown, or not sent in time.

    Messages that are being delivered, or no longer apply, are excluded.
    """
    return (
        Q(state=MessageState.REFUSED)
        | (Q(state=MessageState.UNKNOWN) & due_by(now))
        | (Q(state=MessageState.STALE) & ~Q(error=""))
    )


def recently_undelivered(now: datetime) -> int:
    """Count the undelivered messages about classes that are ahead or began in the last days."""
    rows = Message.objects.filter(undelivered(now), expires_at__gt=now - SHOWN)
    return rows.count()


def messages_to(reader: Recipient, person: Student | Teacher | Guardian) -> QuerySet[Message]:
    """Return the messages to a person, newest first."""
    of_person = MessageItem.objects.filter(reader=reader, **{reader.value: person})
    return Message.objects.filter(pk__in=of_person.values("message")).order_by("-id")


def notice_states(classes: Iterable[ScheduledClass]) -> dict[int, dict[int | None, MessageState]]:
    """Return the states of each class's cancellation e-mails by guardian, None for the student."""
    rows = {
        (scheduled_class.student_id, scheduled_class.teacher_id, scheduled_class.starts_at): (
            scheduled_class.pk
        )
        for scheduled_class in classes
    }
    found = (
        MessageItem.objects.filter(
            kind=MessageKind.NOTICE, student__in={student for student, _teacher, _start in rows}
        )
        .exclude(reader=Recipient.TEACHER)
        .values_list("student_id", "teacher_id", "starts_at", "guardian_id", "message__state")
    )
    states: dict[int, dict[int | None, MessageState]] = defaultdict(dict)
    for student, teacher, starts_at, guardian, state in found:
        if (pk := rows.get((student, teacher, starts_at))) is not None:
            states[pk][guardian] = MessageState(state)
    return dict(states)


def message_counts() -> list[tuple[str, str, int]]:
    """Return the number of messages by kind and state."""
    rows = Message.objects.order_by("kind", "state").values_list("kind", "state")
    return [(kind, state, n) for kind, state, n in rows.annotate(n=Count("id"))]
