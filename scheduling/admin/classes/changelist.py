"""The list of classes by day, each class with its marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scheduling.admin.core.display.class_marks import StudentLine, student_line
from scheduling.admin.core.display.formatting import badge
from scheduling.admin.core.lists.changelist import PrefetchingChangeList
from scheduling.models import Attendance
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import full_day, long_day, short_day


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The ID of a class; and the day as a heading, if it is the first class of that day."""

    pk: int
    heading: str


class ClassChangeList(PrefetchingChangeList):
    """Sets the ``marks`` of each class, and gives the rows of the page with their headings.

    A day is the studio's. Without the order by time there are no headings, and ``is_by_day`` is
    False.
    """

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        now = timezone.now()
        order = self.queryset.query.order_by
        self.is_by_day = bool(order) and str(order[0]).lstrip("-") == "starts_at"
        for row in self.result_list:
            row.marks = student_line(request, row, now)
            row.is_by_day = self.is_by_day
        self._rows = self._with_headings()

    def next_row(self) -> ClassRow:
        """Return the next row; the template calls this for each of Django's results."""
        return next(self._rows)

    def _with_headings(self) -> Iterator[ClassRow]:
        previous: date | None = None
        for row in self.result_list:
            day = studio_day(row.starts_at)
            heading = long_day(day) if self.is_by_day and day != previous else ""
            previous = day
            yield ClassRow(row.pk, heading)


def time_of(row: Any) -> SafeString:
    """Return the hours of a class, with its date unless a heading has it, and a foreign zone."""
    zone, day = foreign_zone(row.time_zone), row.date
    parts = []
    if not getattr(row, "is_by_day", False):
        parts.append(full_day(day))
    elif day != studio_day(row.starts_at):
        parts.append(short_day(day))
    if zone:
        parts.append(zone)
    starts, ends = row.hours.split("–")
    hours = format_html('{}<span class="ct-end">–{}</span>', starts, ends)
    if not parts:
        return hours
    return format_html('{}<br><span class="ct-quiet">{}</span>', hours, " · ".join(parts))


def student_of(row: Any) -> SafeString:
    """Return the student; on a narrow page the rest of the lesson follows, without its columns."""
    zone = foreign_zone(row.time_zone)
    about = " · ".join(str(part) for part in (row.subject, row.teacher, row.room, zone) if part)
    return format_html(
        '<bdi>{}</bdi><span class="ct-about"><bdi>{}</bdi></span>', row.student, about
    )


def marks_of(row: Any) -> SafeString:
    """Return the mark of a class, and the buttons that set or remove it.

    The buttons belong to the form ``ct-mark`` of the page, as forms do not nest.
    """
    line: StudentLine | None = getattr(row, "marks", None)
    if line is None:
        return format_html("{}", row.get_attendance_display() or "–")
    url, parts = reverse("admin:mark_today", args=[row.pk]), []
    if row.attendance:
        parts.append(badge(line.state, line.sign))
    if line.is_marked:
        parts.append(_button(url, "", _("Undo"), line.name))
    choices = [(value, capfirst(text)) for value, text in line.buttons]
    if choices and choices[0][0] == Attendance.PRESENT:
        value, text = choices.pop(0)
        parts.append(_button(url, value, _sign("✓", text), line.name))
    if choices:
        buttons = ((_button(url, value, text, line.name),) for value, text in choices)
        parts.append(
            format_html(
                '<details class="ct-menu"><summary class="ct-button">{}{}</summary>'
                '<div class="ct-filter-box">{}</div></details>',
                _sign("✗", _("Absent")),
                _hidden(line.name),
                format_html_join("", "{}", buttons),
            )
        )
    return format_html(
        '<div class="ct-lesson-marks">{}</div>', format_html_join("", "{}", zip(parts))
    )


def _button(url: str, value: str, text: Any, name: str) -> SafeString:
    return format_html(
        '<button class="ct-button" type="submit" form="ct-mark" formaction="{}" name="attendance"'
        ' value="{}">{}{}</button>',
        url,
        value,
        text,
        _hidden(name),
    )


def _sign(sign: str, text: Any) -> SafeString:
    """Return a sign and its word, which a narrow page hides from view."""
    return format_html(
        '<span aria-hidden="true">{}</span> <span class="ct-word">{}</span>', sign, text
    )


def _hidden(name: str) -> SafeString:
    return format_html('<span class="ct-visually-hidden"> · {}</span>', name)
