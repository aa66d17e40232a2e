"""SQL fragments shared by queries on ``classes``."""

from collections.abc import Iterable

from django.db import connection


def classes_of(column: str, condition: str) -> str:
    """Return a FROM clause: the classes ``c`` that meet ``condition``, for each number of a list.

    It forces a lookup per number through an index that begins with ``column``. After many inserts
    PostgreSQL has no statistics of the table yet and would scan all of it for every chunk, so the
    time of a first run would grow with the square of the studio.
    """
    if connection.vendor == "sqlite":
        return f"""json_each(%s) AS listed
            CROSS JOIN classes AS c ON c.{column} = listed.value AND {condition}"""
    return f"""unnest(%s::bigint[]) AS listed (value) CROSS JOIN LATERAL (
            SELECT * FROM classes AS c WHERE c.{column} = listed.value AND {condition} OFFSET 0
        ) AS c"""


def list_param(ids: Iterable[int]) -> str:
    """Return ``ids`` as one parameter."""
    # As text on PostgreSQL too: psycopg needs longer for a list than the server needs for the text.
    text = ",".join(map(str, ids))
    return f"{{{text}}}" if connection.vendor == "postgresql" else f"[{text}]"
