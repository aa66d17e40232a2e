"""The results of a run by student: the number of new classes, or why there are none."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import Window
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import Job, ScheduledClass
from scheduling.selectors.people import student_names
from scheduling.selectors.schedules.closures import load_calendar

# With more students than this, only those with a noteworthy result are listed.
MAX_STUDENTS = 1_000


# Reasons that prevent a class take precedence. That a schedule begins later, or has ended, is
# least important: the student may have another schedule.
BLOCKING = (Outcome.ERROR, Outcome.INVALID, Outcome.CONFLICT, Outcome.CLOSED)
OUT_OF_RANGE = (Outcome.NOT_STARTED, Outcome.ENDED)


def _rank(outcome: Outcome) -> int:
    if outcome in BLOCKING:
        return BLOCKING.index(outcome)
    return len(BLOCKING) + (outcome in OUT_OF_RANGE)


class StudentResultCollector(NullObserver):
    """Observes a run and keeps the most important result line of each student."""

    def __init__(self) -> None:
        self.planned: Counter[int] = Counter()
        self.line_by_student: dict[int, ResultLine] = {}

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        for line in lines:
            if line.student_id is None:
                continue
            if line.outcome is Outcome.CREATED:
                self.planned[line.student_id] += 1
                continue
            previous = self.line_by_student.get(line.student_id)
            if previous is None or _rank(line.outcome) < _rank(previous.outcome):
                self.line_by_student[line.student_id] = line


def results(
    result: RunResult, collector: StudentResultCollector
) -> tuple[list[dict[str, Any]], bool]:
    """Return ``results``, ordered by student, and whether they are truncated."""
    window = result.window
    assert window is not None
    lines = collector.line_by_student
    created = collector.planned if result.dry_run else _created(result, window)
    students = result.students | set(lines) | set(created)
    truncated = len(students) > MAX_STUDENTS
    if truncated:
        students = set(lines)
    without_classes = [pk for pk in students if not created[pk]]
    reasons = _reasons_for_no_class(without_classes, lines, window)
    names = student_names(students)
    return [
        {
            "student_id": pk,
            "student_name": names.get(pk, ""),
            "classes_created": created[pk],
            "message": _message(result.job, created[pk], window, reasons.get(pk, "")),
        }
        for pk in sorted(students)
    ], truncated


def _created(result: RunResult, window: Window) -> Counter[int]:
    start: date = result.catch_up_from or window.start
    rows = (
        ScheduledClass.objects.filter(
            created_by_run_id=result.run_id, date__gte=start, date__lt=window.end
        )
        .order_by()
        .values_list("student_id")
        .annotate(n=Count("id"))
    )
    return Counter(dict(rows))


def _reasons_for_no_class(
    students: list[int], lines: dict[int, ResultLine], window: Window
) -> dict[int, str]:
    """Return by student why no class was created, preferably the reason given by the run."""
    out_of_range = {pk: line for pk, line in lines.items() if line.outcome in OUT_OF_RANGE}
    reasons = {pk: lines[pk].reason for pk in students if pk in lines and pk not in out_of_range}
    rest = [pk for pk in students if pk not in reasons]
    if not rest:
        return reasons
    with_classes = set(
        ScheduledClass.objects.filter(
            student_id__among=rest, date__gte=window.start, date__lt=window.end
        ).values_list("student_id", flat=True)
    )
    calendar = load_calendar(window.start, [], rest)
    for pk in rest:
        closed = [c for c in calendar.concerning(None, pk) if c.first < window.end]
        if pk in with_classes:
            reasons[pk] = _("the classes already exist")
        elif pk in out_of_range:
            reasons[pk] = out_of_range[pk].reason
        elif closed:
            reasons[pk] = _("closed: %(closure)s") % {"closure": closed[0].name}
        else:
            reasons[pk] = _("the schedule has no class on these days")
    return reasons


def _message(job: Job, created: int, window: Window, reason: str) -> str:
    if job == Job.WEEKLY:
        text = ngettext(
            "%(n)d class created for the week %(start)s to %(end)s",
            "%(n)d classes created for the week %(start)s to %(end)s",
            created,
        ) % {"n": created, "start": window.start, "end": window.last}
    else:
        text = ngettext("%(n)d class created", "%(n)d classes created", created) % {"n": created}
        span = _("%(first)s to %(last)s") % {"first": window.start, "last": window.last}
        text = f"{text}, {span}"
    return text if created or not reason else f"{text}: {reason}"
