"""Scales from values to positions on a chart."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

# Pixels: the width of a digit at 12 pixels in any font, and the gap between labels and chart.
LETTER, GAP = 8, 10


def ticks(most: float, about: int = 3) -> list[float]:
    """Return round numbers from 0 to at least ``most``, in about ``about`` steps.

    A step is 1, 2 or 5 times a power of ten.
    """
    if most <= 0:
        return [0.0, 1.0]
    rough = most / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= rough * 0.999999)
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


def axis_width(lines: Iterable[tuple[float, str]]) -> int:
    """Return the width of the longest label of ``lines``, in pixels."""
    return GAP + LETTER * max(3, *(len(text) for _, text in lines))


@dataclass(frozen=True, slots=True)
class LinearScale:
    """A vertical scale from 0 at the bottom to ``most`` at the top of ``height`` pixels."""

    most: float
    height: int

    def y(self, value: float) -> float:
        """Return the distance from the top, in pixels."""
        return round(self.height - self.bar_height(value), 1)

    def bar_height(self, value: float) -> float:
        """Return the height of a bar, in pixels; at least 2 for a positive value."""
        if value <= 0:
            return 0.0
        return round(max(2.0, self.height * value / self.most), 1)

    def gridlines(self, steps: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
        """Return the distance from the top and the label of each step."""
        return [(self.y(step), text) for step, text in steps]


@dataclass(frozen=True, slots=True)
class ColumnScale:
    """``count`` columns of equal width, each filled to ``share``; positions in per cent."""

    count: int
    share: float = 0.72

    def left(self, index: int) -> str:
        """Return the left edge of the bar in a column."""
        return percent(self._step * (index + (1 - self.share) / 2))

    def middle(self, index: int) -> str:
        """Return the centre of a column."""
        return percent(self._step * (index + 0.5))

    @property
    def width(self) -> str:
        """The width of a bar."""
        return percent(self._step * self.share)

    def edge(self, index: int) -> str:
        """Return the left edge of a column, with its gap."""
        return percent(self._step * index)

    @property
    def column_width(self) -> str:
        """The width of a column, with its gap."""
        return percent(self._step)

    @property
    def _step(self) -> float:
        return 100 / self.count


def percent(share: float) -> str:
    """Format a percentage for SVG, which never has a decimal comma."""
    return f"{share:.3f}%"
