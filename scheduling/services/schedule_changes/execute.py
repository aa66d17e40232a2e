"""Looks at an act's plan, or carries it out: the same steps, rolled back or kept."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from scheduling.db.advisory_locks import guard_transaction
from scheduling.db.errors import StudioChangedError, is_contention
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey
from scheduling.domain.windows import DAY, monday_of
from scheduling.jobs.execution.in_transaction import InlineResult, run_in_transaction
from scheduling.jobs.execution.runner import RunOptions
from scheduling.jobs.execution.runner import preview as preview_run
from scheduling.jobs.generation.approved_plan import StalePlanError, fingerprint, require_approved
from scheduling.jobs.generation.displaced_classes import including_displaced
from scheduling.jobs.generation.plan_writer import ConcurrentEditError
from scheduling.jobs.generation.run_window import is_large
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.workers.enqueue import EnqueueFailedError, enqueue_run
from scheduling.models import Job, Teacher, Trigger
from scheduling.models.studio import forget
from scheduling.selectors.studio import studio

from .base import ChangeContext, ChangeRecord, ScheduleChange
from .plan_text import done_text, planned_text, under_way

# What a person should see; bounds, pauses and the like are the schedules' own news.
SHOWN = (
    Outcome.ERROR,
    Outcome.INVALID,
    Outcome.CONFLICT,
    Outcome.PROTECTED,
    Outcome.CANCELLED,
    Outcome.REMOVED,
    Outcome.MOVED,
    Outcome.RESTORED,
    Outcome.CREATED,
)


@dataclass(slots=True)
class ChangePlan:
    """A plan: what is moved, kept, removed, protected, with a fingerprint of all of it.

    Once it is applied, ``runs`` are the rows of the log that say so, and ``series`` is the one
    that goes on; ``closures`` are those that were entered. ``later``: there are too many classes
    for one transaction; the runs bring them in line in the background. ``requests`` are all that
    plan it, ``dealt_with`` the classes that the act itself is about.
    """

    lines: list[ResultLine]
    counts: Counter[Outcome]
    warnings: list[str]
    fingerprint: str
    runs: list[int] = field(default_factory=list)
    series: SeriesKey | None = None
    later: list[RunRequest] = field(default_factory=list)
    closures: list[int] = field(default_factory=list)
    requests: list[RunRequest] = field(default_factory=list)
    dealt_with: frozenset[int | None] = frozenset()

    def of(self, outcome: Outcome) -> list[ResultLine]:
        """The lines of one outcome, in order."""
        return [line for line in self.lines if line.outcome is outcome]

    @property
    def would(self) -> str:
        """The plan in a sentence."""
        return planned_text(Counter(line.outcome for line in self.lines))

    @property
    def done(self) -> str:
        """What was done, or is about to be, in a sentence."""
        counts = Counter(line.outcome for line in self.lines)
        return under_way(counts) if self.later else done_text(counts)


def preview(act: ScheduleChange, moment: ChangeContext) -> ChangePlan:
    """What ``apply`` would do now. Raises ValidationError; writes nothing."""
    with _reading_anew(), transaction.atomic():
        change_plan = _carry_out(act, moment)
        transaction.set_rollback(True)
    return _unapplied(change_plan)


@contextmanager
def _reading_anew() -> Iterator[None]:
    """Keep nothing of a studio that an act has written: it may be rolled back."""
    try:
        yield
    finally:
        forget()


def apply(act: ScheduleChange, moment: ChangeContext, approved: str | None) -> ChangePlan:
    """Carry out ``act``: the schedule and its classes in one transaction.

    Exactly the plan with the ``approved`` fingerprint, or StalePlanError; None takes whatever the
    plan is now. Raises ValidationError. Where there is too much for one transaction, what a person
    entered is committed, if the plan is still that one, and runs in the background carry it out;
    then not to be called within a transaction.
    """
    try:
        with _reading_anew(), transaction.atomic():
            change_plan = _carry_out(act, moment)
            require_approved(_unapplied(change_plan), approved)
    except (ConcurrentEditError, StudioChangedError, IntegrityError) as error:
        raise StalePlanError from error
    except DatabaseError as error:
        if is_contention(error):
            raise StalePlanError from error
        raise
    for request in change_plan.later:
        try:
            change_plan.runs.append(enqueue_run(request).pk)
        except EnqueueFailedError as error:
            text = _(
                "Saved, but the classes are not up to date yet: %(error)s The next run does it."
            )
            change_plan.warnings.append(text % {"error": error})
    return change_plan


def _unapplied(change_plan: ChangePlan) -> ChangePlan:
    """What was rolled back has neither runs nor rows of its own."""
    return replace(change_plan, runs=[], series=None, closures=[])


def _carry_out(act: ScheduleChange, moment: ChangeContext) -> ChangePlan:
    guard_transaction()
    written = act.write(moment)
    lines, counts, runs = list(written.lines), Counter[Outcome](), []
    counts.update(line.outcome for line in lines)
    told = {line.class_id for line in lines}
    requests = _requests(written, moment)
    if written.days or written.teachers:
        requests = including_displaced(requests, moment.now)
    requests = list(requests)
    too_much = written.for_all and any(map(is_large, requests))
    for request in requests:
        came_to = (_foreseen if too_much else run_in_transaction)(request, moment.now)
        counts.update(came_to.counts)
        for one in came_to.lines:
            # A class that the act itself dealt with is not told a second time as protected.
            if (one.class_id is not None and one.class_id in told) or not written.reports(one):
                counts[one.outcome] -= 1
            elif one.outcome in SHOWN:
                lines.append(one)
        if came_to.run is not None:
            runs.append(came_to.run.pk)
    lines = _in_order(_with_zones(lines))
    return ChangePlan(
        lines,
        +counts,
        written.warnings,
        _fingerprint(written, lines),
        runs,
        written.series,
        requests if too_much else [],
        written.closures,
        requests,
        frozenset(told),
    )


class _All(NullObserver):
    """Keeps every result of a preview."""

    def __init__(self) -> None:
        self.kept: list[ResultLine] = []

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        self.kept += lines


def _foreseen(request: RunRequest, now: datetime) -> InlineResult:
    """What a run would come to, with the closures as they are in the current transaction."""
    watcher = _All()
    result = preview_run(request, RunOptions(clock=lambda: now, watcher=watcher))
    return InlineResult(watcher.kept, Counter(result.counts))


def _requests(written: ChangeRecord, moment: ChangeContext) -> Iterable[RunRequest]:
    monday = monday_of(moment.today)
    # What ended before this week, or the day before in another zone, no run would still touch.
    days = tuple(sorted(pair for pair in written.days if pair[1] >= monday - DAY))
    if written.days and not days:
        return
    whose: list[tuple[Any, Any]] = [(written.students, ()), ((), written.teachers)]
    if written.for_all:
        whose = [((), ())]
    for students, teachers in whose:
        if not (students or teachers or written.for_all):
            continue
        for job in (Job.WEEKLY, Job.HORIZON):
            yield RunRequest(
                job=job,
                today=moment.today,
                weeks=settings.HORIZON_WEEKS,
                student_ids=tuple(sorted(students)),
                teacher_ids=tuple(sorted(teachers)),
                days=days,
                trigger=Trigger.CHANGE,
                triggered_by=moment.by,
            )


def _with_zones(lines: list[ResultLine]) -> list[ResultLine]:
    """Lines of a plan don't all say in whose zone they are."""
    ids = {line.teacher_id for line in lines if not line.zone and line.teacher_id is not None}
    zones: dict[int | None, str] = dict(
        Teacher.objects.filter(id__among=ids).values_list("id", "time_zone") if ids else ()
    )
    own = studio().time_zone
    return [
        line if line.zone else replace(line, zone=zones.get(line.teacher_id, own)) for line in lines
    ]


def _in_order(lines: list[ResultLine]) -> list[ResultLine]:
    def key(line: ResultLine) -> tuple[str, ...]:
        return (str(SHOWN.index(line.outcome)), str(line.day or ""), str(line.start_time or ""))

    return sorted(lines, key=key)


def _fingerprint(written: ChangeRecord, lines: list[ResultLine]) -> str:
    parts = sorted(repr(_lasting(line).facts()) for line in lines)
    return fingerprint(written.before, written.warnings, parts)


def _lasting(line: ResultLine) -> ResultLine:
    """The numbers of rows that are not written yet differ from one time to the next."""
    params = {name: value for name, value in line.params.items() if name != "with_class"}
    return replace(line, params=params, series=None)
