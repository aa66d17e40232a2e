"""A bar for each day, or whatever follows one another."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.text.dates import number_text

from .scales import ColumnScale, LinearScale, axis_width, ticks

HEIGHT = 150
LABELS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """``name`` is what the bar stands for, ``said`` its value in words; ``gap``: nothing was."""

    name: str
    short: str
    value: int
    said: str
    gap: bool = False


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar in its place."""

    bar: Bar
    x: str
    width: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class BarChart:
    """What a template draws."""

    key: str
    title: str
    description: str
    height: int
    bars: list[PlacedBar]
    lines: list[tuple[float, str]]
    labels: list[tuple[str, str, str]]

    @property
    def frame(self) -> int:
        """Height with the labels below."""
        return self.height + 24

    @property
    def axis(self) -> int:
        """How wide the labels at the left are."""
        return axis_width(self.lines)

    @property
    def has_gaps(self) -> bool:
        return any(drawn.bar.gap for drawn in self.bars)


def bar_chart(key: str, title: str, description: str, bars: Sequence[Bar]) -> BarChart:
    """``bars`` from left to right, nought at the foot."""
    steps = ticks(max((bar.value for bar in bars), default=0))
    if steps[1] < 1:
        steps = [0.0, 1.0]
    scale, bands = LinearScale(steps[-1], HEIGHT), ColumnScale(max(1, len(bars)))
    return BarChart(
        key,
        title,
        description,
        HEIGHT,
        [
            PlacedBar(
                bar,
                bands.left(place),
                bands.width,
                0 if bar.gap else scale.y(bar.value),
                HEIGHT if bar.gap else scale.tall(bar.value),
            )
            for place, bar in enumerate(bars)
        ],
        [(scale.y(step) if step else float(HEIGHT), number_text(round(step))) for step in steps],
        [
            (bands.middle(place), bars[place].short, _anchor(place, len(bars)))
            for place in _labelled(len(bars))
        ],
    )


def _labelled(count: int) -> list[int]:
    """Which places are named: the first, the last, and some between."""
    if count <= LABELS:
        return list(range(count))
    return [round(n * (count - 1) / (LABELS - 1)) for n in range(LABELS)]


def _anchor(place: int, count: int) -> str:
    if place == 0:
        return "start"
    return "end" if place == count - 1 else "middle"
