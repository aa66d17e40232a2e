"""Why there is, or is not, a class on a date: every rule that concerns the person, and its fate."""

from .explain import explain
from .types import ExplainedClass, ExplainedSeries, Explanation

__all__ = ["ExplainedClass", "ExplainedSeries", "Explanation", "explain"]
