"""Cuts the chunks of a run into shards of whole teachers, no two of which meet a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduling.jobs.chunks import Chunk
from scheduling.selectors.scope import Owner


@dataclass(slots=True)
class Lot:
    """What one shard has to do: its chunks, in order, and the students it leaves to the end.

    ``students`` and ``teachers`` are those whom it may look at more than once, or the last shard
    after it: they are to be counted once.
    """

    chunks: list[Chunk]
    spanning: list[int] = field(default_factory=list)
    students: list[int] = field(default_factory=list)
    teachers: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many series its chunks have."""
        return sum(chunk.size for chunk in self.chunks)

    def owners(self) -> set[Owner]:
        """Whose series are in its chunks."""
        return {owner for chunk in self.chunks for owner in chunk.owners()}

    def json(self) -> dict[str, Any]:
        """It as the database keeps it."""
        return {
            "chunks": [[chunk.teachers, chunk.students, chunk.size] for chunk in self.chunks],
            "spanning": self.spanning,
            "students": self.students,
            "teachers": self.teachers,
        }

    @classmethod
    def of(cls, stored: Any) -> "Lot":
        """The inverse of ``json``."""
        return cls(
            [Chunk(*chunk) for chunk in stored["chunks"]],
            stored["spanning"],
            stored["students"],
            stored["teachers"],
        )


def cut(chunks: list[Chunk], several: Mapping[int, Iterable[Owner]], most: int) -> list[Lot]:
    """At most ``most`` lots of about the same size, of ``chunks`` that follow each other.

    ``several``: the owners of the series of each student who has more than one. Where they fall
    into different lots the student spans them, and is nobody's until all of them are done.
    """
    lots = [Lot(part) for part in _parts(chunks, most)]
    place = {owner: lot for lot in lots for owner in lot.owners()}
    for student, owners in sorted(several.items()):
        # A series that came while the run was being cut may be of an owner whom no chunk has.
        there = sorted({owner for owner in owners if owner in place})
        found = {id(place[owner]): place[owner] for owner in there}
        for lot in found.values():
            (lot.students if len(found) == 1 else lot.spanning).append(student)
        if len(found) > 1:
            for kind, number in there:
                if kind == "teacher":
                    place[kind, number].teachers.append(number)
    for lot in lots:
        lot.teachers = sorted(set(lot.teachers))
    return lots


def _parts(chunks: list[Chunk], most: int) -> list[list[Chunk]]:
    """``chunks`` in at most ``most`` runs of about equal size, none of them empty."""
    total = sum(chunk.size for chunk in chunks)
    parts: list[list[Chunk]] = [[] for _ in range(most)]
    done = 0
    for chunk in chunks:
        # By the middle of the chunk: a large one goes where most of it belongs.
        parts[(2 * done + chunk.size) * most // (2 * total)].append(chunk)
        done += chunk.size
    return [part for part in parts if part]
