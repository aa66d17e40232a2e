"""Import of a timetable: teachers, students and their weekly rules from a CSV file."""

from .faults import Fault
from .importer import import_timetable
from .lookalikes import Lookalike, People
from .report import Report

__all__ = ["Fault", "Lookalike", "People", "Report", "import_timetable"]
