"""Explains why a person has, or does not have, a class on a date."""

from .explain import explain
from .types import ExplainedClass, ExplainedSeries, Explanation

__all__ = ["ExplainedClass", "ExplainedSeries", "Explanation", "explain"]
