"""A counter of SQL statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


class QueryCounter:
    """The number of statements that this thread has sent within the block, COPY included."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def count_queries() -> Iterator[QueryCounter]:
    """Count the statements of this block."""
    counter = QueryCounter()
    with connection.execute_wrapper(counter):
        yield counter
