"""What became of messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from scheduling.models import (
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
    Student,
    Teacher,
)

# For so long after its lesson has begun a message that did not arrive is shown to who looks daily.
SHOWN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class MailBlock:
    """The mail server accepts nothing: since when, what it said, and how many messages wait."""

    since: datetime
    error: str
    waiting: int


def mail_block() -> MailBlock | None:
    """Whether no mail goes out: nothing was accepted since the mail server refused everything."""
    blocked = Message.objects.filter(blocked_since__isnull=False)
    since = blocked.aggregate(since=Min("blocked_since"))["since"]
    if since is None:
        return None
    last = blocked.order_by("-id").values_list("error", flat=True).first() or ""
    waiting = Message.objects.filter(state=MessageState.WAITING).count()
    return MailBlock(since, last, waiting)


def undelivered(now: datetime) -> Q:
    """Which messages are a person's to deal with: refused, not known, or not sent in time.

    Not those that a delivery has in hand, nor those that are not true any more.
    """
    return (
        Q(state=MessageState.REFUSED)
        | Q(state=MessageState.UNKNOWN, next_try__lte=now)
        | (Q(state=MessageState.STALE) & ~Q(error=""))
    )


def recently_undelivered(now: datetime) -> int:
    """How many of them are about what is ahead, or has just begun."""
    rows = Message.objects.filter(undelivered(now), expires_at__gt=now - SHOWN)
    return rows.count()


def messages_to(reader: Recipient, person: Student | Teacher) -> QuerySet[Message]:
    """What was written to a person, the newest first."""
    of_person = MessageItem.objects.filter(reader=reader, **{reader.value: person})
    return Message.objects.filter(pk__in=of_person.values("message")).order_by("-id")


def notice_states(classes: Iterable[ScheduledClass]) -> dict[int, MessageState]:
    """By class what became of the notice that it is cancelled; nothing where there is none."""
    rows = {(one.student_id, one.teacher_id, one.starts_at): one.pk for one in classes}
    found = MessageItem.objects.filter(
        kind=MessageKind.NOTICE,
        reader=Recipient.STUDENT,
        student__in={student for student, _teacher, _start in rows},
    ).values_list("student_id", "teacher_id", "starts_at", "message__state")
    return {
        rows[key]: MessageState(state) for *place, state in found if (key := tuple(place)) in rows
    }


def message_counts() -> list[tuple[str, str, int]]:
    """Kind, state and number of the messages in the outbox."""
    rows = Message.objects.order_by("kind", "state").values_list("kind", "state")
    return [(kind, state, n) for kind, state, n in rows.annotate(n=Count("id"))]
