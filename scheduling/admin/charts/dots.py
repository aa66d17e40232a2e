"""Dots over time: one for each run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from .scales import LinearScale, axis_width, per_cent, ticks

HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Dot:
    """``shape``: "circle" or "square", so that no colour is needed; ``hollow``: it went wrong."""

    moment: datetime
    value: float
    shape: str
    name: str
    said: str
    hollow: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class PlacedDot:
    """A dot in its place."""

    dot: Dot
    x: str
    y: float


@dataclass(frozen=True, slots=True)
class DotChart:
    """What a template draws. ``legend``: each shape and what it stands for."""

    key: str
    title: str
    description: str
    height: int
    dots: list[PlacedDot]
    lines: list[tuple[float, str]]
    labels: list[tuple[str, str, str]]
    legend: Sequence[tuple[str, str]]

    @property
    def frame(self) -> int:
        """Height with the labels below."""
        return self.height + 24

    @property
    def axis(self) -> int:
        """How wide the labels at the left are."""
        return axis_width(self.lines)


def dot_chart(
    key: str,
    title: str,
    description: str,
    dots: Sequence[Dot],
    span: tuple[datetime, datetime],
    labels: Sequence[tuple[datetime, str]],
    legend: Sequence[tuple[str, str]] = (),
) -> DotChart:
    """``dots`` between the two ends of ``span``, nought at the foot."""
    steps = ticks(max((dot.value for dot in dots), default=0.0))
    scale = LinearScale(steps[-1], HEIGHT)

    def x(moment: datetime) -> str:
        share = (moment - span[0]) / (span[1] - span[0])
        return per_cent(1.5 + 97 * min(1.0, max(0.0, share)))

    ends = {0: "start", len(labels) - 1: "end"}
    return DotChart(
        key,
        title,
        description,
        HEIGHT,
        [PlacedDot(dot, x(dot.moment), scale.y(dot.value)) for dot in dots],
        [
            (scale.y(step) if step else float(HEIGHT), _length(step, in_ms=steps[-1] < 0.1))
            for step in steps
        ],
        [(x(at), text, ends.get(n, "middle")) for n, (at, text) in enumerate(labels)],
        legend,
    )


def _length(step: float, *, in_ms: bool) -> str:
    if in_ms:
        return _("%(n)s ms") % {"n": number_format(f"{step * 1000:g}")}
    return _("%(seconds)s s") % {"seconds": number_format(f"{step:g}")}
