"""Filters of lists: a typed date, a chosen person, a named condition."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from scheduling.models import Teacher
from scheduling.selectors.people_lists import not_ended
from scheduling.selectors.studio import studio_today


class ChoiceFilter(SimpleListFilter):
    """One of a few named conditions; ``options`` has them by value."""

    def options(self) -> dict[str, tuple[Any, Q]]:
        """Each value with its title and its condition."""
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
    """Whether a weekly rule has ended."""

    title = _("validity")
    parameter_name = "validity"

    def options(self) -> dict[str, tuple[Any, Q]]:
        lasts = not_ended(studio_today())
        return {"current": (_("current"), lasts), "ended": (_("ended"), ~lasts)}


class InputFilter(SimpleListFilter):
    """A filter with a control of its own, which sends what the list was asked for along."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        page = {self.parameter_name, "p", "e"}
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            if name not in page
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
            chosen = date.fromisoformat(self.value() or "")
        except ValueError as error:
            raise IncorrectLookupParameters from error
        return queryset.filter(**{self.column: chosen})


class TeacherFilter(InputFilter):
    """Rows of one teacher, chosen from all of them."""

    title = _("teacher")
    parameter_name = "teacher"
    template = "admin/scheduling/filters/teacher.html"

    def has_output(self) -> bool:
        return True

    def teachers(self) -> Iterable[tuple[str, str, bool]]:
        """Number, name, and whether it is the chosen one."""
        rows = Teacher.objects.order_by("name", "id").values_list("id", "name")
        return [(str(pk), name, str(pk) == self.value()) for pk, name in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            raise IncorrectLookupParameters(value)
        return self.narrowed(queryset, int(value))

    def narrowed(self, queryset: QuerySet[Any], teacher: int) -> QuerySet[Any]:
        """The rows of this teacher."""
        return queryset.filter(teacher_id=teacher)
