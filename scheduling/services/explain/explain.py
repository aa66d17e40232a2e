"""Reads the rules and classes of a person on a date, and has each explained by the plan."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scheduling.domain.series import Series, SeriesKey
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.jobs.runs.result_lines import PersonNames
from scheduling.models import ClassStatus, ScheduledClass, Student, Teacher
from scheduling.selectors.classes import edit_code, stored_rows
from scheduling.selectors.schedules.run_scope import scope_condition
from scheduling.selectors.studio import local
from scheduling.services.classes.occurrences.planned import plan_of
from scheduling.text.dates import long_day
from scheduling.text.reasons import reason_text

from .series import DayExplainer
from .types import FATES, ExplainedClass, ExplainedSeries, Explanation


def explain(
    *,
    student_id: int | None = None,
    teacher_id: int | None = None,
    day: date,
    now: datetime,
) -> Explanation:
    """Why a student, or a teacher, has a class on ``day``, or none: by the planner of all runs.

    A constant number of queries; nothing is written. Raises DoesNotExist for nobody, ValueError
    unless one of the two is named.
    """
    if (student_id is None) == (teacher_id is None):
        raise ValueError("name a student or a teacher")
    if student_id is not None:
        name = str(Student.objects.get(pk=student_id))
        whose, scope = Q(student_id=student_id), scope_condition([student_id], [])
    else:
        assert teacher_id is not None
        name = str(Teacher.objects.get(pk=teacher_id))
        whose, scope = Q(teacher_id=teacher_id), scope_condition([], [teacher_id])
    classes = list(
        ScheduledClass.objects.filter(whose, date=day)
        .select_related("student", "teacher", "created_by_run")
        .order_by("starts_at", "id")
    )
    rules = _rules(day, scope, classes, now, teacher_id)
    return Explanation(
        name=name, day=day, rules=rules, classes=[_class_explained(one) for one in classes]
    )


def _rules(
    day: date,
    scope: Q,
    classes: Iterable[ScheduledClass],
    now: datetime,
    teacher_id: int | None,
) -> list[ExplainedSeries]:
    asked, found = plan_of(Window(day, day + DAY), scope, now)
    if not asked:
        return []
    series = [one for key, one in found.series.items() if key in asked]
    monday = monday_of(day)
    rows = {key: of[0] for key, of in stored_rows(asked, monday, monday).items()}
    bookings = [conflict.clash.booking for conflict in found.plan.conflicts]
    names = PersonNames(
        [*(one.student_id for one in series), *(one.student_id for one in bookings)],
        [
            *(one.teacher_id for one in series),
            *(one.teacher_id for one in bookings),
            *(row.teacher_id for row in rows.values()),
        ],
    )
    by_plan = DayExplainer(day, found.plan, rows, names, now, teacher_id, _stand_ins(classes))
    told = [by_plan.explain(one) for one in series]
    return sorted(told, key=_order)


def _order(rule: ExplainedSeries) -> tuple[int, int, object, SeriesKey]:
    """Those that come nearest to a class first, then by weekday and hour."""
    series: Series = rule.series
    return (FATES.index(rule.fate), series.weekday, series.start_time, series.key)


def _stand_ins(classes: Iterable[ScheduledClass]) -> dict[tuple[object, ...], int]:
    """The active one-offs of the day by student and times."""
    return {
        (one.student_id, one.start_time, one.end_time): one.pk
        for one in classes
        if not one.is_generated and one.status != ClassStatus.CANCELLED
    }


def _class_explained(one: ScheduledClass) -> ExplainedClass:
    return ExplainedClass(one=one, origin=_origin(one), change=_change(one))


def _origin(one: ScheduledClass) -> str:
    """What made the class."""
    if one.created_by_run_id is None:
        if one.is_generated:
            return _("entered by hand before it was created automatically")
        return _("entered by hand")
    run = one.created_by_run
    if run is None:
        text = _("created by run %(id)d, whose log has been deleted")
        return text % {"id": one.created_by_run_id}
    return _("created by run %(id)d: %(job)s, %(trigger)s, %(when)s") % {
        "id": run.pk,
        "job": run.get_job_display(),
        "trigger": run.get_trigger_display(),
        "when": date_format(local(run.started_at or run.created_at), "DATETIME_FORMAT"),
    }


def _change(one: ScheduledClass) -> str:
    """What was done to the class since; empty where nothing was."""
    moved = one.is_generated and one.date != one.occurrence_date
    edit = edit_code(
        status=one.status,
        cancelled_by=one.cancelled_by,
        attendance=one.attendance,
        notes=one.notes,
        # A one-off is nobody's occurrence: to be entered by hand is no change of it.
        edited_at=one.edited_at if one.is_generated else None,
        is_elsewhere=moved,
    )
    parts = [reason_text(edit, {})] if edit else []
    if one.status == ClassStatus.CANCELLED:
        if not edit:
            parts.append(_("cancelled under a closure"))
        if one.cancel_reason:
            parts.append(one.cancel_reason)
        if one.is_chargeable:
            parts.append(_("to be paid all the same"))
    if moved and one.occurrence_date is not None:
        parts.append(_("its schedule gave it %(day)s") % {"day": long_day(one.occurrence_date)})
    return "; ".join(parts)
