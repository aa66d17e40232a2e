"""The filters of the list of classes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.admin import ListFilter, SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.lists.filters import ChoiceFilter, TeacherFilter
from scheduling.admin.core.permissions import may_see_everyone, visible_classes
from scheduling.domain.typed_text import is_row_id
from scheduling.domain.windows import DAY, FIRST_DATE, LAST_DATE, monday_of, month_of
from scheduling.models import Attendance, ScheduledClass
from scheduling.selectors.classes.attendance import not_marked, unmarked
from scheduling.selectors.studio import studio, studio_today
from scheduling.services.classes.make_ups import make_ups_owed
from scheduling.text.dates import days_text, full_day

from .statement_filters import PeriodFilter

# The start of a local day and of the same day in UTC differ by less than this.
MAX_UTC_OFFSET = timedelta(days=1)
ALL = "all"
NOT_MARKED = "missing"
# A first and a last date, or one date.
DATE_PARAMETERS = ("from", "to", "on")


class DateRangeFilter(ChoiceFilter):
    """Ranges of dates; by default this week, or any date with a search, a date or a period.

    The usual ones are shown as links, with “not marked” among them.
    """

    title = _("when")
    parameter_name = "when"
    template = "admin/scheduling/filters/presets.html"
    presets = ("today", "week", "month")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        narrowing = (SEARCH_VAR, *DATE_PARAMETERS, PeriodFilter.parameter_name)
        is_narrowed = any(request.GET.get(name) for name in narrowing)
        self.default = ALL if is_narrowed else "week"
        self.attendance = request.GET.get(AttendanceFilter.parameter_name)
        super().__init__(request, *args, **kwargs)

    def value(self) -> str:
        return super().value() or self.default

    def options(self) -> dict[str, tuple[Any, Q]]:
        today = studio_today()
        monday = monday_of(today)
        return {
            "today": (_("today"), _dates(today, today)),
            "week": (_("this week"), _dates(monday, monday + 6 * DAY)),
            "month": (_("this month"), _dates(*month_of(today))),
            "tomorrow": (_("tomorrow"), _dates(today + DAY, today + DAY)),
            "next": (_("next week"), _dates(monday + 7 * DAY, monday + 13 * DAY)),
            "upcoming": (_("from now on"), Q(ends_at__gt=timezone.now(), starts_at__gte=_ago(2))),
            ALL: (_("any date"), Q()),
        }

    def choices(self, changelist: Any) -> Iterator[Any]:
        options = self.options()
        is_unmarked = self.attendance == NOT_MARKED and self.value() == ALL
        for value in self.presets:
            yield {
                "selected": self.value() == value,
                "query_string": when_url(changelist, value),
                "display": options[value][0],
            }
        if studio().unmarked_days:
            yield {
                "selected": is_unmarked,
                "query_string": when_url(changelist, ALL, attendance=NOT_MARKED),
                "display": _("not marked"),
            }


def when_url(changelist: Any, when: str, **others: str) -> str:
    """Return the query of a range of dates, without the dates that were chosen before."""
    dates = dict.fromkeys((*DATE_PARAMETERS, PeriodFilter.parameter_name, PAGE_VAR))
    url: str = changelist.get_query_string({**dates, "when": when, **others})
    return url


class DatesFilter(ListFilter):
    """Classes from a date to another, both included, or of one date; and further ranges."""

    title = _("dates")
    template = "admin/scheduling/filters/range.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for name in DATE_PARAMETERS:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]
        dropped = {*DATE_PARAMETERS, "when", "p", "e"}
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            if name not in dropped
            for value in values
        ]
        self.when = request.GET.get("when", "")

    @property
    def first(self) -> str:
        """The first date as given, empty for none."""
        return str(self.used_parameters.get("on") or self.used_parameters.get("from") or "")

    @property
    def last(self) -> str:
        """The last date as given, empty for none."""
        return str(self.used_parameters.get("on") or self.used_parameters.get("to") or "")

    @property
    def text(self) -> str:
        """The chosen dates, or the further range; empty for none."""
        try:
            first, last = self._dates()
        except ValueError:
            return ""
        if first and last:
            return days_text(first, last)
        if first:
            return gettext("from %(day)s") % {"day": full_day(first)}
        if last:
            return gettext("until %(day)s") % {"day": full_day(last)}
        if self.when == ALL and self.request.GET.get("attendance") == NOT_MARKED:
            return ""  # one of the presets
        return str(self._ranges().get(self.when, ""))

    def _dates(self) -> tuple[date | None, date | None]:
        """Return the first and last date. Raises ValueError."""
        first, last = (date.fromisoformat(t) if t else None for t in (self.first, self.last))
        return first, last

    def _ranges(self) -> dict[str, Any]:
        given = DateRangeFilter(self.request, {}, ScheduledClass, None)
        return {
            value: title
            for value, (title, _condition) in given.options().items()
            if value not in DateRangeFilter.presets
        }

    def expected_parameters(self) -> list[str | None]:
        return [*DATE_PARAMETERS]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, title in self._ranges().items():
            yield {
                "selected": self.when == value,
                "query_string": when_url(changelist, value),
                "display": title,
            }

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ScheduledClass]
    ) -> QuerySet[ScheduledClass]:
        try:
            first, last = self._dates()
        except ValueError as error:
            raise IncorrectLookupParameters from error
        if first is None and last is None:
            return queryset
        return queryset.filter(_dates(first or FIRST_DATE, last or LAST_DATE))


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
        missing = not_marked(timezone.now())
        overdue = {"overdue": (_("not marked in time"), unmarked(timezone.now()))}
        if not studio().unmarked_days:
            overdue = {}
        return {NOT_MARKED: (_("not marked"), missing), **overdue} | {
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
