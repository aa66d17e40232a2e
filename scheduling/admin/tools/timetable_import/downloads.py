"""Downloads: the current timetable as a workbook to edit and import again, and a CSV template."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scheduling.selectors.studio import studio_today
from scheduling.services.timetable_export import TimetableRow, timetable_rows
from scheduling.spreadsheets import xlsx_format
from scheduling.spreadsheets.cells import Cell
from scheduling.spreadsheets.csv_format import separator

from .column_help import COLUMNS
from .permissions import importers_only


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the file, with the name that an import expects."""

    title: str

    def read(self, row: Any) -> Cell:
        """Return the value with its type."""
        value = getattr(row, self.title)
        if isinstance(value, bool):
            return "yes" if value else ""
        return "" if value is None else value


FIELDS = [_Field(name) for name in TimetableRow._fields]


@require_safe
@importers_only
def export(request: HttpRequest) -> HttpResponse:
    """Download the weekly rules that have not ended."""
    today = studio_today()
    file = io.BytesIO()
    xlsx_format.write(file, _("Timetable"), FIELDS, timetable_rows(today))
    name = f"timetable-{today}.xlsx"
    response = HttpResponse(file.getvalue(), content_type=xlsx_format.MIME_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@importers_only
def template(request: HttpRequest) -> HttpResponse:
    """Download the template, with the separator for the user's language."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator(get_language() or ""))
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows(zip(*(column.examples for column in COLUMNS), strict=True))
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="timetable.csv"'
    return response
