"""Deletes unedited classes, so that calendars don't fall back to an older revision."""

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, Now

from scheduling.domain.series import SeriesKind
from scheduling.models import ScheduledClass
from scheduling.selectors.schedules.series import rows_of


def delete_classes(rows: QuerySet[ScheduledClass]) -> int:
    """Delete ``rows``, unedited classes of series, and return their number."""
    keep_revisions(rows)
    # No row refers to an unedited class, so Django's deletion collector is not needed.
    return rows._raw_delete(rows.db)


def keep_revisions(rows: QuerySet[ScheduledClass]) -> None:
    """Prepare the deletion of ``rows``, classes of series.

    Calendars then show the occurrence with the revision of its series, or nothing. A series with an
    older revision than one of its classes counts as changed now (RFC 5545 §3.8.7.4).
    """
    for kind in SeriesKind:
        _revise_series(rows, kind)


def _revise_series(rows: QuerySet[ScheduledClass], kind: SeriesKind) -> None:
    source = kind.value
    revised_at = F(f"{source}__revised_at")
    is_changed = Q(edited_at__isnull=False) | ~Q(updated_at=F("created_at"))
    is_later = (
        Q(updated_at__gt=revised_at) & is_changed
        | Q(teacher__revised_at__gt=revised_at)
        | Q(original_teacher__revised_at__gt=revised_at)
        | Q(room__revised_at__gt=revised_at)
    )
    later = rows.filter(is_later, **{f"{source}__isnull": False}).order_by()
    latest = rows.filter(**{source: OuterRef("pk")}).order_by().values(source)
    latest = latest.annotate(latest=Max("updated_at")).values("latest")
    rows_of(kind).filter(pk__in=later.values(source)).update(
        revised_at=Greatest(Now(), Subquery(latest))
    )
