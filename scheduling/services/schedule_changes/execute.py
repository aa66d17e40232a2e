"""Previews a schedule change, or applies it: the same steps, rolled back or committed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
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
from scheduling.jobs.notifications.changes import (
    ClassChange,
    Place,
    WeekOfSeries,
    changes_since,
    occurrence_of_stored,
)
from scheduling.jobs.notifications.weekly_changes import changes_of_lessons
from scheduling.jobs.notifications.weekly_lessons import (
    WeeklyLessons,
    load_weekly_lessons,
)
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.workers.enqueue import EnqueueFailedError, enqueue_run
from scheduling.models import Job, ScheduledClass, Teacher, Trigger
from scheduling.models.studio import forget
from scheduling.selectors.studio import studio
from scheduling.services.classes.make_ups import made_up_of
from scheduling.services.notices import Notified, is_offered, notify

from .base import ChangeContext, ChangeRecord, ScheduleChange, ScopedChange
from .plan_text import done_text, in_background_text, planned_text

# The outcomes that a plan shows, in this order. The bounds and pauses of a schedule are left out.
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


@dataclass(slots=True, kw_only=True)
class ChangePlan:
    """The plan of a schedule change: its result lines, their counts and a fingerprint.

    ``requests`` are the runs that plan the classes, ``handled_class_ids`` the classes that the
    change itself edits or names. ``background_requests`` is filled where there are too many classes
    for one transaction: background runs bring them up to date.

    ``is_only_cause``: without the change there would be no such lines.

    ``changes`` are those of the classes, which families and teachers can be notified of: also of
    those that background runs will change.

    Set once the plan is applied: ``runs`` (ids), ``series`` (the current one, a successor where
    there is one), ``closures`` and ``new_classes`` (ids of new ones) and ``notified``.
    """

    lines: list[ResultLine]
    counts: Counter[Outcome]
    warnings: list[str]
    requests: list[RunRequest]
    handled_class_ids: frozenset[int | None]
    fingerprint: str = ""
    background_requests: list[RunRequest] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    series: SeriesKey | None = None
    closures: list[int] = field(default_factory=list)
    new_classes: frozenset[int] = frozenset()
    is_only_cause: bool = False
    changes: list[ClassChange] = field(default_factory=list)
    notified: Notified = field(default_factory=Notified)

    def of(self, outcome: Outcome) -> list[ResultLine]:
        """Return the lines of one outcome, in order."""
        return [line for line in self.lines if line.outcome is outcome]

    @property
    def planned_summary(self) -> str:
        """The plan in a sentence."""
        return planned_text(self.lines)

    @property
    def done_summary(self) -> str:
        """What was done, or follows in the background, in a sentence."""
        return (in_background_text if self.background_requests else done_text)(self.lines)


def preview(change: ScheduleChange, context: ChangeContext) -> ChangePlan:
    """Return the plan that ``apply`` would carry out. Raises ValidationError; writes nothing."""
    with _forgetting_studio(), transaction.atomic():
        change_plan = _execute(change, context)
        transaction.set_rollback(True)
    return _without_written_rows(change_plan)


def apply(change: ScheduleChange, context: ChangeContext, approved: str | None) -> ChangePlan:
    """Apply ``change``: the schedule and its classes in one transaction.

    Raises StalePlanError unless the plan still has the ``approved`` fingerprint; None accepts any
    plan. Raises ValidationError. Where there are too many classes for one transaction, the change
    is committed and background runs are enqueued; then it must not be called within a transaction.
    """
    try:
        with _forgetting_studio(), transaction.atomic():
            change_plan = _execute(change, context)
            require_approved(_without_written_rows(change_plan), approved)
            if context.notify:
                change_plan.notified = notify(change_plan.changes, context.now, context.author_id)
    except (ConcurrentEditError, StudioChangedError, IntegrityError) as error:
        raise StalePlanError from error
    except DatabaseError as error:
        if is_contention(error):
            raise StalePlanError from error
        raise
    _enqueue_background_runs(change_plan)
    return change_plan


def _enqueue_background_runs(change_plan: ChangePlan) -> None:
    for request in change_plan.background_requests:
        try:
            change_plan.runs.append(enqueue_run(request).pk)
        except EnqueueFailedError as error:
            text = _(
                "Saved, but the classes are not up to date yet: %(error)s The next run will "
                "update them."
            )
            change_plan.warnings.append(text % {"error": error})


@contextmanager
def _forgetting_studio() -> Iterator[None]:
    """Drop the cached studio afterwards: a change that wrote it may be rolled back."""
    try:
        yield
    finally:
        forget()


def _without_written_rows(change_plan: ChangePlan) -> ChangePlan:
    """Return the plan without the rows that only an applied change has."""
    lines = [
        replace(line, class_id=None) if line.class_id in change_plan.new_classes else line
        for line in change_plan.lines
    ]
    return replace(
        change_plan, lines=lines, runs=[], series=None, closures=[], new_classes=frozenset()
    )


def _execute(change: ScheduleChange, context: ChangeContext) -> ChangePlan:
    """Write ``change`` and plan the classes that follow from it, in the current transaction."""
    guard_transaction()
    weekly = _weekly_lessons_before(change, context) if is_offered() else None
    record = change.write(context)
    requests = _requests(record, context)
    is_in_background = record.for_all and any(map(is_large, requests))
    change_plan = _plan_of_record(record, requests)
    run_job = _preview_in_transaction if is_in_background else run_in_transaction
    before = _cancelled_by(record) | record.places
    occurrences: dict[int, WeekOfSeries | None] = {}
    for request in requests:
        result = run_job(request, context.now)
        _add_results(change_plan, result, record)
        for row in result.changed:
            before.setdefault(row.id, Place.of_stored(row))
            occurrences[row.id] = occurrence_of_stored(row)
    change_plan.changes = changes_since(before, context.now, occurrences) + record.earlier_changes
    if weekly is not None:
        change_plan.changes = changes_of_lessons(
            weekly, change_plan.changes, context.now, by_rule=is_in_background
        )
    change_plan.lines = _in_order(_with_zones(change_plan.lines))
    change_plan.warnings += _made_up_warnings(change_plan.lines)
    change_plan.counts = +change_plan.counts
    change_plan.fingerprint = _fingerprint(record, change_plan.lines)
    if is_in_background:
        change_plan.background_requests = requests
    return change_plan


def _weekly_lessons_before(change: ScheduleChange, context: ChangeContext) -> WeeklyLessons | None:
    """Return the weekly lessons of everyone affected, as they are before ``change``.

    It is written once and rolled back, as only then the people are known, unless it has a scope.
    """
    if isinstance(change, ScopedChange):
        record = change.scope()
    else:
        with transaction.atomic():
            record = change.write(context)
            transaction.set_rollback(True)
        forget()
    if not (record.for_all or record.students or record.teachers):
        return None
    people = Q(student_id__among=record.students) | Q(teacher_id__among=record.teachers)
    scope = Q() if record.for_all else people
    return load_weekly_lessons(scope, context.now, record.days)


def _requests(record: ChangeRecord, context: ChangeContext) -> list[RunRequest]:
    """Return the run requests that plan the classes of everyone affected by the change."""
    monday = monday_of(context.today)
    # No run changes a class before this week. The extra day is for people in another zone.
    days = tuple(sorted(pair for pair in record.days if pair[1] >= monday - DAY))
    if record.days and not days:
        return []
    people: list[tuple[set[int], set[int]]] = [(record.students, set()), (set(), record.teachers)]
    people = [(set(), set())] if record.for_all else [pair for pair in people if any(pair)]
    requests = [
        RunRequest(
            job=job,
            today=context.today,
            weeks=settings.HORIZON_WEEKS,
            student_ids=tuple(sorted(students)),
            teacher_ids=tuple(sorted(teachers)),
            days=days,
            trigger=Trigger.CHANGE,
            triggered_by=context.by,
        )
        for students, teachers in people
        for job in (Job.WEEKLY, Job.HORIZON)
    ]
    if record.days or record.teachers:
        return list(including_displaced(requests, context.now))
    return requests


def _plan_of_record(record: ChangeRecord, requests: list[RunRequest]) -> ChangePlan:
    """Return a plan with the results of the change itself; those of the runs are added later."""
    return ChangePlan(
        lines=list(record.lines),
        counts=Counter(line.outcome for line in record.lines),
        warnings=record.warnings,
        requests=requests,
        handled_class_ids=frozenset(line.class_id for line in record.lines),
        series=record.series,
        closures=record.closures,
        new_classes=frozenset(record.new_classes),
        is_only_cause=record.is_only_cause,
    )


def _cancelled_by(record: ChangeRecord) -> dict[int, Place]:
    """Return the places of the classes that the change itself has cancelled."""
    ids = [line.class_id for line in record.lines if line.outcome is Outcome.CANCELLED]
    rows = ScheduledClass.objects.filter(id__among=[pk for pk in ids if pk is not None])
    return {row.pk: Place.of(row).taking_place() for row in rows} if ids else {}


def _add_results(change_plan: ChangePlan, result: InlineResult, record: ChangeRecord) -> None:
    """Add the results of one run, apart from those that the change does not report."""
    change_plan.counts.update(result.counts)
    for line in result.lines:
        # A class that the change itself handled is not reported again as protected.
        is_handled = line.class_id is not None and line.class_id in change_plan.handled_class_ids
        if is_handled or not record.is_reported(line):
            change_plan.counts[line.outcome] -= 1
        elif line.outcome in SHOWN:
            change_plan.lines.append(line)
    if result.run is not None:
        change_plan.runs.append(result.run.pk)


class _LineCollector(NullObserver):
    """Collects every result line of a previewed run."""

    def __init__(self) -> None:
        self.collected: list[ResultLine] = []

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        self.collected += lines


def _preview_in_transaction(request: RunRequest, now: datetime) -> InlineResult:
    """Return the results of a previewed run, which sees the current transaction's closures."""
    collector = _LineCollector()
    result = preview_run(request, RunOptions(clock=lambda: now, observer=collector))
    return InlineResult(collector.collected, Counter(result.counts))


def _with_zones(lines: list[ResultLine]) -> list[ResultLine]:
    """Fill in the zones that are missing: the teacher's, or the studio's."""
    ids = {line.teacher_id for line in lines if not line.zone and line.teacher_id is not None}
    zones: dict[int | None, str] = dict(
        Teacher.objects.filter(id__among=ids).values_list("id", "time_zone") if ids else ()
    )
    studio_zone = studio().time_zone
    return [
        line if line.zone else replace(line, zone=zones.get(line.teacher_id, studio_zone))
        for line in lines
    ]


def _in_order(lines: list[ResultLine]) -> list[ResultLine]:
    def sort_key(line: ResultLine) -> tuple[str, ...]:
        return (str(SHOWN.index(line.outcome)), str(line.day or ""), str(line.start_time or ""))

    return sorted(lines, key=sort_key)


def _made_up_warnings(lines: list[ResultLine]) -> list[str]:
    """Return a warning for each restored class whose make-up takes place, too."""
    restored = [line.class_id for line in lines if line.outcome is Outcome.RESTORED]
    if not restored:
        return []
    rows = ScheduledClass.objects.filter(id__among=[pk for pk in restored if pk is not None])
    made_up = rows.filter(make_ups__isnull=False).order_by("starts_at", "id")
    return [text for row in made_up if (text := made_up_of(row))]


def _fingerprint(record: ChangeRecord, lines: list[ResultLine]) -> str:
    parts = sorted(repr(_without_new_ids(line, record).facts()) for line in lines)
    return fingerprint(record.before, record.warnings, parts)


def _without_new_ids(line: ResultLine, record: ChangeRecord) -> ResultLine:
    """Drop the ids of rows that a preview writes and rolls back: they differ each time."""
    params = {name: value for name, value in line.params.items() if name != "with_class"}
    class_id = None if line.class_id in record.new_classes else line.class_id
    return replace(line, params=params, series=None, class_id=class_id)
