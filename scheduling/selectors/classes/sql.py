"""SQL that several queries on ``classes`` share."""

from collections.abc import Iterable

from django.db import connection


def classes_of(column: str, condition: str) -> str:
    """FROM: the classes ``c`` that meet ``condition``, looked up for each number of a list.

    One by one through an index that begins with ``column``, whatever the planner thinks. Right
    after a great many inserts PostgreSQL has no statistics of the table yet, and would sooner
    read all of it for every chunk: the time of a first run grew with the square of the studio.
    """
    if connection.vendor == "sqlite":
        return f"""json_each(%s) AS listed
            CROSS JOIN classes AS c ON c.{column} = listed.value AND {condition}"""
    return f"""unnest(%s::bigint[]) AS listed (value) CROSS JOIN LATERAL (
            SELECT * FROM classes AS c WHERE c.{column} = listed.value AND {condition} OFFSET 0
        ) AS c"""


def list_param(ids: Iterable[int]) -> str:
    """Numbers as one parameter."""
    # Of PostgreSQL as well the text: psycopg takes longer over a list than the server does.
    text = ",".join(map(str, ids))
    return f"{{{text}}}" if connection.vendor == "postgresql" else f"[{text}]"
