"""Why there is, or is not, a class on a date: every rule that concerns the person, and its fate."""

from .explanation import ClassExplained, Explanation, RuleExplained
from .telling import explain

__all__ = ["ClassExplained", "Explanation", "RuleExplained", "explain"]
