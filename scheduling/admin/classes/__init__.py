"""The dated classes: their list, what is done to several at once, and their page."""

from .admin import ScheduledClassAdmin

__all__ = ["ScheduledClassAdmin"]
