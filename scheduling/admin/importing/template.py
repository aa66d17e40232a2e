"""A file to begin with: the header and two rows that may be overwritten."""

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ..exporting.comma_separated import separator
from .columns import COLUMNS
from .guard import importers_only


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
