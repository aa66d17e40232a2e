"""The outbox: queues messages, and renders them again on delivery."""

import uuid
from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from scheduling.models import (
    ClassStatus,
    Guardian,
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
)
from scheduling.selectors.studio import studio

from .texts import Reader, role_of, text_of

# The status that a class must have for a message about it to be correct.
_REQUIRED_STATUS = {
    MessageKind.REMINDER: ClassStatus.SCHEDULED,
    MessageKind.NOTICE: ClassStatus.CANCELLED,
}


def queue(kind: MessageKind, reader: Reader, lesson: ScheduledClass, now: datetime) -> bool:
    """Queue a reminder or notice about ``lesson``, to be delivered before it begins.

    Returns False if the reader already has one about it. ``lesson`` has its student and teacher
    loaded.
    """
    item = {
        "kind": kind,
        "reader": role_of(reader),
        "guardian_id": reader.pk if isinstance(reader, Guardian) else None,
        "student_id": lesson.student_id,
        "teacher_id": lesson.teacher_id,
        "starts_at": lesson.starts_at,
    }
    subject, body = text_of(kind, reader, lesson)
    try:
        with transaction.atomic():
            # A message that became stale before its delivery does not count.
            earlier = MessageItem.objects.filter(**item).values("message")
            Message.objects.filter(state=MessageState.STALE, pk__in=earlier).delete()
            message = _create(
                kind, reader.email, reader.language, subject, body, now, lesson.starts_at
            )
            MessageItem.objects.create(message=message, **item)
    except IntegrityError:
        return False
    return True


def queue_alert(recipient: str, subject: str, body: str, now: datetime, until: datetime) -> None:
    """Queue an alert, which expires at ``until``."""
    language = studio().language
    _create(MessageKind.ALERT, recipient, language, subject, body, now, until)


def _create(
    kind: MessageKind,
    recipient: str,
    language: str,
    subject: str,
    body: str,
    now: datetime,
    until: datetime,
) -> Message:
    return Message.objects.create(
        kind=kind,
        recipient=recipient,
        language=language,
        subject=subject,
        body=body,
        message_id=new_message_id(),
        created_at=now,
        next_try=now,
        expires_at=until,
    )


def new_message_id() -> str:
    """Return a new Message-ID at the sender's domain."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4()}@{domain}>"


def render(message: Message) -> bool:
    """Update recipient, language, subject and body to the current data.

    Returns False if the message is no longer correct: the lesson was cancelled, moved or restored,
    or the reader has turned reminders off or has no address.
    """
    if message.kind == MessageKind.ALERT:
        return True
    item = message.items.first()
    if item is None:
        return False
    kind = MessageKind(message.kind)
    lessons = ScheduledClass.objects.select_related("student", "teacher", "room").filter(
        student=item.student_id,
        teacher=item.teacher_id,
        starts_at=item.starts_at,
        status=_REQUIRED_STATUS[kind],
    )
    lesson = lessons.first()
    if lesson is None:
        return False
    reader = _reader_of(item, lesson)
    if reader is None or not reader.email:
        return False
    if kind == MessageKind.REMINDER and not _wants_reminder(reader, lesson):
        return False
    message.recipient, message.language = reader.email, reader.language
    message.subject, message.body = text_of(kind, reader, lesson)
    return True


def _reader_of(item: MessageItem, lesson: ScheduledClass) -> Reader | None:
    """Return the reader; None for a guardian who no longer looks after the student."""
    if item.reader == Recipient.GUARDIAN:
        return Guardian.objects.filter(pk=item.guardian_id or 0, students=lesson.student_id).first()
    return lesson.student if item.reader == Recipient.STUDENT else lesson.teacher


def _wants_reminder(reader: Reader, lesson: ScheduledClass) -> bool:
    person = lesson.student if isinstance(reader, Guardian) else reader
    return reader.reminders and person.is_active


def as_email(message: Message) -> EmailMessage:
    """Return the e-mail of ``message``. Replies about a lesson go to the studio."""
    headers = {"Message-ID": message.message_id}
    own = studio()
    has_reply_to = message.kind != MessageKind.ALERT and own.reply_to
    return EmailMessage(
        message.subject,
        message.body,
        to=[message.recipient],
        reply_to=[formataddr((own.name, own.reply_to))] if has_reply_to else None,
        headers=headers,
    )
