"""Sending an undelivered message again."""

from datetime import datetime

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import Message, MessageState
from scheduling.selectors.messages import undelivered


def send_again(message: Message, now: datetime) -> None:
    """Queue ``message`` again, with the same Message-ID, and write an audit log entry.

    Raises ValidationError if it is waiting, was sent, or has expired.
    """
    if message.expires_at <= now:
        raise ValidationError(_("It is too late to send this message."), code="expired")
    with transaction.atomic():
        rows = Message.objects.filter(undelivered(now), pk=message.pk)
        if not rows.update(state=MessageState.WAITING, next_try=now):
            raise ValidationError(_("This message is waiting or was sent."), code="delivered")
        changes = {"state": [message.state, MessageState.WAITING]}
        LogEntry.objects.log_create(message, action=LogEntry.Action.UPDATE, changes=changes)
        enqueue_delivery()
