"""Reads the series and classes of a person on a date, and explains each."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scheduling.domain.series import Series, SeriesKey
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.jobs.runs.result_lines import PersonNames, rooms_of
from scheduling.models import ClassStatus, ScheduledClass, Student, Teacher
from scheduling.selectors.classes import edit_code, stored_rows
from scheduling.selectors.schedules.run_scope import scope_condition
from scheduling.selectors.studio import local
from scheduling.services.classes.occurrences.planned import plan_of
from scheduling.text.dates import long_day
from scheduling.text.reasons import reason_text

from .series import DayExplainer
from .types import SERIES_OUTCOMES, ExplainedClass, ExplainedSeries, Explanation


def explain(
    *,
    student_id: int | None = None,
    teacher_id: int | None = None,
    day: date,
    now: datetime,
) -> Explanation:
    """Explain the classes of a student, or a teacher, on ``day``, using the planner of the runs.

    A constant number of queries; nothing is written. Raises DoesNotExist for an unknown person, and
    ValueError unless exactly one id is given.
    """
    if (student_id is None) == (teacher_id is None):
        raise ValueError("give either a student or a teacher")
    if student_id is not None:
        name = str(Student.objects.get(pk=student_id))
        person, scope = Q(student_id=student_id), scope_condition([student_id], [])
    else:
        assert teacher_id is not None
        name = str(Teacher.objects.get(pk=teacher_id))
        person, scope = Q(teacher_id=teacher_id), scope_condition([], [teacher_id])
    classes = list(
        ScheduledClass.objects.filter(person, date=day)
        .select_related("student", "teacher", "original_teacher", "room", "created_by_run")
        .order_by("starts_at", "id")
    )
    rules = _rules(day, scope, classes, now, teacher_id)
    explained_classes = [
        ExplainedClass(
            scheduled_class=scheduled_class,
            origin=_origin(scheduled_class),
            change=_change(scheduled_class),
        )
        for scheduled_class in classes
    ]
    return Explanation(name=name, day=day, rules=rules, classes=explained_classes)


def _rules(
    day: date,
    scope: Q,
    classes: Iterable[ScheduledClass],
    now: datetime,
    teacher_id: int | None,
) -> list[ExplainedSeries]:
    keys, chunk = plan_of(Window(day, day + DAY), scope, now)
    if not keys:
        return []
    rules = [series for key, series in chunk.series.items() if key in keys]
    monday = monday_of(day)
    rows = {key: found[0] for key, found in stored_rows(keys, monday, monday).items()}
    bookings = [conflict.clash.booking for conflict in chunk.plan.conflicts]
    names = PersonNames(
        [
            *(series.student_id for series in rules),
            *(booking.student_id for booking in bookings),
        ],
        [
            *(series.teacher_id for series in rules),
            *(booking.teacher_id for booking in bookings),
            *(row.teacher_id for row in rows.values()),
        ],
        [*(series.room_id for series in rules), *rooms_of(chunk.plan.conflicts)],
    )
    explainer = DayExplainer(day, chunk.plan, rows, names, now, teacher_id, _one_offs(classes))
    explained = [explainer.explain(series) for series in rules]
    return sorted(explained, key=_sort_key)


def _sort_key(rule: ExplainedSeries) -> tuple[int, int, object, SeriesKey]:
    """Sort by the order of the outcomes, then by weekday and hour."""
    series: Series = rule.series
    return (SERIES_OUTCOMES.index(rule.outcome), series.weekday, series.start_time, series.key)


def _one_offs(classes: Iterable[ScheduledClass]) -> dict[tuple[object, ...], int]:
    """Return the ids of the active one-offs of the day by student and times."""
    return {
        (row.student_id, row.start_time, row.end_time): row.pk
        for row in classes
        if not row.is_generated and row.status != ClassStatus.CANCELLED
    }


def _origin(scheduled_class: ScheduledClass) -> str:
    """Return a text about the creation of the class."""
    if scheduled_class.created_by_run_id is None:
        if scheduled_class.is_generated:
            return _("entered by hand before it was created automatically")
        return _("entered by hand")
    run = scheduled_class.created_by_run
    if run is None:
        text = _("created by run %(id)d, whose log has been deleted")
        return text % {"id": scheduled_class.created_by_run_id}
    return _("created by run %(id)d: %(job)s, %(trigger)s, %(when)s") % {
        "id": run.pk,
        "job": run.get_job_display(),
        "trigger": run.get_trigger_display(),
        "when": date_format(local(run.started_at or run.created_at), "DATETIME_FORMAT"),
    }


def _change(scheduled_class: ScheduledClass) -> str:
    """Return a text about the edits of the class; empty if there are none."""
    planned_day = scheduled_class.occurrence_date
    is_moved = scheduled_class.is_generated and scheduled_class.date != planned_day
    edit = edit_code(
        status=scheduled_class.status,
        cancelled_by=scheduled_class.cancelled_by,
        attendance=scheduled_class.attendance,
        notes=scheduled_class.notes,
        # A one-off is entered by hand; that is not an edit.
        edited_at=scheduled_class.edited_at if scheduled_class.is_generated else None,
        is_elsewhere=is_moved,
    )
    parts = [reason_text(edit, {})] if edit else []
    if scheduled_class.status == ClassStatus.CANCELLED:
        if not edit:
            parts.append(_("cancelled under a closure"))
        if scheduled_class.cancel_reason:
            parts.append(scheduled_class.cancel_reason)
        if scheduled_class.is_chargeable:
            parts.append(_("still to be paid"))
    if is_moved and planned_day is not None:
        parts.append(_("originally on %(day)s") % {"day": long_day(planned_day)})
    return "; ".join(parts)
