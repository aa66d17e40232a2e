"""List filters: by date, by teacher, by a named condition."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from scheduling.domain.typed_text import is_row_id
from scheduling.models import Room, Teacher
from scheduling.selectors.people_lists import not_ended
from scheduling.selectors.studio import studio_today


class ChoiceFilter(SimpleListFilter):
    """A filter by one of a few named conditions."""

    def options(self) -> dict[str, tuple[Any, Q]]:
        """Return the title and the condition of each value."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(value, title) for value, (title, _condition) in self.options().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in self.options():
            raise IncorrectLookupParameters(value)
        return queryset.filter(self.options()[value][1])


class ValidityFilter(ChoiceFilter):
    """Weekly rules that have ended, or have not."""

    title = _("validity")
    parameter_name = "validity"

    def options(self) -> dict[str, tuple[Any, Q]]:
        current = not_ended(studio_today())
        return {"current": (_("current"), current), "ended": (_("ended"), ~current)}


class InputFilter(SimpleListFilter):
    """A filter with its own form, which also submits the other parameters of the list."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        dropped = {self.parameter_name, "p", "e"}
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            if name not in dropped
            for value in values
        ]
        return [("", "")]

    def choices(self, changelist: Any) -> Any:
        self.without = changelist.get_query_string(remove=[self.parameter_name])
        return []


class DateFilter(InputFilter):
    """Rows of one date."""

    title = _("date")
    parameter_name = "on"
    template = "admin/scheduling/filters/date.html"
    column = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        try:
            day = date.fromisoformat(self.value() or "")
        except ValueError as error:
            raise IncorrectLookupParameters from error
        return queryset.filter(**{self.column: day})


class NameFilter(InputFilter):
    """Rows of one teacher or room, chosen by name."""

    template = "admin/scheduling/filters/related.html"
    model: ClassVar[Any]

    def has_output(self) -> bool:
        return True

    def rows(self) -> Iterable[tuple[str, str, bool]]:
        """Return the ID and name of each row of ``model``, and whether it is selected."""
        rows = self.model.objects.order_by("name", "id").values_list("id", "name")
        return [(str(pk), name, str(pk) == self.value()) for pk, name in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if not is_row_id(value):
            raise IncorrectLookupParameters(value)
        return self.filter_by(queryset, int(value))

    def filter_by(self, queryset: QuerySet[Any], pk: int) -> QuerySet[Any]:
        """Return the rows of the row ``pk`` of ``model``."""
        return queryset.filter(**{f"{self.parameter_name}_id": pk})


class TeacherFilter(NameFilter):
    """Rows of one teacher."""

    title = _("teacher")
    parameter_name = "teacher"
    model = Teacher


class RoomFilter(NameFilter):
    """Rows of one room; not shown in a studio without rooms."""

    title = _("room")
    parameter_name = "room"
    model = Room

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.found = list(super().rows())

    def has_output(self) -> bool:
        return bool(self.found)

    def rows(self) -> Iterable[tuple[str, str, bool]]:
        return self.found
