"""An oracle for the real timetable of test_university.py, independent of the product.

It uses csv, datetime and zoneinfo and imports nothing from ``scheduling``, so that a mistake of the
product cannot be on both sides of a comparison.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

FILE = Path(__file__).resolve().parents[1] / "data" / "university-2019.csv"
WEEKS = 12


class Meeting(NamedTuple):
    """One weekly meeting of a section (the "student") with its instructor."""

    student: str
    teacher: str
    zone: str
    weekday: int
    start: time
    end: time
    subject: str
    first: date
    last: date
    is_shared: bool


class Lesson(NamedTuple):
    """A meeting on a date. The first five fields identify it."""

    student: str
    teacher: str
    day: date
    start: time
    end: time
    starts_at: datetime
    ends_at: datetime
    is_shared: bool
    zone: str
    subject: str

    def overlaps(self, other: "Lesson") -> bool:
        """Return whether the two overlap; back to back is no overlap."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def is_one_session_with(self, other: "Lesson") -> bool:
        """Return whether the two are the same session under several course codes."""
        return (
            self.is_shared
            and other.is_shared
            and self.teacher == other.teacher
            and (self.starts_at, self.ends_at) == (other.starts_at, other.ends_at)
        )

    def excludes(self, other: "Lesson") -> bool:
        """Return whether the two cannot both take place."""
        if not self.overlaps(other):
            return False
        if self.student == other.student:
            return True
        return self.teacher == other.teacher and not self.is_one_session_with(other)


def meetings() -> list[Meeting]:
    """Return the meetings of the file in order, without duplicates."""
    with FILE.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    found: dict[Meeting, None] = {}
    for row in rows:
        for digit in row["days"]:
            meeting = Meeting(
                f"{row['student_first_name']} {row['student_last_name']}",
                row["teacher"],
                row["teacher_time_zone"],
                int(digit),
                time.fromisoformat(row["start_time"]),
                time.fromisoformat(row["end_time"]),
                row["subject"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_until"]),
                row["is_shared"] == "yes",
            )
            found[meeting] = None
    return list(found)


def lessons(meeting: Meeting, start: date) -> list[Lesson]:
    """Return the lessons of a meeting in the window that begins on ``start``."""
    zone = ZoneInfo(meeting.zone)
    days = (start + timedelta(days=n) for n in range(WEEKS * 7))
    return [
        Lesson(
            meeting.student,
            meeting.teacher,
            day,
            meeting.start,
            meeting.end,
            datetime.combine(day, meeting.start, zone).astimezone(UTC),
            datetime.combine(day, meeting.end, zone).astimezone(UTC),
            meeting.is_shared,
            meeting.zone,
            meeting.subject,
        )
        for day in days
        if day.isoweekday() == meeting.weekday and meeting.first <= day <= meeting.last
    ]


def place_lessons(start: date) -> tuple[set[Lesson], dict[Lesson, list[Lesson]]]:
    """Place lessons in file order; return those placed and those excluded, with the reasons."""
    placed: dict[date, list[Lesson]] = {}
    excluded: dict[Lesson, list[Lesson]] = {}
    for meeting in meetings():
        for lesson in lessons(meeting, start):
            same_day = placed.setdefault(lesson.day, [])  # no meeting of the file passes midnight
            conflicting = [other for other in same_day if lesson.excludes(other)]
            if conflicting:
                excluded[lesson] = conflicting
            else:
                same_day.append(lesson)
    return {lesson for day in placed.values() for lesson in day}, excluded


def double_bookings(stored: Iterable[Lesson]) -> list[tuple[Lesson, Lesson]]:
    """Return the pairs of ``stored`` lessons of the same day that exclude each other."""
    ordered = sorted(stored, key=lambda lesson: (lesson.day, lesson.starts_at))
    by_day: dict[date, list[Lesson]] = {}
    for lesson in ordered:
        by_day.setdefault(lesson.day, []).append(lesson)
    # The comparison within a day is sufficient only if no lesson extends into the next day.
    days = sorted(by_day)
    for day, next_day in pairwise(days):
        latest = max(lesson.ends_at for lesson in by_day[day])
        assert latest <= min(lesson.starts_at for lesson in by_day[next_day])
    return [
        (lesson, other)
        for same_day in by_day.values()
        for number, lesson in enumerate(same_day)
        for other in same_day[number + 1 :]
        if lesson.excludes(other)
    ]
