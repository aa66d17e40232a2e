"""The outbox: queues reminders and alerts, and makes e-mails of messages."""

import uuid
from datetime import datetime
from email.utils import formataddr, parseaddr
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from scheduling.models import (
    CalendarFeed,
    Guardian,
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    ScheduledClass,
    Student,
)
from scheduling.selectors.feeds.tokens import page_of, page_token_of
from scheduling.selectors.studio import studio, studio_day

from .account_mail import secret_link
from .texts import Reader, address_text, reminder_text, role_of

# Stands for the token of an address, as in logs.
MASK = "***"


def queue_reminder(reader: Reader, lesson: ScheduledClass, now: datetime) -> bool:
    """Queue a reminder of ``lesson``, to be delivered before it begins.

    Returns False if the reader already has one. ``lesson`` has its student and teacher loaded.
    """
    item = {
        "kind": MessageKind.REMINDER,
        "reader": role_of(reader),
        "guardian_id": reader.pk if isinstance(reader, Guardian) else None,
        "student_id": lesson.student_id,
        "teacher_id": lesson.teacher_id,
        "starts_at": lesson.starts_at,
    }
    subject, body = reminder_text(reader, lesson)
    try:
        with transaction.atomic():
            # A message that became stale before its delivery does not count.
            earlier = MessageItem.objects.filter(**item).values("message")
            Message.objects.filter(state=MessageState.STALE, pk__in=earlier).delete()
            message = create_message(
                MessageKind.REMINDER,
                reader.email,
                reader.language,
                subject,
                body,
                now,
                lesson.starts_at,
            )
            MessageItem.objects.create(message=message, **item)
    except IntegrityError:
        return False
    return True


def queue_alert(recipient: str, subject: str, body: str, now: datetime, until: datetime) -> None:
    """Queue an alert, which expires at ``until``."""
    language = studio().language
    create_message(MessageKind.ALERT, recipient, language, subject, body, now, until)


def queue_address(
    feed: CalendarFeed, reader: Student | Guardian, address: str, now: datetime, until: datetime
) -> Message:
    """Queue the ``address`` of a family's page; the message expires at ``until``.

    The token of the address is added on delivery: the outbox can be read by more people than may
    know it.
    """
    masked = address.replace(page_token_of(feed), MASK)
    subject, body = address_text(reader, masked)
    kind = MessageKind.ADDRESS
    message = create_message(kind, reader.email, reader.language, subject, body, now, until)
    Message.objects.filter(pk=message.pk).update(feed=feed)
    return message


def render_address(message: Message, now: datetime) -> bool:
    """Update the recipient of an address; return False if the page is closed or there is none."""
    feed = message.feed
    if feed is None or page_of(page_token_of(feed), studio_day(now)) is None:
        return False
    reader = feed.guardian or feed.student
    message.recipient = reader.email if reader is not None else ""
    return bool(message.recipient) and studio().family_pages


def create_message(
    kind: MessageKind,
    recipient: str,
    language: str,
    subject: str,
    body: str,
    now: datetime,
    until: datetime,
    account: Any = None,
) -> Message:
    """Add a message to the outbox; it expires at ``until``."""
    message = new_message(kind, recipient, language, subject, body, now, until, account)
    message.save(force_insert=True)
    return message


def new_message(
    kind: MessageKind,
    recipient: str,
    language: str,
    subject: str,
    body: str,
    now: datetime,
    until: datetime,
    account: Any = None,
) -> Message:
    """Return a message that is not in the outbox yet; it expires at ``until``."""
    return Message(
        kind=kind,
        recipient=recipient,
        language=language,
        subject=subject,
        body=body,
        account=account,
        message_id=new_message_id(),
        created_at=now,
        next_try=now,
        expires_at=until,
    )


def new_message_id() -> str:
    """Return a new Message-ID at the sender's domain."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4()}@{domain}>"


def can_send_mail() -> bool:
    """Return whether mail is set up: without EMAIL_FROM, servers refuse what is sent by SMTP."""
    is_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    return bool(settings.EMAIL_FROM) or not is_smtp


def as_email(message: Message) -> EmailMessage:
    """Return the e-mail of ``message``, as text and HTML.

    Replies of families and teachers go to the studio.
    """
    headers = {"Message-ID": message.message_id}
    own = studio()
    body = message.body
    if message.feed is not None:
        body = body.replace(MASK, page_token_of(message.feed))
    body = body.replace(*secret_link(message))
    has_reply_to = message.kind != MessageKind.ALERT and own.reply_to
    mail = EmailMultiAlternatives(
        message.subject,
        body,
        to=[message.recipient],
        reply_to=[formataddr((own.name, own.reply_to))] if has_reply_to else None,
        headers=headers,
    )
    mail.attach_alternative(_html(message, body), "text/html")
    return mail


def _html(message: Message, body: str) -> str:
    """Return the text as HTML: its paragraphs, lists of the lines that begin with “- ”, and links.

    Nothing in it is loaded from elsewhere.
    """
    paragraphs = [
        [list(lines) for _is_item, lines in groupby(text.split("\n"), _is_list_item)]
        for text in body.split("\n\n")
    ]
    values = {"language": message.language, "subject": message.subject, "paragraphs": paragraphs}
    return render_to_string("mail/message.html", values)


def _is_list_item(line: str) -> bool:
    return line.startswith("- ")
