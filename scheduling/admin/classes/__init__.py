"""The classes: their list, its actions, and the page of a class."""

from .admin import ScheduledClassAdmin

__all__ = ["ScheduledClassAdmin"]
