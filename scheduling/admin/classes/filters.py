"""The filters of the list of classes."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.filters import ChoiceFilter, DateFilter, TeacherFilter
from scheduling.admin.core.permissions import may_see_everyone, visible_classes
from scheduling.domain.typed_text import is_row_id
from scheduling.domain.windows import DAY, monday_of
from scheduling.models import Attendance, ScheduledClass
from scheduling.selectors.classes.attendance import WITHOUT_MARK, unmarked
from scheduling.selectors.studio import studio, studio_today
from scheduling.services.classes.make_ups import make_ups_owed

from .statement_filters import PeriodFilter

# The start of a local day and of the same day in UTC differ by less than this.
MAX_UTC_OFFSET = timedelta(days=1)
ALL = "all"


class DateRangeFilter(ChoiceFilter):
    """Ranges of dates; by default this week, or any date with a search, a date or a period."""

    title = _("when")
    parameter_name = "when"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        narrowing = (SEARCH_VAR, DateFilter.parameter_name, PeriodFilter.parameter_name)
        is_narrowed = any(request.GET.get(name) for name in narrowing)
        self.default = ALL if is_narrowed else "week"
        super().__init__(request, *args, **kwargs)

    def value(self) -> str:
        return super().value() or self.default

    def options(self) -> dict[str, tuple[Any, Q]]:
        today = studio_today()
        monday = monday_of(today)
        return {
            "today": (_("today"), _dates(today, today)),
            "tomorrow": (_("tomorrow"), _dates(today + DAY, today + DAY)),
            "week": (_("this week"), _dates(monday, monday + 6 * DAY)),
            "next": (_("next week"), _dates(monday + 7 * DAY, monday + 13 * DAY)),
            "upcoming": (_("from now on"), Q(ends_at__gt=timezone.now(), starts_at__gte=_ago(2))),
            ALL: (_("any date"), Q()),
        }

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, (title, _condition) in self.options().items():
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }


def _dates(first: Any, last: Any) -> Q:
    """Return the condition for dates from ``first`` to ``last``.

    The conditions on ``starts_at`` let the database use the index of the list's order.
    """
    begin = datetime.combine(first, time.min, UTC) - MAX_UTC_OFFSET
    end = datetime.combine(last + DAY, time.min, UTC) + MAX_UTC_OFFSET
    return Q(date__gte=first, date__lte=last, starts_at__gte=begin, starts_at__lt=end)


def _ago(days: int) -> datetime:
    # A class takes at most a day, so a class that has not ended began after this instant.
    return timezone.now() - timedelta(days=days)


class AttendanceFilter(ChoiceFilter):
    """Classes by attendance, or without it."""

    title = _("attendance")
    parameter_name = "attendance"

    def options(self) -> dict[str, tuple[Any, Q]]:
        missing = WITHOUT_MARK & Q(ends_at__lte=timezone.now())
        overdue = {"overdue": (_("not marked in time"), unmarked(timezone.now()))}
        if not studio().unmarked_days:
            overdue = {}
        return {"missing": (_("missing"), missing), **overdue} | {
            str(value): (title, Q(attendance=value)) for value, title in Attendance.choices
        }


class SourceFilter(ChoiceFilter):
    """Classes by their source."""

    title = _("source")
    parameter_name = "source"

    def options(self) -> dict[str, tuple[Any, Q]]:
        return {
            "fixed_schedule": (_("fixed schedule"), Q(fixed_schedule__isnull=False)),
            "recurring_slot": (_("recurring slot"), Q(recurring_slot__isnull=False)),
            "one_off": (_("one-off"), Q(week__isnull=True)),
        }


class MakeUpFilter(ChoiceFilter):
    """Cancelled classes with an owed or scheduled make-up, and the make-ups."""

    title = _("make-ups")
    parameter_name = "make_up"

    def options(self) -> dict[str, tuple[Any, Q]]:
        return {
            "owed": (_("make-up owed"), make_ups_owed(studio_today())),
            "made": (_("made up for"), Q(make_ups__isnull=False)),
            "is": (_("is a make-up"), Q(make_up_for__isnull=False)),
        }


class ManualEditFilter(ChoiceFilter):
    """Classes that were edited by hand, or were not."""

    title = _("hand edits")
    parameter_name = "by_hand"

    def options(self) -> dict[str, tuple[Any, Q]]:
        return {
            "yes": (_("Yes"), Q(edited_at__isnull=False)),
            "no": (_("No"), Q(edited_at__isnull=True)),
        }


class StudentFilter(SimpleListFilter):
    """The classes of one student; shown only if the URL names a student, as links to it do.

    The name is read from a visible class, so that trying IDs reveals no other student's name.
    """

    title = _("student")
    parameter_name = "student"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = request.GET.get(self.parameter_name, "")
        if not is_row_id(value):
            return []
        classes = visible_classes(request.user).filter(student_id=int(value))
        found = classes.select_related("student").order_by().first()
        return [(value, str(found.student) if found else "–")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ScheduledClass]
    ) -> QuerySet[ScheduledClass]:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(student_id=int(value))


class VisibleTeacherFilter(TeacherFilter):
    """Classes by teacher, for users who may see everyone's classes."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.may_see_everyone = may_see_everyone(request.user)
        super().__init__(request, *args, **kwargs)

    def has_output(self) -> bool:
        return self.may_see_everyone
