"""A row of the table `classes`, and the conflicts of two rows."""

from dataclasses import dataclass

from scheduling.domain.existing_classes import Booking, ClassAttributes, ClassGroup, StoredClass


@dataclass(frozen=True)
class Row:
    """A row of `classes`. `edit` is empty if no person edited it."""

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
    room_id: int | None = None
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
            self.room_id,
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
            self.room_id,
        )

    @property
    def is_plain(self):
        return not self.is_cancelled and not self.edit and self.date == self.occurrence_date


class RefusedError(Exception):
    """A change violates a constraint of the table."""


def find_conflict(row, other):
    """Return why two active classes exclude each other, or None."""
    overlap = row.starts < other.ends and other.starts < row.ends
    if row.student_id == other.student_id:
        if overlap:
            return "student_busy"
        key = (row.date, row.start_time, row.end_time)
        if key == (other.date, other.start_time, other.end_time):
            return "same_key"
    same_teacher = row.teacher_id == other.teacher_id
    same_times = (row.starts, row.ends) == (other.starts, other.ends)
    is_group = row.is_shared and other.is_shared and same_teacher and same_times
    if overlap and row.teacher_id is not None and same_teacher and not is_group:
        return "teacher_busy"
    if overlap and row.room_id is not None and row.room_id == other.room_id and not is_group:
        return "room_busy"
    return None


def group_rows(rows):
    """Group the rows of a series like the query of the selectors."""
    members_by_attributes = {}
    for row in sorted(rows, key=lambda row: row.week):
        members_by_attributes.setdefault((row.is_plain, row.attributes()), []).append(row)
    return [
        ClassGroup(
            plain,
            attributes,
            tuple(row.week for row in members),
            tuple(row.starts for row in members),
        )
        for (plain, attributes), members in members_by_attributes.items()
    ]
