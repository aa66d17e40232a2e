"""Charts of stacked bars, such as a week's lessons by outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.text.dates import number_text

from .bars import labels_of
from .chart import HEIGHT, Chart
from .scales import ColumnScale, LinearScale, ticks


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar with a long and a short name, and its values from the bottom up."""

    name: str
    short: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class PlacedSegment:
    """A value of a stack with its position and size. ``sign`` is its CSS class."""

    sign: str
    name: str
    x: str
    width: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class StackChart(Chart):
    """The context of the template. ``series`` are the CSS class and the title of each value.

    ``rows`` are the name of each stack and its values as text.
    """

    series: Sequence[tuple[str, str]]
    segments: list[PlacedSegment]
    rows: list[tuple[str, list[str]]]


def stack_chart(
    key: str,
    title: str,
    description: str,
    series: Sequence[tuple[str, str]],
    stacks: Sequence[Stack],
) -> StackChart:
    """Return a chart of ``stacks`` from left to right; patterns tell their values apart."""
    steps = ticks(max((sum(stack.values) for stack in stacks), default=0))
    if steps[1] < 1:
        steps = [0.0, 1.0]
    scale, columns = LinearScale(steps[-1], HEIGHT), ColumnScale(max(1, len(stacks)))
    segments = []
    for index, stack in enumerate(stacks):
        below = 0
        for (sign, label), value in zip(series, stack.values, strict=True):
            below += value
            if value:
                text = f"{stack.name}: {label} {number_text(value)}"
                height = scale.bar_height(value)
                place = (columns.left(index), columns.width, scale.y(below), height)
                segments.append(PlacedSegment(sign, text, *place))
    return StackChart(
        key,
        title,
        description,
        scale.gridlines((step, number_text(round(step))) for step in steps),
        labels_of([stack.short for stack in stacks], columns),
        series,
        segments,
        [(stack.name, [number_text(value) for value in stack.values]) for stack in stacks],
    )
