"""The lessons of a day in lanes: those at the same time side by side, a group lesson as one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import ngettext

from scheduling.admin.calendar.lines import Line


@dataclass(slots=True)
class Block:
    """A lesson, or a group lesson with several students. Minutes are since midnight."""

    lines: list[Line]
    start: int
    end: int
    lane: int = 0
    lanes: int = 1

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def is_group(self) -> bool:
        return len(self.lines) > 1

    @property
    def title(self) -> str:
        """“Choir · 4 students”."""
        count = len(self.lines)
        number = ngettext("%(n)d student", "%(n)d students", count) % {"n": count}
        return " · ".join(filter(None, (self.first.subject, number)))


def blocks_of(lines: Iterable[Line], day: date) -> list[Block]:
    """Return the lessons in order, each group lesson as one, in lanes side by side."""
    blocks = []
    for _key, group in groupby(sorted(lines, key=_order), _place):
        found = list(group)
        start, end = found[0].minutes(day)
        if start < end:
            blocks.append(Block(found, start, end))
    _put_in_lanes(blocks)
    return blocks


def _place(line: Line) -> tuple[Any, ...]:
    """Return a key that the students of a group lesson share."""
    alone = "" if line.is_shared and line.teacher_id is not None else line.url
    return (
        *(line.start, line.end, line.teacher, line.teacher_id or 0),
        *(line.room_id or 0, line.takes_place, alone),
    )


def _order(line: Line) -> tuple[Any, ...]:
    return (*_place(line), line.student)


def _put_in_lanes(blocks: list[Block]) -> None:
    """Give blocks that overlap, which are in the order of their start, lanes of the same width."""
    ends: list[int] = []
    cluster: list[Block] = []
    for block in blocks:
        if cluster and block.start >= max(ends):
            ends, cluster = [], []
        free = next((lane for lane, end in enumerate(ends) if end <= block.start), len(ends))
        ends[free : free + 1] = [block.end]
        block.lane = free
        cluster.append(block)
        for each in cluster:
            each.lanes = len(ends)
