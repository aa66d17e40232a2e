"""Many rows in few statements."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)

_ROWS_A_STATEMENT = 2_000


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """``items`` in lists of ``size``, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def among(queryset: QuerySet[Any, Any], field: str, values: Iterable[Any]) -> Iterator[Any]:
    """The rows whose ``field`` is one of ``values``, a constant number of them a query."""
    # SQLite takes a limited number of parameters.
    size = min(connection.features.max_query_params or 5_000, 5_000)
    for batch in in_batches(values, size):
        yield from queryset.filter(**{f"{field}__in": batch})


def insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Insert ``rows``, all of one model, in their order; answers them with their ids."""
    if not rows:
        return rows
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=_ROWS_A_STATEMENT)
