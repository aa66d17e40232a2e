"""Tells families by e-mail that a lesson does not take place: each once, whatever happens."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scheduling.models import (
    CancellationNotice,
    CancelledBy,
    ClassStatus,
    ScheduledClass,
    Teacher,
)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """What became of the notices: how many went out, who has no address, where sending failed."""

    sent: int = 0
    before: int = 0
    without_address: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def cancelled_for(teacher: Teacher, first: date, last: date, now: datetime) -> list[ScheduledClass]:
    """The classes ahead, on these days, that are cancelled as ``teacher`` can't come, in order."""
    rows = ScheduledClass.objects.filter(
        Q(closure__teacher=teacher) | Q(cancelled_by=CancelledBy.TEACHER),
        teacher=teacher,
        status=ClassStatus.CANCELLED,
        date__gte=first,
        date__lte=last,
        starts_at__gt=now,
    )
    return list(rows.select_related("student", "teacher").order_by("starts_at", "id"))


def still_to_tell(classes: Iterable[ScheduledClass]) -> int:
    """How many of these classes have a family that can be told, and was not."""
    reached = [one for one in classes if one.student.email]
    claimed = set(
        CancellationNotice.objects.filter(
            student__in={one.student_id for one in reached}
        ).values_list("starts_at", "student_id", "teacher_id")
    )
    keys = [(one.starts_at, one.student_id, one.teacher_id) for one in reached]
    return sum(key not in claimed for key in keys)


def tell_families(classes: Iterable[ScheduledClass], now: datetime) -> Told:
    """Tell the student of each cancelled class, in the student's language.

    A failure is said and does not stop the others; it is never sent twice, even where it is not
    known whether the first one arrived. Not to be called within a transaction.
    """
    told = Told()
    waiting = []
    for one in classes:
        if one.student.email:
            waiting.append(one)
        elif one.student.full_name not in told.without_address:
            told.without_address.append(one.student.full_name)
    if waiting:
        _send_all(waiting, told, now)
    return told


def _send_all(waiting: list[ScheduledClass], told: Told, now: datetime) -> None:
    mails: Any = get_connection()
    try:
        mails.open()
    except Exception as error:  # nothing is claimed: whoever asks again may still tell them
        logger.warning("the mail server can't be reached: %s", error)
        told.failed = [(one.student.full_name, str(error)) for one in waiting]
        return
    try:
        for one in waiting:
            claimed = CancellationNotice.claim(one, now)
            if claimed is None:
                told.before += 1
            else:
                _send(mails, one, claimed, told, now)
    finally:
        mails.close()


def _send(
    mails: Any, one: ScheduledClass, claimed: CancellationNotice, told: Told, now: datetime
) -> None:
    try:
        message = message_for(one)
        message.connection = mails
        message.send()
    except Exception as error:  # of SMTP, of an address, of a name in a header
        logger.warning("notice %s could not be sent: %s", claimed.pk, error)
        claimed.error = f"{type(error).__name__}: {error}"[:300]
        claimed.save(update_fields=["error"])
        told.failed.append((one.student.full_name, str(error)))
        return
    claimed.sent_at = now
    claimed.save(update_fields=["sent_at"])
    told.sent += 1


def message_for(one: ScheduledClass) -> EmailMessage:
    """The e-mail: which lesson, by the class's own clock. Why is nobody else's business."""
    with translation.override(one.student.language):
        subject = one.subject or _("Lesson")
        lesson = subject
        if one.teacher is not None:
            lesson = _("%(subject)s with %(person)s") % {"subject": subject, "person": one.teacher}
        words = {
            "name": one.student.first_name,
            "lesson": lesson,
            "day": date_format(one.date, "l, j F Y"),
            "start": f"{one.start_time:%H:%M}",
            "end": f"{one.end_time:%H:%M}",
            "zone": one.time_zone,
        }
        title = _("Cancelled: %(lesson)s, %(day)s, %(start)s") % words
        text = _(
            "Hello %(name)s,\n\n"
            "this lesson does not take place:\n\n"
            "%(lesson)s: %(day)s, %(start)s–%(end)s (%(zone)s).\n\n"
            "We are sorry for the short notice. Your studio will be in touch about what comes next."
        )
        return EmailMessage(" ".join(title.split()), text % words, to=[one.student.email])
