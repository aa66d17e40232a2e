"""Random choices that are the same on every machine and every version of Python."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class StableRandom:
    """A sequence of random choices, seeded with ``words``."""

    def __init__(self, *words: object) -> None:
        self._random = Random(":".join(map(str, words)))

    def below(self, limit: int) -> int:
        """Return an integer from 0 to ``limit`` - 1."""
        # Python guarantees a stable sequence for random() only.
        return int(self._random.random() * limit)

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of ``items``."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return ``items`` in random order."""
        return sorted(items, key=lambda _item: self._random.random())
