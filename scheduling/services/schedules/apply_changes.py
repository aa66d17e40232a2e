"""Brings classes up to date after a schedule has changed, in the same request."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.conf import settings

from scheduling.db.errors import log_and_describe
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.generation.displaced_classes import including_displaced
from scheduling.jobs.generation.run_window import is_large
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.models import FixedSchedule, Job, RecurringSlot, ScheduledClass, Trigger

BOTH_JOBS = (Job.WEEKLY, Job.HORIZON)
Days = tuple[date, date]


@dataclass(slots=True)
class ApplyResult:
    """The results of the runs after a change; ``error`` is a sentence if one failed.

    ``already_running``: a run of the whole studio was active, so that no other could start.
    ``is_under_way``: background runs were enqueued, as there are many classes.
    """

    results: list[RunResult] = field(default_factory=list)
    error: str = ""
    already_running: bool = False
    is_under_way: bool = False

    def count(self, outcome: Outcome) -> int:
        return sum(result.counts[outcome] for result in self.results)

    def conflicts(self, series: Collection[SeriesKey] | None = None) -> list[ResultLine]:
        """Return the conflicts, each once, although two jobs may have reported it.

        ``series`` limits them to these series.
        """
        lines = [line for result in self.results for line in result.conflicts]
        found = {
            (line.series, line.day): line
            for line in reversed(lines)
            if series is None or line.series in series
        }
        return list(reversed(found.values()))

    @property
    def errors(self) -> list[str]:
        """All errors, a sentence each."""
        found = [self.error] if self.error else []
        return found + [text for result in self.results for text in result.errors()]

    def add(self, other: "ApplyResult") -> None:
        """Add the results of another change."""
        self.results += other.results
        self.error = self.error or other.error
        self.already_running = self.already_running or other.already_running
        self.is_under_way = self.is_under_way or other.is_under_way


def jobs_of_student(student_id: int) -> tuple[Job, ...]:
    """Return the jobs that bring all classes of a student up to date, from the start date on."""
    jobs: tuple[Job, ...] = ()
    if FixedSchedule.objects.filter(student_id=student_id).exists():
        jobs += (Job.MISSING, Job.WEEKLY)
    if RecurringSlot.objects.filter(student_id=student_id).exists():
        jobs += (Job.HORIZON,)
    return jobs


def apply_change(
    *,
    student_ids: Iterable[int] = (),
    teacher_ids: Iterable[int] = (),
    days: Iterable[Days] = (),
    jobs: Iterable[Job] = BOTH_JOBS,
    today: date,
    clock: Clock,
    triggered_by: str,
) -> ApplyResult:
    """Run ``jobs`` for these students or teachers only, after the change is committed.

    The change stays if a run fails: the next scheduled run applies it.
    """
    scope: dict[str, Any] = {
        "student_ids": tuple(student_ids),
        "teacher_ids": tuple(teacher_ids),
        "days": tuple(days),
    }
    if not scope["student_ids"] and not scope["teacher_ids"]:
        return ApplyResult()
    requests = [_request(job, today, triggered_by, scope) for job in jobs]
    if scope["days"]:
        requests = list(including_displaced(requests, clock()))
        return _apply(requests, clock)
    applied = _apply(requests, clock)
    if scope["student_ids"]:
        _retry_with_teachers(applied, requests, clock)
    return applied


def _retry_with_teachers(applied: ApplyResult, requests: list[RunRequest], clock: Clock) -> None:
    """Plan conflicting classes again, together with all classes of their teachers.

    When two schedules are changed one after the other, each may need the hour, or the room, that
    the other frees. The teacher of the other class counts, too, if the room is taken.
    """
    conflicts = applied.conflicts()
    in_room = [line.params["with_class"] for line in conflicts if "with_room" in line.params]
    found = {line.teacher_id for line in conflicts}
    if in_room:
        others = ScheduledClass.objects.filter(pk__in=in_room).order_by()
        found |= set(others.values_list("teacher_id", flat=True))
    teachers = tuple(sorted(pk for pk in found if pk is not None))
    current = [request for request in requests if request.job != Job.MISSING]
    if not teachers or not current:
        return
    again = _apply(
        [replace(request, student_ids=(), teacher_ids=teachers) for request in current], clock
    )
    if again.error or again.already_running:
        return
    for result in applied.results:
        if result.job != Job.MISSING:
            result.conflicts = [
                line for line in result.conflicts if line.teacher_id not in teachers
            ]
    students = {pk for request in requests for pk in request.student_ids}
    for result in again.results:
        result.conflicts = [line for line in result.conflicts if line.student_id in students]
    applied.add(again)


def apply_to_everyone(
    days: Iterable[Days], *, today: date, clock: Clock, triggered_by: str
) -> ApplyResult:
    """Run both jobs for the classes on these days, after a change for the whole studio.

    In the background if there are too many classes for one transaction.
    """
    scope = {"days": tuple(days)}
    narrowed = (_request(job, today, triggered_by, scope) for job in BOTH_JOBS)
    requests = list(including_displaced(narrowed, clock()))
    if not any(map(is_large, requests)):
        return _apply(requests, clock)
    applied = ApplyResult(is_under_way=True)
    for request in requests:
        try:
            enqueue_run(request)
        except Exception as error:  # the change stays, whatever the error
            applied.error = log_and_describe(error, "%s could not be started", request.job)
    return applied


def _request(job: Job, today: date, triggered_by: str, scope: dict[str, Any]) -> RunRequest:
    return RunRequest(
        job=job,
        today=today,
        weeks=settings.HORIZON_WEEKS,
        trigger=Trigger.CHANGE,
        triggered_by=triggered_by,
        **scope,
    )


def _apply(requests: Iterable[RunRequest], clock: Clock) -> ApplyResult:
    applied = ApplyResult()
    for request in requests:
        try:
            applied.results.append(run(request, RunOptions(clock=clock)))
        except AlreadyRunningError:
            applied.already_running = True
        except Exception as error:  # the change stays, whatever the error
            applied.error = log_and_describe(error, "%s was not applied to a change", request.job)
    return applied
