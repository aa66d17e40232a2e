"""The timetable as a workbook that can be changed and imported again."""

import io
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scheduling.selectors.studio import studio_today
from scheduling.services.timetable_export import TimetableRow, timetable_rows

from ..exporting import workbook
from ..exporting.columns import Cell
from .guard import importers_only


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
    workbook.write(file, _("Timetable"), FIELDS, timetable_rows(today))
    name = f"timetable-{today}.xlsx"
    answer = HttpResponse(file.getvalue(), content_type=workbook.MIME_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
