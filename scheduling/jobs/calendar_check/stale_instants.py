"""Finds and recomputes UTC instants that do not match the local time of their class.

The local time is authoritative. The planner corrects unedited classes of a series; this module
covers the other future classes, which no run changes: edited ones and one-offs. Their instants
become stale through a new release of the time zone data, or through raw SQL.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import is_zone
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED, series_key


def stale_instants(now: datetime, student_ids: Iterable[int] = ()) -> list[ResultLine]:
    """Return a line for each future class whose instants differ from its local time."""
    rows = _recomputed(_rows(now, student_ids))
    stale = [(row, stored) for row, stored in rows if _differs(row, stored)]
    names = PersonNames([row.student_id for row, _ in stale], [row.teacher_id for row, _ in stale])
    return [
        ResultLine(
            outcome=Outcome.MOVED,
            code="instants_differ",
            params={"was": f"{stored[0]:%Y-%m-%d %H:%M} – {stored[1]:%H:%M} UTC"},
            student_id=row.student_id,
            teacher_id=row.teacher_id,
            student=names.student(row.student_id),
            teacher=names.teacher(row.teacher_id),
            series=series_key(row.fixed_schedule_id, row.recurring_slot_id),
            class_id=row.pk,
            day=row.date,
            start_time=row.start_time,
            end_time=row.end_time,
            zone=row.time_zone,
        )
        for row, stored in stale
    ]


def recompute_instants(now: datetime, student_ids: Iterable[int] = ()) -> int:
    """Correct stale instants; return the number of classes corrected.

    A class whose correct place is taken stays as it is, and remains a finding.
    """
    count = 0
    for line in stale_instants(now, student_ids):
        with transaction.atomic():
            rows = ScheduledClass.objects.select_for_update(no_key=True)
            for row in rows.filter(pk__in=[line.class_id]):
                try:
                    with transaction.atomic():
                        row.updated_at = now
                        row.save(update_fields=["updated_at"])
                    count += 1
                except IntegrityError:
                    continue
    return count


def _rows(now: datetime, student_ids: Iterable[int]) -> QuerySet[ScheduledClass]:
    rows = ScheduledClass.objects.filter(starts_at__gt=now, status=ClassStatus.SCHEDULED)
    rows = rows.filter(~NOT_EDITED | Q(week__isnull=True))
    ids = list(student_ids)
    return rows.filter(student_id__among=ids) if ids else rows


def _recomputed(
    rows: QuerySet[ScheduledClass],
) -> Iterator[tuple[ScheduledClass, tuple[datetime, datetime]]]:
    """Yield each class with its instants recomputed, and the stored instants."""
    for row in rows.order_by("starts_at", "id"):
        if is_zone(row.time_zone):
            stored = row.starts_at, row.ends_at
            row.derive_instants()
            yield row, stored


def _differs(row: ScheduledClass, stored: tuple[datetime, datetime]) -> bool:
    return (row.starts_at, row.ends_at) != stored
