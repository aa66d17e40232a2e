"""Export of what a list shows, as CSV and as XLSX."""

from .mixin import ExportMixin

__all__ = ["ExportMixin"]
