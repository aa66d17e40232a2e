"""Chance that comes out the same on every machine and every version of Python."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class StableRandom:
    """A sequence of choices that ``words`` decide once and for all."""

    def __init__(self, *words: object) -> None:
        self._random = Random(":".join(map(str, words)))

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1."""
        # Of all of random, only random() itself is promised never to change.
        return int(self._random.random() * limit)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of ``items``."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """``items`` in any order."""
        return sorted(items, key=lambda _item: self._random.random())
