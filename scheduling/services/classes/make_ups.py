"""Make-ups: one-offs that replace a cancelled class, as far as the studio's ``MakeUpRule`` allows.

A student's cancellation is in time if made ``cancel_notice_hours`` before the class. A closure of
one teacher, such as an illness, counts as cancelled by the teacher, unless it is entered as one
that earns no make-ups; other closures earn none.
A make-up takes place within ``makeup_days`` of the lost class.
"""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY
from scheduling.models import CancelledBy, ClassStatus, MakeUpRule, Room, ScheduledClass, Teacher
from scheduling.selectors.classes import CANCELLED, CANCELLED_FOR_TEACHER
from scheduling.selectors.studio import studio
from scheduling.text.dates import long_day

from .edit import KEEP, save_manual_edit
from .validation import keeping_duration


def _make_ups_earned() -> Q:
    """Return a condition for the cancelled classes that earn a make-up and have none."""
    settings = studio()
    if settings.makeup_rule == MakeUpRule.NEVER:
        return Q(pk__in=[])
    by_teacher = CANCELLED_FOR_TEACHER & (Q(closure__isnull=True) | Q(closure__earns_make_ups=True))
    earned = by_teacher | Q(cancelled_by=CancelledBy.STUDIO)
    if settings.makeup_rule == MakeUpRule.NOTICE:
        notice = timedelta(hours=settings.cancel_notice_hours)
        cancelled = Coalesce("cancelled_at", "edited_at")
        in_time = LessThanOrEqual(cancelled, F("starts_at") - notice)
        earned |= Q(in_time, cancelled_by=CancelledBy.STUDENT)
    return earned & CANCELLED & Q(make_ups__isnull=True)


def make_ups_owed(today: date) -> Q:
    """Return a condition for the classes for which a make-up is owed on ``today``."""
    return _make_ups_earned() & Q(date__gte=today - studio().makeup_days * DAY)


def last_day(lost: ScheduledClass) -> date:
    """Return the last date for a make-up of ``lost``."""
    return lost.date + studio().makeup_days * DAY


def schedule(
    lost_id: int,
    *,
    to_date: date,
    start_time: time,
    end_time: time | None = None,
    teacher: Teacher | None = None,
    room: Room | None = KEEP,
    now: datetime,
) -> ScheduledClass:
    """Create a make-up for a cancelled class, by default of its duration, regular teacher and room.

    Raises ValidationError if no make-up is owed, DoubleBookedError if the time is taken, and
    DoesNotExist.
    """
    lost = ScheduledClass.objects.get(pk=lost_id)
    times = keeping_duration(lost, {"start_time": start_time, "end_time": end_time})
    make_up = ScheduledClass(
        student_id=lost.student_id,
        teacher_id=teacher.pk if teacher else lost.regular_teacher_id,
        room=lost.room if room is KEEP else room,
        date=to_date,
        **times,
        time_zone="" if teacher else lost.time_zone,
        subject=lost.subject,
        make_up_for=lost,
    )
    save_one_off(make_up, now)
    return make_up


def save_one_off(one_off: ScheduledClass, now: datetime) -> None:
    """Save a new one-off. Raises ValidationError if it is a make-up that is not owed."""
    with transaction.atomic():
        if one_off.make_up_for_id is not None:
            # Locked, so that the second of two concurrent make-ups sees the first.
            rows = ScheduledClass.objects.select_for_update(no_key=True)
            lost = rows.get(pk=one_off.make_up_for_id)
            _validate_make_up(one_off, lost)
            if lost.edited_at is None:
                # A closure cancelled it. Runs keep an edited class, which the make-up refers to.
                save_manual_edit(lost, now)
        save_manual_edit(one_off, now)


def refuse_lost(lost: ScheduledClass, today: date) -> None:
    """Raise ValidationError if ``lost`` can have no make-up on ``today`` or later."""
    _validate_make_up(ScheduledClass(student_id=lost.student_id, date=max(today, lost.date)), lost)


def owes_make_up(lost: ScheduledClass, today: date) -> bool:
    """Return whether a make-up is owed on ``today`` for ``lost``."""
    return ScheduledClass.objects.filter(make_ups_owed(today), pk=lost.pk).exists()


def make_up_of(lost: ScheduledClass) -> ScheduledClass | None:
    """Return the make-up of ``lost``, unless it is cancelled."""
    made = ScheduledClass.objects.filter(make_up_for=lost).exclude(status=ClassStatus.CANCELLED)
    return made.select_related("student").first()


def made_up_of(restored: ScheduledClass) -> str:
    """Return a warning if both ``restored`` and its make-up take place; else an empty string.

    It is not an error: a person may want both.
    """
    made = make_up_of(restored) if restored.status != ClassStatus.CANCELLED else None
    if made is None:
        return ""
    text = _(
        "Its make-up takes place too: %(lesson)s. Cancel the make-up if it is no longer needed."
    )
    return text % {"lesson": made}


def _validate_make_up(make_up: ScheduledClass, lost: ScheduledClass) -> None:
    if make_up.student_id != lost.student_id:
        raise _refusal(_("A make-up is for the student who lost the class."), "other_student")
    made = ScheduledClass.objects.filter(make_up_for=lost).first()
    if made is not None:
        raise _refusal(_("It already has a make-up: %(lesson)s.") % {"lesson": made}, "made_up")
    if lost.status != ClassStatus.CANCELLED:
        raise _refusal(_("Only a cancelled class can have a make-up."), "not_cancelled")
    if make_up.date > last_day(lost):
        text = _("The make-up had to take place by %(day)s.") % {"day": long_day(last_day(lost))}
        raise _refusal(text, "expired")
    earned = make_ups_owed(lost.date)  # the rule alone: the deadline was checked above
    if not ScheduledClass.objects.filter(earned, pk=lost.pk).exists():
        raise _refusal(_("By the studio's rule this cancellation earns no make-up."), "not_earned")


def _refusal(text: str, code: str) -> ValidationError:
    return ValidationError({"make_up_for": ValidationError(text, code=code)})
