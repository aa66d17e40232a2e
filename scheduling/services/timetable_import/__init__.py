"""Import of a timetable: teachers, students and their weekly rules from a spreadsheet file."""

from scheduling.services.timetable_import.matching.lookalikes import Lookalike, LookalikeAnswer
from scheduling.services.timetable_import.reading.conventions import DateOrder, TimeReading

from .answers import Answers
from .errors import ImportFault, group_faults
from .importer import import_timetable
from .report import ImportReport

__all__ = [
    "Answers",
    "DateOrder",
    "ImportFault",
    "ImportReport",
    "Lookalike",
    "LookalikeAnswer",
    "TimeReading",
    "group_faults",
    "import_timetable",
]
