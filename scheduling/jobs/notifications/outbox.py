"""The outbox: what is to be sent, and what a message says when it is delivered."""

import uuid
from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from scheduling.models import (
    ClassStatus,
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
)
from scheduling.selectors.studio import studio

from .texts import person_of, text_of

# What a class has to be for a message about it to be true.
_TRUE_WHILE = {
    MessageKind.REMINDER: ClassStatus.SCHEDULED,
    MessageKind.NOTICE: ClassStatus.CANCELLED,
}


def queue(kind: MessageKind, reader: Recipient, lesson: ScheduledClass, now: datetime) -> bool:
    """Queue a reminder or notice about ``lesson``, whose student and teacher are loaded.

    Until the lesson begins it is delivered. False where the reader has one of the same lesson.
    """
    person = person_of(reader, lesson)
    item = {
        "kind": kind,
        "reader": reader,
        "student_id": lesson.student_id,
        "teacher_id": lesson.teacher_id,
        "starts_at": lesson.starts_at,
    }
    subject, body = text_of(kind, reader, lesson)
    try:
        with transaction.atomic():
            # One that was taken back before it went does not count.
            of_item = MessageItem.objects.filter(**item).values("message")
            Message.objects.filter(state=MessageState.STALE, pk__in=of_item).delete()
            message = _create(
                kind, person.email, person.language, subject, body, now, lesson.starts_at
            )
            MessageItem.objects.create(message=message, **item)
    except IntegrityError:
        return False
    return True


def queue_alert(recipient: str, subject: str, body: str, now: datetime, until: datetime) -> None:
    """Queue an alert, which is of no use any more at ``until``."""
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
    """A Message-ID at the sender's domain."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4()}@{domain}>"


def render(message: Message) -> bool:
    """Set recipient, language, subject and body to what holds now.

    False where the message is not true any more: the lesson is cancelled, moved, restored, or the
    reader wants no reminders or has no address.
    """
    if message.kind == MessageKind.ALERT:
        return True
    item = message.items.first()
    if item is None:
        return False
    kind, reader = MessageKind(message.kind), Recipient(item.reader)
    lessons = ScheduledClass.objects.select_related("student", "teacher").filter(
        student=item.student_id,
        teacher=item.teacher_id,
        starts_at=item.starts_at,
        status=_TRUE_WHILE[kind],
    )
    lesson = lessons.first()
    if lesson is None:
        return False
    person = person_of(reader, lesson)
    if not person.email:
        return False
    if kind == MessageKind.REMINDER and not (person.reminders and person.is_active):
        return False
    message.recipient, message.language = person.email, person.language
    message.subject, message.body = text_of(kind, reader, lesson)
    return True


def as_email(message: Message) -> EmailMessage:
    """``message`` as it goes to the mail server; answers to one about a lesson reach the studio."""
    headers = {"Message-ID": message.message_id}
    own = studio()
    answers = message.kind != MessageKind.ALERT and own.reply_to
    return EmailMessage(
        message.subject,
        message.body,
        to=[message.recipient],
        reply_to=[formataddr((own.name, own.reply_to))] if answers else None,
        headers=headers,
    )
