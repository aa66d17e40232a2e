"""The figures of a statement as cells: texts with links to their classes."""

from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY, month_of
from scheduling.selectors.studio import studio_day
from scheduling.services.statements.definitions import (
    CHARGEABLE,
    FIGURES,
    GROUPINGS,
    LESSONS,
    permissions,
)
from scheduling.services.statements.files import amount_title
from scheduling.services.statements.statement import StatementRow, statement
from scheduling.text.dates import hours_text, number_text

from .links import sheet_url


class Period(NamedTuple):
    """Two days, both included; in URLs “2026-03-01..2026-03-31”."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


def read_period(text: str) -> Period:
    """Return the period that ``text`` names. Raises ValueError."""
    first, last = map(date.fromisoformat, text.split(".."))
    return Period(first, last)


def may_see_statement(request: HttpRequest, by: str = "teacher") -> bool:
    """Return whether an active staff user may see the statement by ``by``."""
    user: Any = request.user
    return bool(user.is_active and user.is_staff and user.has_perms(permissions(by)))


def statement_url(period: Period, by: str, **more: str) -> str:
    """Return the URL of a statement."""
    query = {"from": period.first, "to": period.last, "by": by, **more}
    return f"{reverse('admin:statement')}?{urlencode(query)}"


def listed_classes(
    period: Period, figure: str, by: str = "", row: StatementRow | None = None
) -> str:
    """Return the URL of the list with the classes that a figure counts."""
    query = {"when": "all", "period": str(period), "figure": figure}
    if row is not None:
        query["row"] = f"{by}:{'' if row.key is None else row.key}"
    return f"{reverse('admin:scheduling_scheduledclass_changelist')}?{urlencode(query)}"


def cells(
    by: str, period: Period, row: StatementRow | None, sums: StatementRow
) -> list[dict[str, Any]]:
    """Return the cells of ``sums``: the sums of ``row``, or the totals if it is None."""

    def cell(title: Any, text: str, figure: str, count: int) -> dict[str, Any]:
        url = listed_classes(period, figure, by, row) if count else ""
        return {"title": title, "text": text, "url": url, "is_shown": not figure}

    found = []
    for name, figure in FIGURES.items():
        count = getattr(sums, name)
        found.append(cell(figure.title, number_text(count), name, count))
        if name == LESSONS:
            found.append(cell(_("Hours"), hours_text(sums.minutes), "", 0))
    amount = sums.amount
    text = "–" if amount is None else number_format(amount, 2, force_grouping=True)
    return [*found, cell(amount_title(), text, CHARGEABLE, int(amount is not None))]


def this_month(request: HttpRequest, by: str, pk: int, now: datetime) -> dict[str, Any] | None:
    """Return the context of a person's card “This month”; None without the permission."""
    if not may_see_statement(request, by):
        return None
    period = Period(*month_of(studio_day(now)))
    found = statement(*period, by, now, only=Q(**{GROUPINGS[by].key: pk}))
    return {
        "cells": [
            cell
            for row in found.rows
            for cell in cells(by, period, row, row)
            if cell["url"] or cell["is_shown"]
        ],
        "url": statement_url(period, by),
        "sheets": sheet_url(by, pk),
        "last_month": statement_url(Period(*month_of(period.first - DAY)), by),
    }
