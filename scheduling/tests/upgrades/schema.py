"""Reads the schema of a database, in a form that can be compared."""

import re
from collections.abc import Iterator

from django.db import connection

# Each query returns the name of a thing and its definition. The order of columns is left out: a
# column that a migration has added is the last one of its table.
POSTGRESQL = {
    "column": """
        SELECT c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
            'null ' || NOT a.attnotnull, 'default ' || pg_get_expr(d.adbin, d.adrelid),
            'identity ' || nullif(a.attidentity::text, ''),
            'collation ' || nullif(a.attcollation, 0))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = current_schema::regnamespace AND c.relkind = 'r'
            AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname,
            pg_get_constraintdef(oid) || ' validated ' || convalidated
        FROM pg_constraint WHERE connamespace = current_schema::regnamespace""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema",
    "sequence": """
        SELECT sequencename, concat_ws(' ', data_type, start_value, increment_by, max_value)
        FROM pg_sequences WHERE schemaname = current_schema""",
    "trigger": """
        SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal""",
    "function": """
        SELECT proname, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE pronamespace = current_schema::regnamespace AND NOT EXISTS (
            SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')""",
    "view": "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema",
    "extension": "SELECT extname, extversion FROM pg_extension",
}
# PostgreSQL writes the casts of a condition in another way once it has been dumped and restored.
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")
SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def schema() -> dict[tuple[str, str], object]:
    """Return the definition of each thing in the database by its kind and name."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(SQLITE)
            return {(kind, name): _sqlite_definition(kind, sql) for kind, name, sql in cursor}
        things: dict[tuple[str, str], object] = {}
        for kind, query in POSTGRESQL.items():
            cursor.execute(query)
            things |= {(kind, name): CASTS.sub("", definition) for name, definition in cursor}
        return things


def _sqlite_definition(kind: str, sql: str) -> object:
    """Return the columns and constraints of a table in one order, else ``sql``."""
    if kind != "table":
        return sql
    start, end = sql.index("("), sql.rindex(")")
    return [*sorted(_parts(sql[start + 1 : end])), sql[end + 1 :]]


def _parts(text: str) -> Iterator[str]:
    """Split ``text`` at its commas outside of parentheses and quotes."""
    depth, quote, begin = 0, "", 0
    for position, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and not depth:
            yield text[begin:position].strip()
            begin = position + 1
    yield text[begin:].strip()
