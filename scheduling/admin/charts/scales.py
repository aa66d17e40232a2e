"""From values to places on a chart."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

# A digit at 12 pixels is 7 to 8 wide, whatever the font; then what parts the axis from its field.
LETTER, GAP = 8, 10


def ticks(most: float, about: int = 3) -> list[float]:
    """Round numbers from 0 to ``most`` or beyond, about so many steps of 1, 2 or 5 times ten."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= rough * 0.999999)
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


def axis_width(lines: Iterable[tuple[float, str]]) -> int:
    """Pixels for the longest of the labels of ``lines``."""
    return GAP + LETTER * max(3, *(len(text) for _, text in lines))


@dataclass(frozen=True, slots=True)
class LinearScale:
    """``most`` at the top of ``height`` pixels, nought at the foot of them."""

    most: float
    height: int

    def y(self, value: float) -> float:
        """How far down ``value`` is."""
        return round(self.height - self.tall(value), 1)

    def tall(self, value: float) -> float:
        """How high a bar of ``value`` is; whatever is more than nothing can be seen."""
        if value <= 0:
            return 0.0
        return round(max(2.0, self.height * value / self.most), 1)


@dataclass(frozen=True, slots=True)
class ColumnScale:
    """``count`` columns beside each other; each fills ``share`` of its own."""

    count: int
    share: float = 0.72

    def left(self, number: int) -> str:
        """Where the column begins."""
        step = 100 / self.count
        return per_cent(step * (number + (1 - self.share) / 2))

    def middle(self, number: int) -> str:
        """Its centre."""
        return per_cent(100 / self.count * (number + 0.5))

    @property
    def width(self) -> str:
        """How wide a column is."""
        return per_cent(100 / self.count * self.share)

    def edge(self, number: int) -> str:
        """Where the place of the column begins, without its gap."""
        return per_cent(100 / self.count * number)

    @property
    def place(self) -> str:
        """How wide that place is."""
        return per_cent(100 / self.count)


def per_cent(share: float) -> str:
    """As an attribute of SVG, which knows no language: never a decimal comma."""
    return f"{share:.3f}%"
