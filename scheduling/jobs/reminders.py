"""Reminds students and teachers of the classes ahead, by e-mail: each at most once.

A reminder is claimed as a row before it is sent. A process that dies between the two loses one;
none is ever sent twice. Where the mail server does not answer at all, nothing is claimed, and the
next watch tries again.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from scheduling.models import ClassStatus, Reader, Reminder, ScheduledClass

from .outgoing import within
from .reminder_text import message_for

logger = logging.getLogger(__name__)

# Bounds of one watch; what is left is the next one's, a quarter of an hour later.
MOST = 300
SECONDS = 120.0
MAIL_SERVER = "the mail server"
TAKEN, SILENT = "", "the mail server did not answer in time"
# The ledger is kept for as long as a class could still be moved back to where it was announced.
KEPT = timedelta(days=30)


def remind(now: datetime) -> int:
    """Send what is due at ``now``; answers how many were sent. Faults are logged, not raised."""
    if not settings.REMINDER_HOURS:
        return 0
    try:
        Reminder.objects.filter(starts_at__lt=now - KEPT).delete()
        waiting = due(now)
        return _send_all(waiting, now) if waiting else 0
    except Exception as error:  # whatever it is, the watch over the jobs goes on
        logger.warning("reminders could not be sent: %s", error)
        return 0


def due(now: datetime) -> list[tuple[Reader, ScheduledClass]]:
    """Who is to be reminded of what at ``now``, the nearest classes first."""
    until = now + timedelta(hours=settings.REMINDER_HOURS)
    found = [
        (reader, one) for reader in Reader for one in _unreminded(reader, _ahead(now, until))[:MOST]
    ]
    found.sort(key=lambda pair: (pair[1].starts_at, pair[1].pk, pair[0]))
    return found[:MOST]


def _ahead(now: datetime, until: datetime) -> QuerySet[ScheduledClass]:
    rows = ScheduledClass.objects.filter(
        status=ClassStatus.SCHEDULED, starts_at__gt=now, starts_at__lte=until
    )
    return rows.select_related("student", "teacher").order_by("starts_at", "id")


def _unreminded(reader: Reader, rows: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
    person = reader.value
    wants = {f"{person}__reminders": True, f"{person}__is_active": True}
    told = Reminder.objects.filter(
        reader=reader, starts_at=OuterRef("starts_at"), student=OuterRef("student")
    )
    with_teacher = Exists(told.filter(teacher=OuterRef("teacher")))
    without = Exists(told.filter(teacher__isnull=True))
    return (
        rows.filter(**wants)
        .exclude(**{f"{person}__email": ""})
        .exclude(Q(teacher__isnull=False) & Q(with_teacher))
        .exclude(Q(teacher__isnull=True) & Q(without))
    )


def _send_all(waiting: list[tuple[Reader, ScheduledClass]], now: datetime) -> int:
    began, sent = time.monotonic(), 0
    mails: Any = get_connection()
    if not within(lambda: _opened(mails), MAIL_SERVER):
        return 0
    try:
        for reader, one in waiting:
            if time.monotonic() - began > SECONDS:
                logger.warning("reminders took too long; the next watch goes on")
                break
            claimed = _claim(reader, one, now)
            if claimed is None:
                continue
            answer = _send(mails, reader, one)
            _write_down(claimed, answer, now)
            sent += answer == TAKEN
            if answer == SILENT:
                break
    finally:
        within(lambda: mails.close() is None, MAIL_SERVER)
    return sent


def _opened(mails: Any) -> bool:
    try:
        mails.open()
    except Exception as error:
        logger.warning("the mail server can't be reached, reminders wait: %s", error)
        return False
    return True


def _claim(reader: Reader, one: ScheduledClass, now: datetime) -> Reminder | None:
    """The right to remind ``reader`` of ``one``; None where another has it, or it is off."""
    with transaction.atomic():
        rows = ScheduledClass.objects.select_for_update(no_key=True)
        still = rows.filter(
            pk=one.pk,
            status=ClassStatus.SCHEDULED,
            starts_at=one.starts_at,
        ).first()
        if still is None or still.teacher_id != one.teacher_id:
            return None
        return Reminder.claim(one, now, reader=reader)


def _send(mails: Any, reader: Reader, one: ScheduledClass) -> str:
    """Hand the e-mail over; what the server said, ``TAKEN`` where it took it."""
    answers: list[str] = []

    def hand_over() -> bool:
        try:
            message = message_for(reader, one)
            message.connection = mails
            message.send()
            answers.append(TAKEN)
        except Exception as error:  # of SMTP, of an address, of a name in a header
            answers.append(f"{type(error).__name__}: {error}")
        return True

    # In time, or it counts as not answered: what it does after that is nobody's news any more.
    return answers[0] if within(hand_over, MAIL_SERVER) and answers else SILENT


def _write_down(claimed: Reminder, answer: str, now: datetime) -> None:
    if answer == TAKEN:
        claimed.sent_at = now
    else:
        logger.warning("reminder %s could not be sent: %s", claimed.pk, answer)
        claimed.error = answer[:300]
    claimed.save(update_fields=["sent_at", "error"])
