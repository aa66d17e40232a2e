"""What an end leaves on the calendar: classes on which a person acted, and one-offs.

No run takes them away. They hold their hour until somebody cancels them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED, edit_code
from scheduling.services.classes.edit import cancellation, manual_edit


def list_or_cancel_remaining(
    whose: Mapping[str, Any],
    now: datetime,
    *,
    first: date,
    last: date | None = None,
    cancel: CancelledBy | None,
    reason: str = "",
) -> list[ResultLine]:
    """The classes from ``first`` to ``last`` that no run would take away; cancelled by ``cancel``.

    ``whose``: the columns by which they are found. The day on which a class takes place counts,
    not the one on which its schedule wanted it. With None for ``cancel`` they stay.
    """
    rows = ScheduledClass.objects.select_for_update(no_key=True).filter(**whose)
    rows = rows.filter(date__gte=first, starts_at__gt=now, status=ClassStatus.SCHEDULED)
    if last is not None:
        rows = rows.filter(date__lte=last)
    found = list(rows.filter(Q(week__isnull=True) | ~NOT_EDITED).order_by("starts_at", "id"))
    names = PersonNames([one.student_id for one in found], [one.teacher_id for one in found])
    lines = []
    for one in found:
        if cancel is None:
            lines.append(_line(one, names, Outcome.PROTECTED, _why(one), {}))
            continue
        code = "cancelled_for" if cancel is CancelledBy.STUDIO else "cancelled_for_teacher"
        why = {"reason": reason or _("ended")}
        lines.append(_line(one, names, Outcome.CANCELLED, code, why))
        manual_edit(one, cancellation(cancel, why["reason"]), now)
    return lines


def _why(one: ScheduledClass) -> str:
    edit = edit_code(
        status=one.status,
        cancelled_by=one.cancelled_by,
        attendance=one.attendance,
        notes=one.notes,
        edited_at=one.edited_at,
        is_elsewhere=one.occurrence_date is not None and one.date != one.occurrence_date,
    )
    return "one_off" if one.week is None else edit


def _line(
    one: ScheduledClass, names: PersonNames, outcome: Outcome, code: str, params: dict[str, Any]
) -> ResultLine:
    series = None
    if one.fixed_schedule_id is not None:
        series = SeriesKey(SeriesKind.FIXED_SCHEDULE, one.fixed_schedule_id)
    elif one.recurring_slot_id is not None:
        series = SeriesKey(SeriesKind.RECURRING_SLOT, one.recurring_slot_id)
    return ResultLine(
        outcome=outcome,
        code=code,
        params=params,
        student_id=one.student_id,
        teacher_id=one.teacher_id,
        student=names.student(one.student_id),
        teacher=names.teacher(one.teacher_id),
        series=series,
        class_id=one.pk,
        day=one.date,
        start_time=one.start_time,
        end_time=one.end_time,
        zone=one.time_zone,
    )
