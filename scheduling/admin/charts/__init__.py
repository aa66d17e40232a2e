"""Charts drawn on the server as SVG: they need no script, print, and read well aloud.

Across they are told in per cent and down in pixels, so that a chart is as wide as its place and
its letters stay as large as all others.
"""

from .bars import Bar, BarChart, bar_chart
from .dots import Dot, DotChart, dot_chart

__all__ = ["Bar", "BarChart", "Dot", "DotChart", "bar_chart", "dot_chart"]
