"""The timetable as a workbook that can be changed and imported again."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scheduling.admin.export import xlsx_format
from scheduling.admin.export.columns import Cell
from scheduling.admin.export.csv_format import separator
from scheduling.selectors.studio import studio_today
from scheduling.services.timetable_export import TimetableRow, timetable_rows

from .column_help import COLUMNS
from .permissions import importers_only


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the file, by the name that an import knows."""

    title: str

    def read(self, row: Any) -> Cell:
        """The value, with its type."""
        value = getattr(row, self.title)
        if isinstance(value, bool):
            return "yes" if value else ""
        return "" if value is None else value


FIELDS = [_Field(name) for name in TimetableRow._fields]


@require_safe
@importers_only
def export(request: HttpRequest) -> HttpResponse:
    """All weekly rules that go on."""
    today = studio_today()
    file = io.BytesIO()
    xlsx_format.write(file, _("Timetable"), FIELDS, timetable_rows(today))
    name = f"timetable-{today}.xlsx"
    answer = HttpResponse(file.getvalue(), content_type=xlsx_format.MIME_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@importers_only
def template(request: HttpRequest) -> HttpResponse:
    """The template, with the separator that spreadsheets of the reader's language expect."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator(get_language() or ""))
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows(zip(*(column.examples for column in COLUMNS), strict=True))
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    answer["Content-Disposition"] = 'attachment; filename="timetable.csv"'
    return answer
