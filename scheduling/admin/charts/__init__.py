"""Server-side SVG charts: they need no script, and work in print and with screen readers.

Horizontal positions are percentages and vertical ones pixels, so that a chart fills its container
while its text keeps the size of the page's.
"""

from .bars import Bar, BarChart, bar_chart
from .dots import Dot, DotChart, dot_chart
from .stacks import Stack, StackChart, stack_chart

__all__ = [
    "Bar",
    "BarChart",
    "Dot",
    "DotChart",
    "Stack",
    "StackChart",
    "bar_chart",
    "dot_chart",
    "stack_chart",
]
