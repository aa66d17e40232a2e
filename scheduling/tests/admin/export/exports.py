"""Helpers that request exports and parse them with other libraries."""

import csv
import io
from typing import Any

from django.test import Client
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape


def address(table: str, kind: str) -> str:
    return f"/admin/scheduling/{table}/export/{kind}/"


def body(response: Any) -> bytes:
    assert response.status_code == 200, response
    return b"".join(response.streaming_content)


def csv_rows(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def xlsx_rows(data: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(data)).active
    return [[_unescaped(cell.value) for cell in row] for row in sheet.iter_rows()]


def _unescaped(value: Any) -> Any:
    """Decode the format's escapes, such as _x000D_, which openpyxl does not."""
    return unescape(value) if isinstance(value, str) else value


def exported(client: Client, table: str, kind: str = "csv", **query: Any) -> list[list[Any]]:
    """Return the rows of an export below its header."""
    data = body(client.get(address(table, kind), query))
    return (csv_rows if kind == "csv" else xlsx_rows)(data)[1:]
