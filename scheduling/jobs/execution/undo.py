"""Undo: removes the classes that a run created, unless they were edited or have begun."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.db.advisory_locks import guard_transaction
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.jobs.generation.class_delete import delete_classes
from scheduling.jobs.generation.plan_writer import ConcurrentEditError
from scheduling.jobs.monitoring.outcome_text import removed
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import Clock
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine
from scheduling.jobs.runs.takeover import is_dead, mark_crashed_runs
from scheduling.models import ACTIVE_STATES, Job, JobRun, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED, edit_code

# Takes far less than a second, so that nearly every undo is a single transaction.
ROWS_A_CHUNK = 10_000
# Most result lines for removed classes; kept classes all get one.
NAMED = 1_000


class CreatedClass(NamedTuple):
    """The columns of a class that decide whether it is removed, and its result line."""

    id: int
    student_id: int
    teacher_id: int | None
    fixed_schedule_id: int | None
    recurring_slot_id: int | None
    occurrence_date: date
    date: date
    start_time: time
    end_time: time
    time_zone: str
    starts_at: datetime
    status: str
    cancelled_by: str
    attendance: str
    notes: str
    edited_at: datetime | None


def created_by(run: JobRun) -> QuerySet[ScheduledClass]:
    """Return the existing classes that ``run`` created, in order."""
    return ScheduledClass.objects.filter(created_by_run_id=run.pk).order_by("starts_at", "id")


def rows_of(classes: QuerySet[ScheduledClass]) -> Iterable[CreatedClass]:
    """Read ``classes`` in one query."""
    return [CreatedClass(*values) for values in classes.values_list(*CreatedClass._fields)]


def why_kept(row: CreatedClass, now: datetime) -> str:
    """Return the reason code for keeping a class; empty if it is removed."""
    edit = edit_code(
        status=row.status,
        cancelled_by=row.cancelled_by,
        attendance=row.attendance,
        notes=row.notes,
        edited_at=row.edited_at,
        is_elsewhere=row.date != row.occurrence_date,
    )
    return edit or ("begun" if row.starts_at <= now else "")


def line_of(row: CreatedClass, outcome: Outcome, code: str, names: PersonNames) -> ResultLine:
    """Return the result line of a class."""
    kind, number = SeriesKind.FIXED_SCHEDULE, row.fixed_schedule_id
    if number is None:
        kind, number = SeriesKind.RECURRING_SLOT, row.recurring_slot_id
    assert number is not None
    return ResultLine(
        outcome=outcome,
        code=code,
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        student=names.student(row.student_id),
        teacher=names.teacher(row.teacher_id),
        series=SeriesKey(kind, number),
        class_id=row.id,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
    )


class RunPrunedError(Exception):
    """The log of the run is pruned: the classes that it created are not known for certain."""


@dataclass(slots=True)
class UndoResult:
    """The result of an undo of ``run``, or of its preview.

    ``kept`` has a line with the reason for every kept class, ``removed`` lines for the first
    ``NAMED`` of the ``removed_count`` removed classes.
    """

    run: JobRun
    removed: list[ResultLine] = field(default_factory=list)
    kept: list[ResultLine] = field(default_factory=list)
    removed_count: int = 0
    dry_run: bool = False

    @property
    def kept_count(self) -> int:
        return len(self.kept)

    @property
    def gone(self) -> int:
        """Number of classes that an earlier undo or a later run had already removed."""
        return max(0, self.run.classes_created - self.removed_count - len(self.kept))

    @property
    def message(self) -> str:
        """The numbers of removed and kept classes in the current language."""
        count = self.removed_count
        text = _("%(removed)s, %(kept)d kept.") % {
            "removed": self._removed(count),
            "kept": self.kept_count,
        }
        if count:
            text += " " + _("The next run makes them again unless the schedules change.")
        return text

    def _removed(self, count: int) -> str:
        """“76 lessons removed”, with the noun that the run itself uses."""
        if not self.dry_run:
            return removed(self.run, count)
        if self.run.job == Job.HORIZON:
            text = ngettext(
                "%(n)d lesson would be removed", "%(n)d lessons would be removed", count
            )
        else:
            text = ngettext("%(n)d class would be removed", "%(n)d classes would be removed", count)
        return text % {"n": count}


def find_run(run_id: int) -> JobRun:
    """Return the run ``run_id``. Raises RunPrunedError if it was pruned, else DoesNotExist."""
    try:
        return JobRun.objects.get(pk=run_id)
    except JobRun.DoesNotExist:
        newest = JobRun.objects.aggregate(newest=Max("id"))["newest"] or 0
        created = ScheduledClass.objects.filter(created_by_run_id=run_id)
        if 0 < run_id < newest or created.exists():
            raise RunPrunedError(f"the log of run {run_id} is pruned") from None
        raise


def can_be_undone(run: JobRun, now: datetime) -> bool:
    """Return True if an undo at ``now`` is possible and removes at least one class."""
    if run.classes_created <= run.classes_undone:
        return False
    try:
        _refuse_active(run)
    except AlreadyRunningError:
        return False
    return created_by(run).filter(NOT_EDITED, starts_at__gt=now).exists()


def preview_undo(run: JobRun, now: datetime) -> UndoResult:
    """Return what ``undo`` would do at ``now``. Raises AlreadyRunningError."""
    _refuse_active(run)
    result = UndoResult(run, dry_run=True)
    _sort(result, rows_of(created_by(run)), now)
    return result


def undo(run: JobRun, *, by: str, clock: Clock) -> UndoResult:
    """Remove the classes that ``run`` created, except edited and begun ones, for the person ``by``.

    The next run creates them again unless the schedules change. Classes that the run moved,
    cancelled or restored stay as they are. Each ``ROWS_A_CHUNK`` classes are one transaction: after
    an interruption a second undo removes the rest. A repeated undo is harmless.

    Raises AlreadyRunningError while ``run``, or another whole run of its job, is active, and
    RunPrunedError if its log was pruned meanwhile.
    """
    mark_crashed_runs(run.job)
    result = UndoResult(run)
    ids = list(created_by(run).values_list("id", flat=True))
    for chunk in _chunks(ids):
        with transaction.atomic():
            guard_transaction()
            run = _locked(run)
            now = clock()
            rows = created_by(run).filter(id__among=chunk).select_for_update()
            removable = _sort(result, rows_of(rows), now)
            _delete(run, removable, now)
            _record(run, by, now, len(removable))
    result.run = run
    return result


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    """Cut ``ids`` into chunks, at least one, so that an undo of nothing is also recorded."""
    for start in range(0, max(1, len(ids)), ROWS_A_CHUNK):
        yield ids[start : start + ROWS_A_CHUNK]


def _locked(run: JobRun) -> JobRun:
    """Return the run as it is now, locked against a concurrent pruning or undo."""
    _refuse_active(run)
    locked = JobRun.objects.select_for_update().filter(pk=run.pk).first()
    if locked is None:
        raise RunPrunedError(f"the log of run {run.pk} is pruned")
    return locked


def _refuse_active(run: JobRun) -> None:
    """Raise AlreadyRunningError while the run, or a whole run of its job, is active."""
    active = JobRun.objects.filter(job=run.job, state__in=ACTIVE_STATES).order_by("id")
    for other in active:
        if (other.is_full or other.pk == run.pk) and not is_dead(other):
            raise AlreadyRunningError(other)


def _sort(result: UndoResult, rows: Iterable[CreatedClass], now: datetime) -> list[int]:
    """Add ``rows`` to ``result`` as removed or kept; return the ids of those to remove."""
    removable: list[CreatedClass] = []
    kept: list[tuple[CreatedClass, str]] = []
    for row in rows:
        code = why_kept(row, now)
        if code:
            kept.append((row, code))
        else:
            removable.append(row)
    named = removable[: NAMED - len(result.removed)]
    listed = [*named, *(row for row, _ in kept)]
    names = PersonNames([row.student_id for row in listed], [row.teacher_id for row in listed])
    result.removed += [line_of(row, Outcome.REMOVED, "", names) for row in named]
    result.kept += [line_of(row, Outcome.PROTECTED, code, names) for row, code in kept]
    result.removed_count += len(removable)
    return [row.id for row in removable]


def _delete(run: JobRun, ids: list[int], now: datetime) -> None:
    if not ids:
        return
    rows = ScheduledClass.objects.filter(
        NOT_EDITED, id__among=ids, created_by_run_id=run.pk, starts_at__gt=now
    )
    if delete_classes(rows) != len(ids):
        raise ConcurrentEditError("classes have changed during the undo")


def _record(run: JobRun, by: str, now: datetime, count: int) -> None:
    """Record the undo in the run's row. A later undo without effect does not overwrite it."""
    if run.undone_at is not None and not count:
        return
    values: dict[str, Any] = {"undone_at": now, "undone_by": by[:150]}
    JobRun.objects.filter(pk=run.pk).update(classes_undone=F("classes_undone") + count, **values)
    run.refresh_from_db()
