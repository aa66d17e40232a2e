"""The indexes of the tables."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

INDEXES = """
    SELECT named.relname, indexrelid::regclass::text, indisunique, indkey::text, indclass::text,
           COALESCE(pg_get_expr(indpred, indrelid), ''), amname
      FROM pg_index
      JOIN pg_class AS named ON named.oid = indrelid
      JOIN pg_class AS index ON index.oid = indexrelid
      JOIN pg_am ON pg_am.oid = index.relam
     WHERE named.relnamespace = 'public'::regnamespace
       AND (named.relname LIKE 'scheduling%' OR named.relname = 'classes')
"""


def test_no_index_is_a_prefix_of_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        rows = cursor.fetchall()
    assert len(rows) > 40
    redundant = [
        (name, longer)
        for table, name, unique, columns, classes, condition, kind in rows
        for table2, longer, _unique, columns2, classes2, condition2, kind2 in rows
        if name != longer
        and (table, condition, kind, kind) == (table2, condition2, kind2, "btree")
        and not unique
        and f"{columns2} ".startswith(f"{columns} ")
        and f"{classes2} ".startswith(f"{classes} ")
    ]
    assert redundant == []
