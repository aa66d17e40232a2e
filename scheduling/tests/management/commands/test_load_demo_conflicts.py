"""manage.py load_demo: no two classes of the demo studio conflict.

The recount is independent of the product: it takes each series as weekly and always valid, derives
the classes of a year in UTC and compares neighbours.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.services.demo import load_demo

pytestmark = pytest.mark.one_database(name="sqlite")

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
TODAY = NOW.date()


def rules(studio_zone):
    """Yield (student, teacher or None, weekday, start, minutes, zone, shared) of each series."""
    for slot in RecurringSlot.objects.select_related("teacher"):
        yield (
            *(slot.student_id, slot.teacher_id, slot.weekday, slot.start_time),
            *(slot.duration_minutes, slot.teacher.time_zone, slot.is_shared),
        )
    for meeting in FixedSchedule.objects.select_related("teacher"):
        start = datetime.combine(date.min, meeting.start_time)
        length = datetime.combine(date.min, meeting.end_time) - start
        zone = meeting.teacher.time_zone if meeting.teacher else studio_zone
        yield (
            *(meeting.student_id, meeting.teacher_id, meeting.weekday, meeting.start_time),
            *(length // timedelta(minutes=1), zone, meeting.is_shared),
        )


def overlaps(studio_zone, first=TODAY, days=370):
    """Return the pairs of classes that double-book a person."""
    students, teachers = defaultdict(list), defaultdict(set)
    for student, teacher, weekday, start, minutes, zone, shared in rules(studio_zone):
        day = first + timedelta(days=(weekday - first.isoweekday()) % 7)
        while day < first + timedelta(days=days):
            begin = datetime.combine(day, start, ZoneInfo(zone)).timestamp()
            lesson = (begin, begin + minutes * 60)
            students[student].append(lesson)
            if teacher is not None:
                # A group lesson is counted once for its teacher.
                teachers[teacher].add((*lesson, None if shared else (student, weekday)))
            day += timedelta(days=7)
    found = []
    for timetable in (*students.values(), *teachers.values()):
        ordered = sorted(timetable, key=lambda lesson: lesson[:2])
        latest = ordered[0]
        for lesson in ordered[1:]:
            if lesson[0] < latest[1]:
                found.append((latest, lesson))
            latest = max(latest, lesson, key=lambda lesson: lesson[1])
    return found


ZONES = [
    "UTC",
    "Europe/Madrid",
    "America/Mexico_City",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Etc/GMT+12",
    "Pacific/Chatham",
]


@pytest.mark.django_db
@pytest.mark.parametrize(("students", "teachers"), [(60, 10), (400, 2), (130, 13), (7, 30)])
def test_nobody_is_double_booked_in_any_zone(students, teachers):
    load_demo(students, teachers, 1, NOW)
    assert Student.objects.count() == students
    for zone in ZONES if students < 100 else ZONES[:5]:
        assert overlaps(zone) == []


@pytest.mark.django_db
def test_recount_detects_double_bookings():
    load_demo(60, 10, 1, NOW)
    slot = RecurringSlot.objects.filter(is_shared=False).first()
    teacher, student = slot.teacher, slot.student
    zone = teacher.time_zone
    FixedSchedule.objects.create(
        student=student, weekday=slot.weekday, start_time=time(7, 50), end_time=time(21)
    )
    assert len(overlaps(zone)) >= 52
    FixedSchedule.objects.filter(import_key=None).delete()
    assert overlaps(zone) == []
    slot.pk, slot.import_key = None, None
    slot.student = Student.objects.create(first_name="New")
    slot.save()
    assert len(overlaps(zone)) >= 52


@pytest.mark.django_db
def test_larger_studios_and_other_seeds_add_no_conflicts():
    load_demo(20, 3, 1, NOW)
    load_demo(30, 3, 2, NOW)
    load_demo(260, 3, 1, NOW + timedelta(days=9))
    load_demo(90, 3, 2, NOW + timedelta(days=30))
    assert (Student.objects.count(), Teacher.objects.count()) == (350, 6)
    assert overlaps("America/New_York") == []
