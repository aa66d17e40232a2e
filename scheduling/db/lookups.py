"""The lookup ``id__among=[…]``: membership in a list of any length, as one parameter.

``__in`` binds a parameter for each value: SQLite limits their number, and PostgreSQL plans the
query again for each length of the list.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, BigIntegerField, Lookup
from django.db.models.fields.related import ForeignObject


@BigAutoField.register_lookup
@BigIntegerField.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """The left side is one of the integers on the right."""

    lookup_name = "among"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[int]:
        values: Iterable[Any] = self.rhs
        return [int(value) for value in values]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        lhs, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            # As text: psycopg takes longer to adapt a list, and sends small numbers as smallint,
            # which the server compares to a bigint one by one instead of hashing.
            listed = ",".join(map(str, self.rhs))
            return f"{lhs} = ANY(%s::bigint[])", [*params, f"{{{listed}}}"]
        return f"{lhs} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]
