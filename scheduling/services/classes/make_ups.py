"""Make-ups: a cancelled class earns one by the studio's rule, as a one-off that is linked to it.

The rule is a ``MakeUpRule``; a student cancels in time ``cancel_notice_hours`` before the class. A
closure earns none: it was announced. It is to be given within ``makeup_days`` of the lost class.
"""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY
from scheduling.models import CancelledBy, ClassStatus, MakeUpRule, ScheduledClass, Teacher
from scheduling.selectors.studio import studio
from scheduling.text.dates import long_day

from .edit import save_manual_edit
from .validation import keeping_duration

_OURS = (CancelledBy.TEACHER, CancelledBy.STUDIO)


def make_ups_owed(today: date) -> Q:
    """The classes that a make-up is owed for on ``today``."""
    rules = studio()
    if rules.makeup_rule == MakeUpRule.NEVER:
        return Q(pk__in=[])
    earned = Q(cancelled_by__in=_OURS)
    if rules.makeup_rule == MakeUpRule.NOTICE:
        notice = timedelta(hours=rules.cancel_notice_hours)
        in_time = ScheduledClass.objects.annotate(
            said=Coalesce("cancelled_at", "edited_at")
        ).filter(
            status=ClassStatus.CANCELLED,
            cancelled_by=CancelledBy.STUDENT,
            said__lte=F("starts_at") - notice,
        )
        earned |= Q(pk__in=in_time.values("pk"))
    first = today - rules.makeup_days * DAY
    return earned & Q(status=ClassStatus.CANCELLED, make_ups__isnull=True, date__gte=first)


def last_day(lost: ScheduledClass) -> date:
    """The last date on which ``lost`` may be made good."""
    return lost.date + studio().makeup_days * DAY


def schedule(
    lost_id: int,
    *,
    to_date: date,
    start_time: time,
    end_time: time | None = None,
    teacher: Teacher | None = None,
    now: datetime,
) -> ScheduledClass:
    """Make good for a cancelled class: a one-off as long as it was, with the same teacher unless
    another is named.

    Raises ValidationError where it has earned none, has one already or it is too late, and
    DoubleBookedError where the time is taken. Raises DoesNotExist.
    """
    lost = ScheduledClass.objects.get(pk=lost_id)
    times = keeping_duration(lost, {"start_time": start_time, "end_time": end_time})
    one = ScheduledClass(
        student_id=lost.student_id,
        teacher_id=teacher.pk if teacher else lost.teacher_id,
        date=to_date,
        **times,
        time_zone="" if teacher else lost.time_zone,
        subject=lost.subject,
        make_up_for=lost,
    )
    save_one_off(one, now)
    return one


def save_one_off(one: ScheduledClass, now: datetime) -> None:
    """Store a new one-off, and check that it may make good for what it says."""
    with transaction.atomic():
        if one.make_up_for_id is not None:
            # Locked: of two that make good for it at once, the second sees the first.
            rows = ScheduledClass.objects.select_for_update(no_key=True)
            _refuse(one, rows.get(pk=one.make_up_for_id))
        save_manual_edit(one, now)


def refuse_lost(lost: ScheduledClass, today: date) -> None:
    """Raise ValidationError where nothing can make good for ``lost`` from ``today`` on."""
    _refuse(ScheduledClass(student_id=lost.student_id, date=max(today, lost.date)), lost)


def make_up_of(lost: ScheduledClass) -> ScheduledClass | None:
    """The class that makes good for ``lost``, if it is to take place."""
    made = ScheduledClass.objects.filter(make_up_for=lost).exclude(status=ClassStatus.CANCELLED)
    return made.select_related("student").first()


def made_up_of(restored: ScheduledClass) -> str:
    """A sentence where ``restored`` takes place and so does its make-up; else nothing.

    That is a person's to decide, and no reason to refuse it.
    """
    made = make_up_of(restored) if restored.status != ClassStatus.CANCELLED else None
    if made is None:
        return ""
    text = _("Its make-up takes place too: %(lesson)s. Cancel that if it is not wanted any more.")
    return text % {"lesson": made}


def _refuse(one: ScheduledClass, lost: ScheduledClass) -> None:
    if one.student_id != lost.student_id:
        raise _refusal(_("A make-up is for the student who lost the class."), "other_student")
    made = ScheduledClass.objects.filter(make_up_for=lost).first()
    if made is not None:
        raise _refusal(_("It is made up for already: %(lesson)s.") % {"lesson": made}, "made_up")
    if lost.status != ClassStatus.CANCELLED:
        raise _refusal(_("Only a cancelled class is made up for."), "not_cancelled")
    if one.date > last_day(lost):
        text = _("It was to be made up for by %(day)s.") % {"day": long_day(last_day(lost))}
        raise _refusal(text, "expired")
    earned = make_ups_owed(lost.date)  # by the rule alone: whether it is too late is said above
    if not ScheduledClass.objects.filter(earned, pk=lost.pk).exists():
        raise _refusal(_("By the studio's rule this cancellation earns no make-up."), "not_earned")


def _refusal(text: str, code: str) -> ValidationError:
    return ValidationError({"make_up_for": ValidationError(text, code=code)})
