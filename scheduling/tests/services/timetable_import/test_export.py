"""An exported timetable can be imported again without changes, and into an empty studio."""

import io
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.admin.tools.timetable_import.downloads import FIELDS
from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.services.timetable_export import timetable_rows
from scheduling.spreadsheets import xlsx_format
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import examples
from scheduling.tests.factories import day
from scheduling.tests.timetables.university import FILE

from .timetable_files import NOW, everything, imported

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
TODAY = NOW.date()


def exported():
    file = io.BytesIO()
    xlsx_format.write(file, "Timetable", FIELDS, timetable_rows(TODAY))
    return file.getvalue()


def facts():
    """Return the values of the rules, without ids and keys."""
    return list(timetable_rows(TODAY))


def changes_nothing(data):
    before = facts()
    report = imported(data)
    assert report.problems == []
    assert report.unchanged == report.rules == len(before)
    assert set(report.document()["created"].values()) == {0}
    assert facts() == before


def test_two_rounds_change_nothing():
    clara, tom = make.teacher("Clara", zone="Europe/Madrid"), make.teacher("=1+1")
    ana = make.student("Ana Pérez", email="Ana@Example.com")
    make.slot(clara, ana, weekday=1, start="17:00", minutes=45, subject="Piano, “four” hands")
    make.slot(tom, ana, weekday=2, start="23:30", minutes=90, interval_weeks=2)
    make.slot(clara, make.student("@sum"), weekday=3, is_shared=True, valid_until=day("2026-07-01"))
    make.schedule(ana, weekday=5)
    make.schedule(make.student("Leo"), clara, weekday=6, valid_from=day("2026-03-01"))

    first = exported()
    assert len(facts()) == 5
    changes_nothing(first)
    before = everything()
    changes_nothing(exported())
    assert everything() == before


def test_an_empty_studio_gets_the_same_timetable():
    ana, clara = make.student("Ana Pérez"), make.teacher("Clara", zone="Asia/Tokyo")
    make.slot(clara, ana, weekday=1, start="17:00", minutes=45)
    make.slot(clara, ana, weekday=2, start="23:30", minutes=90)
    make.schedule(ana, weekday=5)
    before, data = facts(), exported()
    for table in (RecurringSlot, FixedSchedule, Student, Teacher):
        table.objects.all().delete()

    assert imported(data).problems == []

    assert facts() == before


def test_rules_without_occurrences_are_left_out():
    make.slot(valid_until=TODAY - timedelta(1))
    make.slot(status="paused")
    make.slot(status="cancelled")
    make.slot(make.teacher(is_active=False))
    make.slot(student=make.student(is_active=False))
    make.slot(student=make.student(end_date=TODAY - timedelta(1)))
    make.schedule(make.student("Eva", None))
    # From Tuesday to Thursday there is no Monday.
    make.slot(weekday=1, valid_from=TODAY, valid_until=TODAY + timedelta(2))
    assert facts() == []
    stays = make.slot(valid_until=TODAY)
    assert [row.valid_until for row in facts()] == [stays.valid_until]


def test_the_real_timetable_is_unchanged_by_export_and_import():
    imported(FILE.read_bytes())
    assert len(facts()) > 500
    changes_nothing(exported())


NAMES = st.text("aÁñ =+-@'\"“,;ß漢0", min_size=1, max_size=8).map(str.strip).filter(bool)


@settings(examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(
        st.tuples(NAMES, st.integers(1, 7), st.integers(0, 47), st.integers(1, 300)),
        min_size=1,
        max_size=5,
        unique_by=lambda rule: rule[1:3],
    )
)
def test_any_names_and_lengths_survive(rules):
    for table in (RecurringSlot, Student, Teacher):
        table.objects.all().delete()
    clara = make.teacher("Clara")
    for number, (name, weekday, half_hour, minutes) in enumerate(rules):
        who = make.student(f"{name} {number}", email=f"{number}@example.com")
        start = f"{half_hour // 2:02}:{half_hour % 2 * 30:02}"
        make.slot(
            clara, who, weekday=weekday, start=start, minutes=minutes, valid_from=date(2026, 1, 5)
        )
    changes_nothing(exported())
