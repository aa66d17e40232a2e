"""Filters of the list of classes by the figures of a statement; shown only if the URL has them.

Links of a statement have them: a period, a figure, and the row of a teacher, student, guardian,
subject or room.
"""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.display.statement_cells import Period, read_period
from scheduling.admin.core.permissions import may_see_everyone
from scheduling.domain.typed_text import is_row_id
from scheduling.models import ScheduledClass
from scheduling.services.statements.definitions import (
    FIGURES,
    GROUPINGS,
    begins_within,
    with_payer,
)
from scheduling.text.dates import days_text


class LinkFilter(SimpleListFilter):
    """A filter that the list shows only with its value in the URL."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.may_see_everyone = may_see_everyone(request.user)
        super().__init__(request, *args, **kwargs)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        value = request.GET.get(self.parameter_name or "", "")
        return [(value, self.name_of(value))] if value and self.may_see_everyone else []

    def name_of(self, value: str) -> Any:
        """Return the name of the value. Raises IncorrectLookupParameters."""
        raise NotImplementedError

    def filter_by(self, classes: QuerySet[ScheduledClass], value: str) -> QuerySet[ScheduledClass]:
        """Return the classes with the value."""
        raise NotImplementedError

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ScheduledClass]
    ) -> QuerySet[ScheduledClass]:
        value = self.value()
        return queryset if value is None else self.filter_by(queryset, value)


class PeriodFilter(LinkFilter):
    """Classes that begin on the days of a period, in the studio's zone."""

    title = _("period")
    parameter_name = "period"

    def name_of(self, value: str) -> str:
        return days_text(*_checked_period(value))

    def filter_by(self, classes: QuerySet[ScheduledClass], value: str) -> QuerySet[ScheduledClass]:
        return classes.filter(begins_within(*_checked_period(value)))


class FigureFilter(LinkFilter):
    """Classes that a figure of statements counts."""

    title = _("in the statement")
    parameter_name = "figure"

    def name_of(self, value: str) -> Any:
        if value not in FIGURES:
            raise IncorrectLookupParameters(value)
        return FIGURES[value].title

    def filter_by(self, classes: QuerySet[ScheduledClass], value: str) -> QuerySet[ScheduledClass]:
        return classes.filter(FIGURES[value].condition(timezone.now()))


class RowFilter(LinkFilter):
    """Classes of a row of statements, such as “guardian:5”; “guardian:” has no payer."""

    title = _("row of the statement")
    parameter_name = "row"

    def name_of(self, value: str) -> Any:
        by, key = _checked_row(value)
        grouping = GROUPINGS[by]
        if not key:
            return grouping.nameless
        names = self._classes_of(ScheduledClass.objects.order_by(), value)
        found = names.values_list(*grouping.names).first()
        return " ".join(filter(None, found)) if found else "–"

    def filter_by(self, classes: QuerySet[ScheduledClass], value: str) -> QuerySet[ScheduledClass]:
        return self._classes_of(classes, value)

    def _classes_of(
        self, classes: QuerySet[ScheduledClass], value: str
    ) -> QuerySet[ScheduledClass]:
        by, key = _checked_row(value)
        column = GROUPINGS[by].key
        if column.startswith("payer__"):
            classes = with_payer(classes)
        if not key and column != "subject":
            return classes.filter(**{f"{column}__isnull": True})
        return classes.filter(**{column: key})


FILTERS = (PeriodFilter, FigureFilter, RowFilter)


def _checked_period(value: str) -> Period:
    try:
        return read_period(value)
    except ValueError as error:
        raise IncorrectLookupParameters(value) from error


def _checked_row(value: str) -> tuple[str, str]:
    by, _colon, key = value.partition(":")
    is_id = is_row_id(key)
    if by not in GROUPINGS or not (by == "subject" or is_id or not key):
        raise IncorrectLookupParameters(value)
    return by, key
