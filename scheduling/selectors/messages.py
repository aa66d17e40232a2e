"""States of messages in the outbox."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from scheduling.models import (
    ChangeKind,
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


def undelivered_messages(now: datetime) -> QuerySet[Message]:
    """Return the undelivered messages about classes that are ahead or began in the last days."""
    return Message.objects.filter(undelivered(now), expires_at__gt=now - SHOWN).order_by("-id")


def recently_undelivered(now: datetime) -> int:
    """Count these messages."""
    return undelivered_messages(now).count()


def messages_to(reader: Recipient, person: Student | Teacher | Guardian) -> QuerySet[Message]:
    """Return the messages to a person, newest first."""
    of_person = MessageItem.objects.filter(reader=reader, **{reader.value: person})
    return Message.objects.filter(pk__in=of_person.values("message")).order_by("-id")


@dataclass(slots=True)
class DeliveryReport:
    """The messages about some cancelled lessons.

    ``undelivered`` are the names of students: a message about them was refused, or its delivery is
    unknown.
    """

    waiting: int = 0
    sent: int = 0
    undelivered: list[str] = field(default_factory=list)


def cancellation_report(classes: Iterable[ScheduledClass]) -> DeliveryReport:
    """Report on the messages to families about these cancelled classes, students loaded."""
    rows = {row.pk: row for row in classes}
    if not rows:
        return DeliveryReport()
    items = MessageItem.objects.filter(
        kind=MessageKind.NOTICE, change=ChangeKind.CANCELLED, class_id__among=rows
    ).exclude(reader=Recipient.TEACHER)
    found: dict[str, set[int]] = defaultdict(set)
    undelivered: list[str] = []
    for item in items.select_related("message").order_by("starts_at", "pk"):
        row = rows[item.class_id or 0]
        if item.starts_at != row.starts_at:
            continue
        state = item.message.state
        found[state].add(item.message_id)
        if state in (MessageState.REFUSED, MessageState.UNKNOWN):
            undelivered.append(row.student.full_name)
    return DeliveryReport(
        len(found[MessageState.WAITING]),
        len(found[MessageState.SENT]),
        list(dict.fromkeys(undelivered)),
    )


def message_counts() -> list[tuple[str, str, int]]:
    """Return the number of messages by kind and state."""
    rows = Message.objects.order_by("kind", "state").values_list("kind", "state")
    return [(kind, state, n) for kind, state, n in rows.annotate(n=Count("id"))]
