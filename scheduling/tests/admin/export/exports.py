"""Exports as tests ask for them, and read them back with other programs' eyes."""

import csv
import io
from typing import Any

from django.test import Client
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape


def address(table: str, kind: str) -> str:
    return f"/admin/scheduling/{table}/export/{kind}/"


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def csv_rows(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def xlsx_rows(data: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(data)).active
    return [[_said(cell.value) for cell in row] for row in sheet.iter_rows()]


def _said(value: Any) -> Any:
    """openpyxl leaves the format's own escapes, such as _x000D_, to its callers."""
    return unescape(value) if isinstance(value, str) else value


def exported(client: Client, table: str, kind: str = "csv", **query: Any) -> list[list[Any]]:
    """The rows of an export below its header."""
    data = body(client.get(address(table, kind), query))
    return (csv_rows if kind == "csv" else xlsx_rows)(data)[1:]
