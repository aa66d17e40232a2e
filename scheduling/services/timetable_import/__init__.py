"""Import of a timetable: teachers, students and their weekly rules from a file of a spreadsheet."""

from scheduling.services.timetable_import.matching.lookalikes import Lookalike, People
from scheduling.services.timetable_import.reading.conventions import Dates, Times

from .answers import Answers
from .errors import ImportFault, kinds_of
from .importer import import_timetable
from .report import ImportReport

__all__ = [
    "Answers",
    "Dates",
    "ImportFault",
    "ImportReport",
    "Lookalike",
    "People",
    "Times",
    "import_timetable",
    "kinds_of",
]
