"""Bar charts, such as one bar per day."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.text.dates import number_text

from .chart import HEIGHT, Chart
from .scales import ColumnScale, LinearScale, ticks

MAX_LABELS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with a long and a short name, its value and the text of the value.

    ``gap`` marks a bar without a value.
    """

    name: str
    short: str
    value: int
    value_text: str
    gap: bool = False


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar with its position and size."""

    bar: Bar
    x: str
    width: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class BarChart(Chart):
    """The context of the bar chart template."""

    bars: list[PlacedBar]

    @property
    def has_gaps(self) -> bool:
        return any(placed.bar.gap for placed in self.bars)


def bar_chart(key: str, title: str, description: str, bars: Sequence[Bar]) -> BarChart:
    """Return a chart of ``bars`` from left to right, with zero at the bottom."""
    steps = ticks(max((bar.value for bar in bars), default=0))
    if steps[1] < 1:
        steps = [0.0, 1.0]
    scale, columns = LinearScale(steps[-1], HEIGHT), ColumnScale(max(1, len(bars)))
    return BarChart(
        key,
        title,
        description,
        scale.gridlines((step, number_text(round(step))) for step in steps),
        labels_of([bar.short for bar in bars], columns),
        [
            PlacedBar(
                bar,
                columns.left(index),
                columns.width,
                0 if bar.gap else scale.y(bar.value),
                HEIGHT if bar.gap else scale.bar_height(bar.value),
            )
            for index, bar in enumerate(bars)
        ],
    )


def labels_of(names: Sequence[str], columns: ColumnScale) -> list[tuple[str, str, str]]:
    """Return the labels of columns: the first, the last and some in between."""
    return [
        (columns.middle(index), names[index], _anchor(index, len(names)))
        for index in _labelled(len(names))
    ]


def _labelled(count: int) -> list[int]:
    """Return the indices of the labelled bars: the first, the last and some in between."""
    if count <= MAX_LABELS:
        return list(range(count))
    return [round(n * (count - 1) / (MAX_LABELS - 1)) for n in range(MAX_LABELS)]


def _anchor(index: int, count: int) -> str:
    if index == 0:
        return "start"
    return "end" if index == count - 1 else "middle"
