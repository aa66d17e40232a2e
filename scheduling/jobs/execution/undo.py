"""Takes back what one run created: classes that nobody touched since and that have not begun."""

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
from scheduling.jobs.generation.plan_writer import ConcurrentEditError
from scheduling.jobs.monitoring.outcome_text import removed
from scheduling.jobs.runs.claims import AlreadyRunningError, is_dead, mark_crashed_runs
from scheduling.jobs.runs.request import Clock
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine
from scheduling.models import ACTIVE_STATES, Job, JobRun, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED, edit_code


class CreatedClass(NamedTuple):
    """A class of the run, as far as it decides what becomes of it."""

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
    """The classes that ``run`` created and that are still there, in order."""
    return ScheduledClass.objects.filter(created_by_run_id=run.pk).order_by("starts_at", "id")


def rows_of(classes: QuerySet[ScheduledClass]) -> Iterable[CreatedClass]:
    """Them all, in one query."""
    return [CreatedClass(*values) for values in classes.values_list(*CreatedClass._fields)]


def why_kept(row: CreatedClass, now: datetime) -> str:
    """The code of the reason for which a class stays; empty where it goes."""
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
    """A class by the names of its people."""
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


# Far below a second on both databases: nearly every undo is one transaction, all or nothing.
ROWS_A_CHUNK = 10_000
# Of what goes so many are named; of what stays, all.
NAMED = 1_000


class RunPrunedError(Exception):
    """The log of the run is pruned: what it created is not known for certain any more."""


@dataclass(slots=True)
class UndoResult:
    """What an undo of ``run`` came to, or would: each class that stays is named with its reason.

    ``removed`` holds the first ``NAMED`` of the ``removed_count`` classes that go.
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
        """How many classes of the run were not there any more: an undo or a later run took them."""
        return max(0, self.run.classes_created - self.removed_count - len(self.kept))

    @property
    def message(self) -> str:
        """What was, or would be, removed and kept, in the current language."""
        count = self.removed_count
        text = _("%(removed)s, %(kept)d kept.") % {
            "removed": self._removed(count),
            "kept": self.kept_count,
        }
        if count:
            text += " " + _("The next run makes them again unless the schedules change.")
        return text

    def _removed(self, count: int) -> str:
        """In the word by which the run said what it made."""
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
    """The run ``run_id``. Raises RunPrunedError where it was pruned, DoesNotExist for no run."""
    try:
        return JobRun.objects.get(pk=run_id)
    except JobRun.DoesNotExist:
        newest = JobRun.objects.aggregate(newest=Max("id"))["newest"] or 0
        made = ScheduledClass.objects.filter(created_by_run_id=run_id)
        if 0 < run_id < newest or made.exists():
            raise RunPrunedError(f"the log of run {run_id} is pruned") from None
        raise


def can_be_undone(run: JobRun, now: datetime) -> bool:
    """Whether ``undo`` would be let in at ``now`` and remove any class."""
    if run.classes_created <= run.classes_undone:
        return False
    try:
        _refuse_active(run)
    except AlreadyRunningError:
        return False
    return created_by(run).filter(NOT_EDITED, starts_at__gt=now).exists()


def preview_undo(run: JobRun, now: datetime) -> UndoResult:
    """What ``undo`` would do at ``now``. Raises AlreadyRunningError."""
    _refuse_active(run)
    result = UndoResult(run, dry_run=True)
    _judge(result, rows_of(created_by(run)), now)
    return result


def undo(run: JobRun, *, by: str, clock: Clock) -> UndoResult:
    """Remove the classes that ``run`` created, those touched or begun aside, for the person ``by``.

    The next run makes them again unless the schedules change. What the run moved, cancelled or
    restored stays as it is. One transaction, or one for every ``ROWS_A_CHUNK`` classes of a large
    run: an undo that was ended midway leaves whole chunks, and the next one does the rest. Twice
    is harmless.

    Raises AlreadyRunningError while ``run``, or another whole run of its job, is active, and
    RunPrunedError where its log was pruned meanwhile.
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
            gone = _judge(result, rows_of(rows), now)
            _delete(run, gone, now)
            _record(run, by, now, len(gone))
    result.run = run
    return result


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    """At least one, so that an undo of nothing is recorded and refused like any other."""
    for start in range(0, max(1, len(ids)), ROWS_A_CHUNK):
        yield ids[start : start + ROWS_A_CHUNK]


def _locked(run: JobRun) -> JobRun:
    """The run as it is now, which nobody prunes or undoes at the same time."""
    _refuse_active(run)
    found = JobRun.objects.select_for_update().filter(pk=run.pk).first()
    if found is None:
        raise RunPrunedError(f"the log of run {run.pk} is pruned")
    return found


def _refuse_active(run: JobRun) -> None:
    """Raise AlreadyRunningError while the run, or a whole one of its job, is at work."""
    active = JobRun.objects.filter(job=run.job, state__in=ACTIVE_STATES).order_by("id")
    for other in active:
        if (other.is_full or other.pk == run.pk) and not is_dead(other):
            raise AlreadyRunningError(other)


def _judge(result: UndoResult, rows: Iterable[CreatedClass], now: datetime) -> list[int]:
    """Enter in ``result`` what becomes of ``rows``; the ids of those that go."""
    gone: list[CreatedClass] = []
    kept: list[tuple[CreatedClass, str]] = []
    for row in rows:
        why = why_kept(row, now)
        if why:
            kept.append((row, why))
        else:
            gone.append(row)
    named = gone[: NAMED - len(result.removed)]
    both = [*named, *(row for row, _ in kept)]
    names = PersonNames([row.student_id for row in both], [row.teacher_id for row in both])
    result.removed += [line_of(row, Outcome.REMOVED, "", names) for row in named]
    result.kept += [line_of(row, Outcome.PROTECTED, why, names) for row, why in kept]
    result.removed_count += len(gone)
    return [row.id for row in gone]


def _delete(run: JobRun, ids: list[int], now: datetime) -> None:
    if not ids:
        return
    rows = ScheduledClass.objects.filter(
        NOT_EDITED, id__among=ids, created_by_run_id=run.pk, starts_at__gt=now
    )
    # Nothing hangs on an untouched class, so that no collector has to look for it row by row.
    if rows._raw_delete(rows.db) != len(ids):
        raise ConcurrentEditError("classes have changed while the run was undone")


def _record(run: JobRun, by: str, now: datetime, count: int) -> None:
    """Who undid the run, and how much of it. An undo that found nothing to do leaves the last."""
    if run.undone_at is not None and not count:
        return
    values: dict[str, Any] = {"undone_at": now, "undone_by": by[:150]}
    JobRun.objects.filter(pk=run.pk).update(classes_undone=F("classes_undone") + count, **values)
    run.refresh_from_db()
