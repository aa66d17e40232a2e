"""A statement as a file: its columns, and CSV and XLSX."""

import io
from dataclasses import dataclass

from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from scheduling.selectors.studio import studio
from scheduling.spreadsheets import xlsx_format
from scheduling.spreadsheets.cells import Cell
from scheduling.spreadsheets.csv_format import csv_chunks

from .definitions import FIGURES, GROUPINGS, LESSONS
from .statement import Statement, StatementRow

CSV, XLSX = "csv", "xlsx"
KINDS = (CSV, XLSX)


@dataclass(frozen=True, slots=True)
class StatementColumn:
    """A column of the file: a field of the rows."""

    title: str
    name: str

    def read(self, row: StatementRow) -> Cell:
        """Return the value; an empty cell for an amount that is not known."""
        value = getattr(row, self.name)
        return "" if value is None else value


@dataclass(frozen=True, slots=True)
class StatementFile:
    """The content of a file with its name and media type."""

    content: bytes
    name: str
    media_type: str


def amount_title() -> str:
    """Return the title of the amounts, with the studio's currency if it has one."""
    currency = studio().currency
    return _("Amount (%(currency)s)") % {"currency": currency} if currency else _("Amount")


def columns(by: str) -> list[StatementColumn]:
    """Return the columns of a file with the rows of a statement."""
    found = [StatementColumn(capfirst(str(GROUPINGS[by].title)), "name")]
    for name, figure in FIGURES.items():
        found.append(StatementColumn(str(figure.title), name))
        if name == LESSONS:
            found.append(StatementColumn(_("Minutes"), "minutes"))
    return [
        *found,
        StatementColumn(_("Without a price"), "without_price"),
        StatementColumn(amount_title(), "amount"),
    ]


def write(statement: Statement, kind: str, language: str) -> StatementFile:
    """Return the rows as a file of ``kind``, without the totals, in the active ``language``."""
    title = _("Statement")
    name = f"{slugify(title)}-{statement.first}-{statement.last}.{kind}"
    if kind == CSV:
        chunks = csv_chunks(columns(statement.by), statement.rows, language)
        return StatementFile(b"".join(chunks), name, "text/csv; charset=utf-8")
    file = io.BytesIO()
    xlsx_format.write(file, title, columns(statement.by), statement.rows)
    return StatementFile(file.getvalue(), name, xlsx_format.MIME_TYPE)
