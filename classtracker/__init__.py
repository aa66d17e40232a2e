"""The Django project of Class Tracker."""

__version__ = "1.0.0"
