"""List filters: by teacher, by room, by a named condition."""

from collections.abc import Iterable
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


class NameFilter(SimpleListFilter):
    """Rows of one teacher or room, chosen by name."""

    model: ClassVar[Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        rows = self.model.objects.order_by("name", "id").values_list("id", "name")
        return [(str(pk), name) for pk, name in rows]

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
