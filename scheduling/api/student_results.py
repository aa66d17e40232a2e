"""A run's results student by student: how many classes each got, and why someone got none."""

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

# Beyond so many students only the noteworthy ones are told one by one.
MOST = 1_000


# What keeps a student from a class comes before what else there is to say of one. That a schedule
# begins later, or has ended, says nothing where another one has its classes there.
FIRST = (Outcome.ERROR, Outcome.INVALID, Outcome.CONFLICT, Outcome.CLOSED)
BOUNDS = (Outcome.NOT_STARTED, Outcome.ENDED)


def _rank(outcome: Outcome) -> int:
    if outcome in FIRST:
        return FIRST.index(outcome)
    return len(FIRST) + (outcome in BOUNDS)


class StudentResultCollector(NullObserver):
    """Watches a run and remembers what concerns single students: of each the weightiest line."""

    def __init__(self) -> None:
        self.planned: Counter[int] = Counter()
        self.told: dict[int, ResultLine] = {}

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        for line in lines:
            if line.student_id is None:
                continue
            if line.outcome is Outcome.CREATED:
                self.planned[line.student_id] += 1
                continue
            before = self.told.get(line.student_id)
            if before is None or _rank(line.outcome) < _rank(before.outcome):
                self.told[line.student_id] = line


def results(result: RunResult, seen: StudentResultCollector) -> tuple[list[dict[str, Any]], bool]:
    """The ``results`` of the contract, ordered by student, and whether they are cut."""
    window = result.window
    assert window is not None
    created = seen.planned if result.dry_run else _created(result, window)
    students = result.students | set(seen.told) | set(created)
    truncated = len(students) > MOST
    if truncated:
        students = set(seen.told)
    idle = [pk for pk in students if not created[pk]]
    reasons = _why_nothing(idle, seen.told, window)
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


def _why_nothing(
    students: list[int], told: dict[int, ResultLine], window: Window
) -> dict[int, str]:
    """Why these students got nothing new: the run's own reason, where it has one."""
    bounds = {pk: line for pk, line in told.items() if line.outcome in BOUNDS}
    found = {pk: told[pk].reason for pk in students if pk in told and pk not in bounds}
    rest = [pk for pk in students if pk not in found]
    if not rest:
        return found
    there = set(
        ScheduledClass.objects.filter(
            student_id__among=rest, date__gte=window.start, date__lt=window.end
        ).values_list("student_id", flat=True)
    )
    calendar = load_calendar(window.start, [], rest)
    for pk in rest:
        closed = [c for c in calendar.concerning(None, pk) if c.first < window.end]
        if pk in there:
            found[pk] = _("the classes are there already")
        elif pk in bounds:
            found[pk] = bounds[pk].reason
        elif closed:
            found[pk] = _("closed: %(closure)s") % {"closure": closed[0].name}
        else:
            found[pk] = _("the schedule asks for no class on these days")
    return found


def _message(job: Job, created: int, window: Window, reason: str) -> str:
    if job == Job.WEEKLY:
        text = ngettext(
            "%(n)d class created for the week %(start)s to %(end)s",
            "%(n)d classes created for the week %(start)s to %(end)s",
            created,
        ) % {"n": created, "start": window.start, "end": window.last}
    else:  # many weeks
        text = ngettext("%(n)d class created", "%(n)d classes created", created) % {"n": created}
        span = _("%(first)s to %(last)s") % {"first": window.start, "last": window.last}
        text = f"{text}, {span}"
    return text if created or not reason else f"{text}: {reason}"
