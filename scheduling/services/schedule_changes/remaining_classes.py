"""Classes that remain on the calendar after a series ends: edited ones and one-offs.

No run removes them. They stay until a person cancels them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED, edit_code, series_key
from scheduling.services.classes.edit import cancellation, manual_edit


def list_or_cancel_remaining(
    filters: Mapping[str, Any],
    now: datetime,
    *,
    first: date,
    last: date | None = None,
    cancel: CancelledBy | None,
    reason: str = "",
) -> list[ResultLine]:
    """Return the classes from ``first`` to ``last`` that no run removes, and cancel them.

    ``filters`` selects them by column. The dates are those on which they take place, not those of
    their occurrences. ``cancel`` is who cancels them; with None they stay.
    """
    rows = ScheduledClass.objects.select_for_update(no_key=True).filter(**filters)
    rows = rows.filter(date__gte=first, starts_at__gt=now, status=ClassStatus.SCHEDULED)
    if last is not None:
        rows = rows.filter(date__lte=last)
    found = list(rows.filter(Q(week__isnull=True) | ~NOT_EDITED).order_by("starts_at", "id"))
    names = PersonNames(
        [scheduled_class.student_id for scheduled_class in found],
        [scheduled_class.teacher_id for scheduled_class in found],
        [scheduled_class.room_id for scheduled_class in found],
    )
    lines = []
    for scheduled_class in found:
        if cancel is None:
            code = _protected_code(scheduled_class)
            lines.append(_line(scheduled_class, names, Outcome.PROTECTED, code, {}))
            continue
        code = "cancelled_for" if cancel is CancelledBy.STUDIO else "cancelled_for_teacher"
        params = {"reason": reason or _("ended")}
        lines.append(_line(scheduled_class, names, Outcome.CANCELLED, code, params))
        manual_edit(scheduled_class, cancellation(cancel, params["reason"]), now)
    return lines


def _protected_code(scheduled_class: ScheduledClass) -> str:
    if scheduled_class.week is None:
        return "one_off"
    is_moved = scheduled_class.occurrence_date not in (None, scheduled_class.date)
    return edit_code(
        status=scheduled_class.status,
        cancelled_by=scheduled_class.cancelled_by,
        attendance=scheduled_class.attendance,
        notes=scheduled_class.notes,
        edited_at=scheduled_class.edited_at,
        is_elsewhere=is_moved,
    )


def _line(
    scheduled_class: ScheduledClass,
    names: PersonNames,
    outcome: Outcome,
    code: str,
    params: dict[str, Any],
) -> ResultLine:
    series = series_key(scheduled_class.fixed_schedule_id, scheduled_class.recurring_slot_id)
    return ResultLine(
        outcome=outcome,
        code=code,
        params=params,
        student_id=scheduled_class.student_id,
        teacher_id=scheduled_class.teacher_id,
        room_id=scheduled_class.room_id,
        student=names.student(scheduled_class.student_id),
        teacher=names.teacher(scheduled_class.teacher_id),
        room=names.room(scheduled_class.room_id),
        series=series,
        class_id=scheduled_class.pk,
        day=scheduled_class.date,
        start_time=scheduled_class.start_time,
        end_time=scheduled_class.end_time,
        zone=scheduled_class.time_zone,
    )
