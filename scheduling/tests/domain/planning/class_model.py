"""A row of the table `classes`, and what two rows may not do to each other."""

from dataclasses import dataclass

from scheduling.domain.existing_classes import Booking, ClassAttributes, ClassGroup, StoredClass


@dataclass(frozen=True)
class Row:
    """A row of `classes`. `edit` is empty while no person touched it."""

    id: int
    series: object
    week: int | None
    occurrence_date: object
    date: object
    start_time: object
    end_time: object
    zone: str
    starts: int
    ends: int
    student_id: int
    teacher_id: int | None
    subject: str = ""
    is_shared: bool = False
    is_cancelled: bool = False
    closure_id: int | None = None
    edit: str = ""

    def stored(self):
        return StoredClass(**self.__dict__)

    def booking(self):
        return Booking(
            self.id,
            self.series,
            self.student_id,
            self.teacher_id,
            self.starts,
            self.ends,
            self.is_shared,
            self.date,
            self.start_time,
            self.end_time,
            self.zone,
        )

    def attributes(self):
        return ClassAttributes(
            self.date.isoweekday(),
            self.start_time,
            self.end_time,
            self.ends - self.starts,
            self.zone,
            self.teacher_id,
            self.student_id,
            self.subject,
            self.is_shared,
        )

    @property
    def is_plain(self):
        return not self.is_cancelled and not self.edit and self.date == self.occurrence_date


class Refused(Exception):
    """The database would not take it."""


def quarrel(one, other):
    """Why two active classes cannot both be; None if they can."""
    overlap = one.starts < other.ends and other.starts < one.ends
    if one.student_id == other.student_id:
        if overlap:
            return "student_busy"
        key = (one.date, one.start_time, one.end_time)
        if key == (other.date, other.start_time, other.end_time):
            return "same_key"
    if overlap and one.teacher_id is not None and one.teacher_id == other.teacher_id:
        same = (one.starts, one.ends) == (other.starts, other.ends)
        if not (one.is_shared and other.is_shared and same):
            return "teacher_busy"
    return None


def groups(rows):
    """Rows of one series as the query of the selectors answers them."""
    alike = {}
    for row in sorted(rows, key=lambda row: row.week):
        alike.setdefault((row.is_plain, row.attributes()), []).append(row)
    return [
        ClassGroup(
            plain,
            attributes,
            tuple(row.week for row in members),
            tuple(row.starts for row in members),
        )
        for (plain, attributes), members in alike.items()
    ]
