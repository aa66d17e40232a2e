"""What the real timetable of test_university.py ought to come to, told without the product.

Plain csv, datetime and zoneinfo: nothing of ``scheduling`` is imported here, so that no mistake
of the product's can be on both sides of a comparison.
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
    """A meeting on one date. What identifies it comes first."""

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
        """Half-open: back to back is no overlap."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def is_one_session_with(self, other: "Lesson") -> bool:
        """Whether the two are one room with several codes on its door."""
        return (
            self.is_shared
            and other.is_shared
            and self.teacher == other.teacher
            and (self.starts_at, self.ends_at) == (other.starts_at, other.ends_at)
        )

    def excludes(self, other: "Lesson") -> bool:
        """Whether the two can't both take place."""
        if not self.overlaps(other):
            return False
        if self.student == other.student:
            return True
        return self.teacher == other.teacher and not self.is_one_session_with(other)


def meetings() -> list[Meeting]:
    """The meetings of the file in its order, those of repeated rows once."""
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
    """The meeting's dates in the window that begins with ``start``, with their instants."""
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


def greedy(start: date) -> tuple[set[Lesson], dict[Lesson, list[Lesson]]]:
    """Seat every lesson in the order of the file; those that find no place, with what bars them."""
    seated: dict[date, list[Lesson]] = {}
    barred: dict[Lesson, list[Lesson]] = {}
    for meeting in meetings():
        for lesson in lessons(meeting, start):
            there = seated.setdefault(lesson.day, [])  # no meeting of the file passes midnight
            in_the_way = [other for other in there if lesson.excludes(other)]
            if in_the_way:
                barred[lesson] = in_the_way
            else:
                there.append(lesson)
    return {lesson for day in seated.values() for lesson in day}, barred


def double_bookings(stored: Iterable[Lesson]) -> list[tuple[Lesson, Lesson]]:
    """Pairs of ``stored`` that can't both take place: each compared to each of the same day."""
    ordered = sorted(stored, key=lambda lesson: (lesson.day, lesson.starts_at))
    by_day: dict[date, list[Lesson]] = {}
    for lesson in ordered:
        by_day.setdefault(lesson.day, []).append(lesson)
    # Comparing within a day is enough only as long as no lesson runs into the next one.
    days = sorted(by_day)
    for one, other in pairwise(days):
        latest = max(lesson.ends_at for lesson in by_day[one])
        assert latest <= min(lesson.starts_at for lesson in by_day[other])
    return [
        (one, other)
        for there in by_day.values()
        for number, one in enumerate(there)
        for other in there[number + 1 :]
        if one.excludes(other)
    ]
