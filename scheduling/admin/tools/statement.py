"""The page of a statement: the figures of a period by teacher, student …, and its files."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scheduling.admin.core.display.links import Links, links_for
from scheduling.admin.core.display.statement_cells import (
    Period,
    cells,
    listed_classes,
    may_see_statement,
    statement_url,
)
from scheduling.admin.core.tool_page import ToolPage
from scheduling.domain.windows import DAY, FIRST_DATE, LAST_DATE, month_of
from scheduling.models import LessonSettings
from scheduling.selectors.rooms import has_rooms
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.statements import files
from scheduling.services.statements.definitions import GROUPINGS
from scheduling.services.statements.statement import (
    LengthWithoutPrice,
    Statement,
    StatementRow,
    lengths_without_price,
    statement,
)
from scheduling.text.dates import days_text, month_text, number_text

from .statement_charts import hours_by_teacher, weeks_chart


class PeriodForm(forms.Form):
    """The first and the last day of a statement."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(
                label=label,
                widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                input_formats=["%Y-%m-%d"],
            )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name, day in tuple(values.items()):
            if not FIRST_DATE <= day <= LAST_DATE:
                text = _("The date must lie between %(first)s and %(last)s.")
                self.add_error(name, text % {"first": FIRST_DATE, "last": LAST_DATE})
        if not self.errors and values["to"] < values["from"]:
            self.add_error("to", _("The last day is before the first one."))
        return values


@require_safe
def statement_page(request: HttpRequest) -> HttpResponse:
    """Show a statement, or download it."""
    by = request.GET.get("by", "")
    by = by if by in GROUPINGS else "teacher"
    if not may_see_statement(request, by):
        raise PermissionDenied
    now = timezone.now()
    form, period = _read_period(request, studio_day(now))
    found = statement(*period, by, now)
    kind = request.GET.get("format", "")
    if kind in files.KINDS and not form.errors:
        return _download(found, kind)
    lengths = lengths_without_price(*period, now) if found.totals.without_price else []
    links = links_for(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Statement"),
        "heading": _heading(period, by),
        "form": form,
        "by": by,
        "groupings": [
            {"title": grouping.title, "url": statement_url(period, name), "is_current": name == by}
            for name, grouping in GROUPINGS.items()
            if may_see_statement(request, name) and (name != "room" or has_rooms())
        ],
        "months": _months(period, by, studio_day(now)),
        "downloads": [
            {"title": kind.upper(), "url": statement_url(period, by, format=kind)}
            for kind in files.KINDS
        ],
        "not_ended": period.last >= studio_day(now),
        "not_marked": found.totals.not_marked,
        "not_marked_text": _not_marked_text(found.totals.not_marked),
        "not_marked_url": listed_classes(period, "not_marked"),
        "lengths": [_length(length, page) for length, page in _with_pages(lengths, links)],
        "first_title": capfirst(str(GROUPINGS[by].title)),
        "amount_title": files.amount_title(),
        "rows": [_row(found, period, row, links) for row in found.rows],
        "totals": cells(by, period, None, found.totals),
        "weeks": weeks_chart(period, now),
        "hours": hours_by_teacher(found),
    }
    return TemplateResponse(request, "admin/tools/statement.html", context)


def _read_period(request: HttpRequest, today: date) -> tuple[PeriodForm, Period]:
    """Return the form with the period of the URL; this month without one, or with errors."""
    this_month = Period(*month_of(today))
    given = {name: request.GET[name] for name in ("from", "to") if name in request.GET}
    form = PeriodForm(given or {"from": this_month.first, "to": this_month.last})
    if not form.is_valid():
        return form, this_month
    return form, Period(form.cleaned_data["from"], form.cleaned_data["to"])


def _heading(period: Period, by: str) -> str:
    values = {"period": days_text(*period), "what": GROUPINGS[by].title}
    return capfirst(_("%(period)s, by %(what)s") % values)


def _months(period: Period, by: str, today: date) -> list[dict[str, Any]]:
    """Return links to the months around the first day, and to this month."""
    shown = Period(*month_of(period.first))
    before, after = month_of(shown.first - DAY), month_of(shown.last + DAY)
    found = [
        ("‹ ", Period(*before), ""),
        ("", shown, ""),
        ("", Period(*after), " ›"),
    ]
    links = [
        {
            "title": f"{left}{month_text(month.first)}{right}",
            "url": statement_url(month, by),
            "is_current": month == period,
        }
        for left, month, right in found
        if month.first >= FIRST_DATE and month.last <= LAST_DATE
    ]
    if Period(*month_of(today)) != shown:
        this_month = statement_url(Period(*month_of(today)), by)
        links.append({"title": _("This month"), "url": this_month, "is_current": False})
    return links


def _not_marked_text(count: int) -> str:
    text = ngettext("%(n)s lesson is not marked", "%(n)s lessons are not marked", count)
    return text % {"n": number_text(count)}


def _with_pages(
    lengths: list[LengthWithoutPrice], links: Links
) -> list[tuple[LengthWithoutPrice, str]]:
    """Return each length with the page of its teacher's lesson settings, if it may be opened."""
    teachers = {length.teacher_id for length in lengths if length.teacher_id is not None}
    settings = LessonSettings.objects.filter(teacher__in=teachers)
    pages = {
        teacher: reverse("admin:scheduling_lessonsettings_change", args=[pk])
        for pk, teacher in settings.values_list("pk", "teacher_id")
    }
    if links.settings:
        add = reverse("admin:scheduling_lessonsettings_add")
        for teacher in teachers - pages.keys():
            pages[teacher] = f"{add}?teacher={teacher}"
    return [(length, pages.get(length.teacher_id or 0, "")) for length in lengths]


def _length(length: LengthWithoutPrice, page: str) -> dict[str, str]:
    title = _("%(teacher)s, %(minutes)s min") % {
        "teacher": length.teacher or _("Without a teacher"),
        "minutes": length.minutes,
    }
    return {"title": title, "url": page}


def _row(found: Statement, period: Period, row: StatementRow, links: Links) -> dict[str, Any]:
    pages = {"teacher": links.teacher, "student": links.student, "guardian": links.guardian}
    page = pages[found.by](row.id) if found.by in pages else ""
    return {"name": row.name, "url": page, "cells": cells(found.by, period, row, row)}


def _download(found: Statement, kind: str) -> HttpResponse:
    file = files.write(found, kind, get_language() or studio().language)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.content, content_type=file.media_type, headers=headers)


PAGES = (
    ToolPage(
        route="statement/",
        name="statement",
        view=statement_page,
        title=gettext_lazy("Statement"),
        daily=True,
        shown=may_see_statement,
    ),
)
