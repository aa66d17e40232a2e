"""Planned occurrences: what the series have beyond the stored classes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import Job, JobRun, ScheduledClass, Student
from scheduling.services.classes.occurrences import planned
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, day, moment
from scheduling.tests.jobs.helpers import horizon, run_job, weekly
from scheduling.tests.jobs.long_lives.random_studio import Studio
from scheduling.tests.support.history import add_run

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def outcomes(first: str, last: str, **filters: Any) -> list[tuple[str, str]]:
    found = planned(day(first), day(last), now=EARLY, **filters)
    return [(str(occurrence.day), occurrence.outcome.value) for occurrence in found]


def test_occurrence_beyond_the_horizon() -> None:
    madrid = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz")
    slot = make.slot(madrid, ana, subject="Piano")
    horizon()
    add_run(Job.WATCH, EARLY)

    (occurrence,) = planned(day("2026-03-29"), day("2026-04-05"), now=EARLY)

    assert occurrence.key == ("recurring_slot", slot.pk)
    assert (occurrence.week, occurrence.day) == (day("2026-03-30"), day("2026-03-30"))
    assert (occurrence.student_id, occurrence.student) == (ana.pk, "Ana Ruiz")
    assert (occurrence.teacher_id, occurrence.teacher) == (madrid.pk, "Marta Gil")
    assert (occurrence.start_time, occurrence.end_time) == (make.at("10:00"), make.at("11:00"))
    assert occurrence.zone == "Europe/Madrid"
    assert occurrence.starts_at == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert occurrence.ends_at == datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert (occurrence.subject, occurrence.outcome, occurrence.reason) == ("Piano", "created", "")
    assert (occurrence.due.job, occurrence.due.on) == (Job.HORIZON, day("2026-01-06"))
    assert outcomes("2026-01-05", "2026-03-29") == []
    # Without a caller of the job, no date is given.
    JobRun.objects.filter(job=Job.WATCH).delete()
    (occurrence,) = planned(day("2026-03-29"), day("2026-04-05"), now=EARLY)
    assert (occurrence.due.job, occurrence.due.on) == (Job.HORIZON, None)


def test_range_of_two_years() -> None:
    make.schedule(weekday=3)
    found = outcomes("2026-01-01", "2027-12-31")
    assert len(found) == 104
    assert (found[0], found[-1]) == (("2026-01-07", "created"), ("2027-12-29", "created"))


def test_begun_flag_and_creating_job() -> None:
    make.schedule(weekday=2)
    make.slot(weekday=2, start="20:00")
    add_run(Job.WATCH, moment("2026-01-06 14:45"))

    found = planned(day("2025-12-30"), day("2026-01-13"), now=moment("2026-01-06 15:00"))

    facts = [
        (str(occurrence.day), occurrence.key.kind.value, occurrence.begun, *due(occurrence))
        for occurrence in found
    ]
    assert facts == [
        ("2025-12-30", "fixed_schedule", True, "missing", None),
        ("2025-12-30", "recurring_slot", True, "missing", None),
        ("2026-01-06", "fixed_schedule", True, "weekly", None),
        ("2026-01-06", "recurring_slot", False, "horizon", None),
        ("2026-01-13", "fixed_schedule", False, "weekly", "2026-01-12"),
        ("2026-01-13", "recurring_slot", False, "horizon", None),
    ]


def due(occurrence: Any) -> tuple[str, str | None]:
    expected = occurrence.due
    return expected.job.value, expected.on and str(expected.on)


def test_conflict_names_the_class_and_closed_names_the_closure() -> None:
    marta = make.teacher("Marta Gil")
    ana, ben = make.student("Ana Ruiz"), make.student("Ben Oz")
    make.slot(marta, ana)
    taken = make.lesson(ben, day("2026-06-01"), "10:30", "11:30", marta)
    make.closure("Summer", day("2026-06-08"), student=ana)

    busy, closed, free = planned(day("2026-06-01"), day("2026-06-15"), now=EARLY)

    assert (busy.outcome, busy.with_class) == ("conflict", taken.pk)
    assert busy.reason == "Marta Gil already teaches Ben Oz, Mon 1 Jun 2026, 10:30–11:30"
    assert (closed.outcome, closed.closure, closed.reason) == (
        "closed",
        "Summer",
        "closed: Summer",
    )
    assert (free.outcome, free.reason, free.with_class) == ("created", "", None)


def test_older_series_has_precedence_even_if_not_requested() -> None:
    marta = make.teacher("Marta Gil")
    older, younger = make.student("Ana Ruiz"), make.student("Ben Oz")
    make.slot(marta, older)
    make.slot(marta, younger)

    (occurrence,) = planned(
        day("2026-06-01"), day("2026-06-01"), student_ids=[younger.pk], now=EARLY
    )

    assert (occurrence.student, occurrence.outcome, occurrence.with_class) == (
        "Ben Oz",
        "conflict",
        None,
    )
    assert "Ana Ruiz" in occurrence.reason


def test_filters_by_student_and_teacher() -> None:
    marta, noor = make.teacher(), make.teacher()
    ana = make.student()
    make.slot(marta, ana, 1)
    make.slot(noor, ana, 2)
    make.schedule(weekday=3)

    assert len(outcomes("2026-06-01", "2026-06-07")) == 3
    assert outcomes("2026-06-01", "2026-06-07", student_ids=[ana.pk], teacher_ids=[noor.pk]) == [
        ("2026-06-02", "created")
    ]
    assert len(outcomes("2026-06-01", "2026-06-07", teacher_ids=[marta.pk, noor.pk])) == 2


def test_moved_class_and_replacing_one_off_fulfil_their_week() -> None:
    rule = make.schedule()
    weekly()
    moved = ScheduledClass.objects.get()
    moved.date, moved.edited_at = day("2026-01-09"), EARLY
    moved.save()
    make.lesson(rule.student, day("2026-01-12"))

    assert outcomes("2026-01-05", "2026-01-18") == []


def test_paused_and_inactive_series_have_no_occurrences() -> None:
    make.slot(status="paused")
    make.slot(student=make.student(is_active=False))
    make.schedule(make.student(start=None))
    assert outcomes("2026-06-01", "2026-06-07") == []


@pytest.mark.parametrize("seed", range(4))
def test_whole_studio_equals_all_students_by_id(seed: int) -> None:
    studio = Studio(seed)
    total = 0
    for _round in range(4):
        for _change in range(4):
            studio.change()
        for job in (Job.WEEKLY, Job.HORIZON):
            run_job(job, studio.today, studio.now, weeks=2)
        for first, days in ((-2, 3), (0, 7), (9, 16)):
            start = studio.today + timedelta(first)
            end = start + timedelta(days - 1)
            named = planned(start, end, student_ids=Student.objects.in_bulk(), now=studio.now)
            assert planned(start, end, now=studio.now) == named
            total += len(named)
    assert total > 0


def test_planning_writes_nothing() -> None:
    make.schedule()
    outcomes("2026-01-05", "2026-12-31")
    assert not ScheduledClass.objects.exists()


def test_number_of_queries_is_constant() -> None:
    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            planned(date(2026, 6, 1), date(2026, 6, 30), teacher_ids=teachers, now=EARLY)
        return len(queries)

    teachers: list[int] = []
    for _number in range(2):
        studio(teachers)
    with_few = count_queries()
    for _number in range(8):
        studio(teachers)
    assert count_queries() == with_few


def studio(teachers: list[int]) -> None:
    marta, ben = make.teacher(), make.student()
    make.slot(marta, ben)
    make.slot(marta)
    make.schedule(ben, weekday=2)
    make.lesson(ben, day("2026-06-08"), "10:30", "11:30", marta)
    make.closure("Off", day("2026-06-15"), teacher=marta)
    teachers.append(marta.pk)


def test_series_until_the_last_possible_date() -> None:
    make.schedule(valid_until=date(9999, 12, 31))
    assert planned(MONDAY, MONDAY, now=EARLY)[0].day == MONDAY
