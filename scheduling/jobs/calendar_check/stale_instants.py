"""Instants that are not those of the local time: wall clock is the truth, whoever wrote the row.

Untouched classes of a series are the planner's to bring in line. This looks at the others ahead,
which no run changes: what a person acted on, and one-offs. A new release of the zones' data, or
plain SQL, leaves their instants behind.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import is_zone
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED


def stale_instants(now: datetime, student_ids: Iterable[int] = ()) -> list[ResultLine]:
    """The classes ahead whose instants differ from their local time."""
    found = [(one, was) for one, was in _derived(_rows(now, student_ids)) if _differs(one, was)]
    names = PersonNames([one.student_id for one, _ in found], [one.teacher_id for one, _ in found])
    return [
        ResultLine(
            outcome=Outcome.MOVED,
            code="instants_differ",
            params={"was": f"{was[0]:%Y-%m-%d %H:%M} – {was[1]:%H:%M} UTC"},
            student_id=one.student_id,
            teacher_id=one.teacher_id,
            student=names.student(one.student_id),
            teacher=names.teacher(one.teacher_id),
            series=_series(one),
            class_id=one.pk,
            day=one.date,
            start_time=one.start_time,
            end_time=one.end_time,
            zone=one.time_zone,
        )
        for one, was in found
    ]


def recompute_instants(now: datetime, student_ids: Iterable[int] = ()) -> int:
    """Bring the instants of such classes in line; answers how many. One whose place is taken
    stays as it is, and stays a finding."""
    count = 0
    for line in stale_instants(now, student_ids):
        with transaction.atomic():
            rows = ScheduledClass.objects.select_for_update(no_key=True)
            for each in rows.filter(pk__in=[line.class_id]):
                try:
                    with transaction.atomic():
                        each.updated_at = now
                        each.save(update_fields=["updated_at"])
                    count += 1
                except IntegrityError:
                    continue
    return count


def _rows(now: datetime, student_ids: Iterable[int]) -> QuerySet[ScheduledClass]:
    rows = ScheduledClass.objects.filter(starts_at__gt=now, status=ClassStatus.SCHEDULED)
    rows = rows.filter(~NOT_EDITED | Q(week__isnull=True))
    ids = list(student_ids)
    return rows.filter(student_id__among=ids) if ids else rows


def _derived(
    rows: QuerySet[ScheduledClass],
) -> Iterator[tuple[ScheduledClass, tuple[datetime, datetime]]]:
    for one in rows.order_by("starts_at", "id"):
        if is_zone(one.time_zone):
            was = one.starts_at, one.ends_at
            one.derive_instants()
            yield one, was


def _differs(one: ScheduledClass, was: tuple[datetime, datetime]) -> bool:
    return (one.starts_at, one.ends_at) != was


def _series(one: ScheduledClass) -> SeriesKey | None:
    if one.fixed_schedule_id is not None:
        return SeriesKey(SeriesKind.FIXED_SCHEDULE, one.fixed_schedule_id)
    if one.recurring_slot_id is not None:
        return SeriesKey(SeriesKind.RECURRING_SLOT, one.recurring_slot_id)
    return None
