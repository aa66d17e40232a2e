"""Import of a timetable: teachers, students and their weekly rules from a file of a spreadsheet."""

from .answers import Answers
from .conventions import Dates, Times
from .faults import Fault, kinds_of
from .importer import import_timetable
from .lookalikes import Lookalike, People
from .report import Report

__all__ = [
    "Answers",
    "Dates",
    "Fault",
    "Lookalike",
    "People",
    "Report",
    "Times",
    "import_timetable",
    "kinds_of",
]
