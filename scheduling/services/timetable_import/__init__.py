"""Import of a timetable: teachers, students and their weekly rules from a file of a spreadsheet."""

from scheduling.services.timetable_import.matching.lookalikes import Lookalike, People
from scheduling.services.timetable_import.reading.conventions import Dates, Times

from .answers import Answers
from .errors import Fault, kinds_of
from .importer import import_timetable
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
