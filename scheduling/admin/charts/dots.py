"""Dot charts over time, such as one dot per run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from .chart import HEIGHT, Chart
from .scales import LinearScale, percent, ticks


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot. ``shape`` is "circle" or "square"; a ``hollow`` dot marks a failure.

    Shapes instead of colours keep the chart legible without colour vision.
    """

    moment: datetime
    value: float
    shape: str
    name: str
    value_text: str
    hollow: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class PlacedDot:
    """A dot with its position."""

    dot: Dot
    x: str
    y: float


@dataclass(frozen=True, slots=True)
class DotChart(Chart):
    """The context of the dot chart template. ``legend`` has the shapes with their meanings."""

    dots: list[PlacedDot]
    legend: Sequence[tuple[str, str]]


def dot_chart(
    key: str,
    title: str,
    description: str,
    dots: Sequence[Dot],
    span: tuple[datetime, datetime],
    labels: Sequence[tuple[datetime, str]],
    legend: Sequence[tuple[str, str]] = (),
) -> DotChart:
    """Return a chart of ``dots`` in seconds, from the start to the end of ``span``."""
    steps = ticks(max((dot.value for dot in dots), default=0.0))
    in_ms = steps[-1] < 0.1
    scale = LinearScale(steps[-1], HEIGHT)

    def x(moment: datetime) -> str:
        share = (moment - span[0]) / (span[1] - span[0])
        return percent(1.5 + 97 * min(1.0, max(0.0, share)))

    anchors = {0: "start", len(labels) - 1: "end"}
    return DotChart(
        key,
        title,
        description,
        scale.gridlines((step, _duration(step, in_ms=in_ms)) for step in steps),
        [(x(at), text, anchors.get(n, "middle")) for n, (at, text) in enumerate(labels)],
        [PlacedDot(dot, x(dot.moment), scale.y(dot.value)) for dot in dots],
        legend,
    )


def _duration(seconds: float, *, in_ms: bool) -> str:
    if in_ms:
        return _("%(n)s ms") % {"n": number_format(f"{seconds * 1000:g}")}
    return _("%(seconds)s s") % {"seconds": number_format(f"{seconds:g}")}
