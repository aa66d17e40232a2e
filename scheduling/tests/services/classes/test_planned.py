"""Ghosts: what the rules ask for and is not stored, by the planner that all runs have."""

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

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]


def ghosts(first: str, last: str, **asked: Any) -> list[tuple[str, str]]:
    found = planned(day(first), day(last), now=EARLY, **asked)
    return [(str(one.day), one.outcome.value) for one in found]


def test_what_is_beyond_the_horizon_and_what_is_not_generated_yet() -> None:
    madrid = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz")
    slot = make.slot(madrid, ana, subject="Piano")
    horizon()
    add_run(Job.WATCH, EARLY)

    (ghost,) = planned(day("2026-03-29"), day("2026-04-05"), now=EARLY)

    assert ghost.key == ("recurring_slot", slot.pk)
    assert (ghost.week, ghost.day) == (day("2026-03-30"), day("2026-03-30"))
    assert (ghost.student_id, ghost.student) == (ana.pk, "Ana Ruiz")
    assert (ghost.teacher_id, ghost.teacher) == (madrid.pk, "Marta Gil")
    assert (ghost.start_time, ghost.end_time) == (make.at("10:00"), make.at("11:00"))
    assert ghost.zone == "Europe/Madrid"
    assert ghost.starts_at == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert ghost.ends_at == datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert (ghost.subject, ghost.outcome, ghost.reason) == ("Piano", "created", "")
    assert (ghost.due.job, ghost.due.on) == (Job.HORIZON, day("2026-01-06"))
    assert ghosts("2026-01-05", "2026-03-29") == []
    # Where nothing starts it any more, no day is promised.
    JobRun.objects.filter(job=Job.WATCH).delete()
    (ghost,) = planned(day("2026-03-29"), day("2026-04-05"), now=EARLY)
    assert (ghost.due.job, ghost.due.on) == (Job.HORIZON, None)


def test_a_range_of_years_is_all_there() -> None:
    make.schedule(weekday=3)
    found = ghosts("2026-01-01", "2027-12-31")
    assert len(found) == 104
    assert (found[0], found[-1]) == (("2026-01-07", "created"), ("2027-12-29", "created"))


def test_those_that_have_begun_are_marked_and_who_makes_them_is_said() -> None:
    make.schedule(weekday=2)
    make.slot(weekday=2, start="20:00")
    add_run(Job.WATCH, moment("2026-01-06 14:45"))

    found = planned(day("2025-12-30"), day("2026-01-13"), now=moment("2026-01-06 15:00"))

    assert [(str(one.day), one.key.kind.value, one.begun, *told(one)) for one in found] == [
        ("2025-12-30", "fixed_schedule", True, "missing", None),
        ("2025-12-30", "recurring_slot", True, "missing", None),
        ("2026-01-06", "fixed_schedule", True, "weekly", None),
        ("2026-01-06", "recurring_slot", False, "horizon", None),
        ("2026-01-13", "fixed_schedule", False, "weekly", "2026-01-12"),
        ("2026-01-13", "recurring_slot", False, "horizon", None),
    ]


def told(one: Any) -> tuple[str, str | None]:
    return one.due.job.value, one.due.on and str(one.due.on)


def test_a_conflict_names_what_is_in_its_way_and_a_closure_its_name() -> None:
    marta = make.teacher("Marta Gil")
    ana, ben = make.student("Ana Ruiz"), make.student("Ben Oz")
    make.slot(marta, ana)
    taken = make.lesson(ben, day("2026-06-01"), "10:30", "11:30", marta)
    make.closure("Summer", day("2026-06-08"), student=ana)

    busy, closed, free = planned(day("2026-06-01"), day("2026-06-15"), now=EARLY)

    assert (busy.outcome, busy.with_class) == ("conflict", taken.pk)
    assert busy.reason == "Marta Gil already teaches Ben Oz, Mon 1 Jun 2026, 10:30–11:30 UTC"
    assert (closed.outcome, closed.closure, closed.reason) == (
        "closed",
        "Summer",
        "closed: Summer",
    )
    assert (free.outcome, free.reason, free.with_class) == ("created", "", None)


def test_an_older_rule_of_someone_else_takes_its_place_first_whoever_is_asked_for() -> None:
    marta = make.teacher("Marta Gil")
    older, younger = make.student("Ana Ruiz"), make.student("Ben Oz")
    make.slot(marta, older)
    make.slot(marta, younger)

    (ghost,) = planned(day("2026-06-01"), day("2026-06-01"), student_ids=[younger.pk], now=EARLY)

    assert (ghost.student, ghost.outcome, ghost.with_class) == ("Ben Oz", "conflict", None)
    assert "Ana Ruiz" in ghost.reason


def test_students_with_teachers() -> None:
    marta, noor = make.teacher(), make.teacher()
    ana = make.student()
    make.slot(marta, ana, 1)
    make.slot(noor, ana, 2)
    make.schedule(weekday=3)

    assert len(ghosts("2026-06-01", "2026-06-07")) == 3
    assert ghosts("2026-06-01", "2026-06-07", student_ids=[ana.pk], teacher_ids=[noor.pk]) == [
        ("2026-06-02", "created")
    ]
    assert len(ghosts("2026-06-01", "2026-06-07", teacher_ids=[marta.pk, noor.pk])) == 2


def test_a_class_that_was_moved_away_leaves_no_ghost_and_neither_does_a_one_off_in_its_place() -> (
    None
):
    rule = make.schedule()
    weekly()
    moved = ScheduledClass.objects.get()
    moved.date, moved.edited_at = day("2026-01-09"), EARLY
    moved.save()
    make.lesson(rule.student, day("2026-01-12"))

    assert ghosts("2026-01-05", "2026-01-18") == []


def test_paused_and_inactive_rules_have_none() -> None:
    make.slot(status="paused")
    make.slot(who=make.student(is_active=False))
    make.schedule(make.student(start=None))
    assert ghosts("2026-06-01", "2026-06-07") == []


@pytest.mark.parametrize("seed", range(4))
def test_of_the_whole_studio_those_of_everyone_asked_for_by_name(seed: int) -> None:
    studio = Studio(seed)
    seen = 0
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
            seen += len(named)
    assert seen > 0


def test_nothing_is_written() -> None:
    make.schedule()
    ghosts("2026-01-05", "2026-12-31")
    assert not ScheduledClass.objects.exists()


def test_as_many_queries_for_many_as_for_few() -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            planned(date(2026, 6, 1), date(2026, 6, 30), teacher_ids=teachers, now=EARLY)
        return len(queries)

    teachers: list[int] = []
    for _each in range(2):
        studio(teachers)
    few = asked()
    for _each in range(8):
        studio(teachers)
    assert asked() == few


def studio(teachers: list[int]) -> None:
    marta, ben = make.teacher(), make.student()
    make.slot(marta, ben)
    make.slot(marta)
    make.schedule(ben, weekday=2)
    make.lesson(ben, day("2026-06-08"), "10:30", "11:30", marta)
    make.closure("Off", day("2026-06-15"), teacher=marta)
    teachers.append(marta.pk)


def test_the_last_day_of_all_is_no_trouble() -> None:
    make.schedule(valid_until=date(9999, 12, 31))
    assert planned(MONDAY, MONDAY, now=EARLY)[0].day == MONDAY
