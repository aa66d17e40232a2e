"""Export of the admin's lists as CSV and XLSX."""

from .mixin import ExportMixin

__all__ = ["ExportMixin"]
