"""In which order tests run: those that wait for processes among those that work.

pytest-django leaves what commits for the end, and with it most waiting: the cores would have
little to do for the last minute. No test relies on it (baseline.py).
"""

from collections import defaultdict
from collections.abc import Iterator

import pytest

# By then the last that wait have begun, and what is left is quickly done by whoever is free.
BEGUN = 0.8


def spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests, those of a file together, and those of the browser, which share one."""
    blocks: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        blocks["browser" if item.get_closest_marker("browser") else str(item.path)].append(item)
    waiting, working = [], []
    for block in blocks.values():
        (waiting if any(map(_commits, block)) else working).append(block)
    placed = [*_placed(waiting, BEGUN), *_placed(working, 1.0)]
    return [item for _place, block in sorted(placed, key=lambda one: one[0]) for item in block]


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames  # type: ignore[attr-defined]


def _placed(
    blocks: list[list[pytest.Item]], end: float
) -> Iterator[tuple[float, list[pytest.Item]]]:
    """Each with the part of the whole, from 0 to ``end``, that comes before it."""
    total, before = sum(map(len, blocks)), 0
    for block in blocks:
        yield end * before / total, block
        before += len(block)
