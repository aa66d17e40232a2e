"""The frame that all charts have in common: title, gridlines and labels."""

from dataclasses import dataclass
from typing import ClassVar

from .scales import axis_width

HEIGHT = 150
_LABELS_HEIGHT = 24


@dataclass(frozen=True, slots=True)
class Chart:
    """The common context of the chart templates.

    ``lines`` are the gridlines, as pixels from the top and a label; ``labels`` those of the
    horizontal axis, as position, text and anchor.
    """

    height: ClassVar[int] = HEIGHT

    key: str
    title: str
    description: str
    lines: list[tuple[float, str]]
    labels: list[tuple[str, str, str]]

    @property
    def frame(self) -> int:
        """The height with the labels below, in pixels."""
        return self.height + _LABELS_HEIGHT

    @property
    def axis(self) -> int:
        """The width of the labels on the left, in pixels."""
        return axis_width(self.lines)
