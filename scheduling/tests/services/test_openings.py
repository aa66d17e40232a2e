"""Openings of real studios: sound and complete on both databases, and each rule by an example."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from scheduling.domain.openings import Attendee, Diary, Host
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import is_zone
from scheduling.domain.windows import monday_of
from scheduling.domain.working_hours import WorkingHours as DomainHours
from scheduling.models import Job, Room, ScheduledClass, WorkingHours
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.services.classes.obstacle_texts import ObstacleTexts
from scheduling.services.openings import MAX_TEACHERS, OpeningsQuery, openings
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import TIMES
from scheduling.tests.domain.oracles.opening_oracle import expected_openings
from scheduling.tests.factories import EARLY, MONDAY, at, day
from scheduling.tests.jobs.helpers import run_job
from scheduling.tests.jobs.long_lives.random_studio import Studio

from .opening_oracle import closures_of, taken

pytestmark = pytest.mark.django_db
WEEKS = 4


class _Undo(Exception):
    """Ends a transaction whose writes are not kept."""


def random_query(studio: Studio) -> OpeningsQuery:
    dice = studio.dice
    first = studio.today + timedelta(dice.choice([0, 1, 3]))
    any_room = dice.random() < 0.3
    return OpeningsQuery(
        minutes=dice.choice([30, 45, 60]),
        first=first,
        weeks=WEEKS,
        interval_weeks=dice.choice([1, 1, 2]),
        last=dice.choice([None, None, first + timedelta(8)]),
        teacher_ids=tuple(teacher.pk for teacher in dice.sample(studio.teachers, 2)),
        student_id=dice.choice([None, *(each.pk for each in studio.students if each.is_active)]),
        room_id=None if any_room else dice.choice([None, *(room.pk for room in studio.rooms)]),
        any_room=any_room,
        weekdays=frozenset(dice.sample(range(1, 5), 2)),
        earliest=dice.choice([None, 8 * 60]),
        latest=dice.choice([None, 13 * 60]),
        step=dice.choice([15, 30]),
    )


def random_hours(studio: Studio) -> None:
    """Hours of some of the teachers, of which some end or begin soon."""
    dice = studio.dice
    for teacher in studio.teachers[:2]:
        for weekday in range(1, 5):
            WorkingHours.objects.create(
                teacher=teacher,
                weekday=weekday,
                start_time=at(dice.choice(["08:00", "09:10", "10:00"])),
                end_time=at(dice.choice(["11:00", "12:00", "00:00"])),
                valid_until=dice.choice([None, None, studio.today + timedelta(12)]),
            )


def random_studio(seed: int) -> Studio:
    """A studio with some of its classes stored, some edited, and some rules changed since."""
    studio = Studio(seed)
    studio.dice = Random(seed)
    random_hours(studio)
    for number in range(studio.dice.randint(2, 8)):
        studio.change()
        if number % 3 == 0:
            job = studio.dice.choice([Job.HORIZON, Job.WEEKLY])
            run_job(job, studio.today, studio.now, weeks=studio.dice.choice([1, 3]))
    for person in (*studio.teachers, *studio.students):
        person.refresh_from_db()
    studio.teachers = [each for each in studio.teachers if is_zone(each.time_zone)]
    return studio


def store_everything(studio: Studio, first: date) -> list[Any]:
    """Run both jobs for all the weeks; return the conflicts."""
    results = [run_job(Job.HORIZON, studio.today, studio.now, weeks=WEEKS + 3)]
    monday = monday_of(studio.today)
    for week in range(WEEKS + 3):
        day = monday + timedelta(weeks=week)
        results.append(run_job(Job.WEEKLY, day, studio.now, dated=True))
    return [line for result in results for line in result.conflicts]


def check_against_brute_force(studio: Studio, query: OpeningsQuery, answer: Any) -> None:
    people = {each.pk: each for each in studio.students}
    student = people[query.student_id] if query.student_id else None
    window = query.window
    span = window.start, window.last, studio.now
    attendee = student and Attendee(
        diary=Diary("student_busy", taken(student, *span)),
        first=student.start_date,
        last=student.end_date,
    )
    rooms = Room.objects.filter(is_active=True).order_by("name", "id")
    if query.room_id is not None:
        rooms = rooms.filter(pk=query.room_id)
    diaries = {room.pk: Diary("room_busy", taken(room, *span)) for room in rooms}
    for teacher in answer.teachers:
        host = Host(
            zone=teacher.time_zone,
            hours=working_hours([teacher.pk]).get(teacher.pk, DomainHours()),
            diary=Diary("teacher_busy", taken(teacher, *span)),
            closures=closures_of(teacher, student),
            unknown_hours=query.unknown_hours,
            **({"rooms": diaries} if query.any_room or query.room_id is not None else {}),
        )
        found = {
            (each.opening.dates, each.opening.start): (
                frozenset(obstacle.day for obstacle in each.opening.exceptions),
                each.opening.rooms,
            )
            for each in answer.found
            if each.teacher == teacher
        }
        assert found == expected_openings(query.question(studio.now), host, attendee)


def check_bookings(studio: Studio, query: OpeningsQuery, answer: Any) -> int:
    """Book some that are free in all weeks; each makes every class. Return how many."""
    free = [each for each in answer.found if each.opening.is_free and query.last is None]
    booked = studio.dice.sample(free, min(3, len(free)))
    student_id = query.student_id or make.student(start=day("2026-03-02")).pk
    student = type(studio.students[0]).objects.get(pk=student_id)
    for each in booked:
        opening = each.opening
        room_id = studio.dice.choice(opening.rooms or [None])
        try:
            with transaction.atomic():
                slot = make.slot(
                    each.teacher,
                    student,
                    weekday=opening.weekday,
                    start=f"{opening.start_time:%H:%M}",
                    minutes=query.minutes,
                    room_id=room_id,
                    valid_from=opening.dates[0],
                    valid_until=opening.dates[-1],
                    interval_weeks=query.interval_weeks,
                    created_at=studio.now,
                )
                conflicts = store_everything(studio, opening.dates[0])
                made = ScheduledClass.objects.filter(recurring_slot=slot, status="scheduled")
                rows = made.order_by("date").values_list(
                    "date", "start_time", "end_time", "room_id"
                )
                times = (opening.start_time, opening.end_time, room_id)
                assert list(rows) == [(one, *times) for one in opening.dates]
                key = SeriesKey(SeriesKind.RECURRING_SLOT, slot.pk)
                assert key not in {line.series for line in conflicts}
                raise _Undo
        except _Undo:
            pass
    return len(booked)


def check_random_studio(seed: int) -> int:
    studio = random_studio(seed)
    query = random_query(studio)
    answer = openings(query, studio.now)
    check_against_brute_force(studio, query, answer)
    return check_bookings(studio, query, answer)


def test_random_studios_are_answered_soundly_and_completely():
    booked = 0
    for seed in range(8 * TIMES):
        try:
            with transaction.atomic():
                booked += check_random_studio(seed)
                raise _Undo
        except _Undo:
            pass
    assert booked > 5 * TIMES


# Examples ------------------------------------------------------------------------------------


@pytest.fixture
def clara():
    teacher = make.teacher("Clara Ruiz")
    WorkingHours.objects.create(
        teacher=teacher, weekday=1, start_time=at("10:00"), end_time=at("12:00")
    )
    return teacher


def ask(**values: Any) -> Any:
    return openings(
        OpeningsQuery(**{"minutes": 60, "first": MONDAY, "weeks": 4, "step": 60} | values), EARLY
    )


def shown(answer: Any) -> list[tuple[str, str, int]]:
    return [
        (each.teacher.name, f"{each.opening.start_time:%H:%M}", each.opening.free)
        for each in answer.found
    ]


def reasons(answer: Any) -> list[str]:
    obstacles = [obstacle for each in answer.found for obstacle in each.opening.exceptions]
    texts = ObstacleTexts(answer.diaries, obstacles, answer.rooms)
    return [f"{obstacle.day}: {texts.text(obstacle)}" for obstacle in obstacles]


def test_lessons_that_are_not_stored_yet_are_in_the_way(clara):
    make.slot(clara, make.student("Leo Park"), interval_weeks=2, valid_from=MONDAY)
    answer = ask()
    assert shown(answer) == [("Clara Ruiz", "11:00", 4), ("Clara Ruiz", "10:00", 2)]
    assert reasons(answer) == [
        "2026-01-05: Clara Ruiz teaches Leo Park",
        "2026-01-19: Clara Ruiz teaches Leo Park",
    ]


def test_a_pause_frees_its_weeks_alone(clara):
    slot = make.slot(clara)
    make.closure("Exams", MONDAY, day("2026-01-13"), student=slot.student, recurring_slot=slot)
    assert shown(ask()) == [("Clara Ruiz", "11:00", 4), ("Clara Ruiz", "10:00", 2)]


def test_stored_moved_and_cancelled_classes_count_as_they_are(clara):
    slot = make.slot(clara, valid_from=MONDAY, valid_until=day("2026-01-12"))
    make.lesson(on=MONDAY, recurring_slot=slot, status="cancelled", cancelled_by="student")
    moved = make.lesson(on=day("2026-01-12"), recurring_slot=slot)
    ScheduledClass.objects.filter(pk=moved.pk).update(
        date=day("2026-01-19"), starts_at=moved.starts_at + timedelta(7),
        ends_at=moved.ends_at + timedelta(7), edited_at=EARLY,
    )  # fmt: skip
    answer = ask()
    assert shown(answer) == [("Clara Ruiz", "11:00", 4), ("Clara Ruiz", "10:00", 3)]
    assert [reason[:10] for reason in reasons(answer)] == ["2026-01-19"]


def test_each_obstacle_is_explained(clara):
    ana = make.student("Ana Ruiz", start=day("2026-01-12"), end_date=day("2026-02-02"))
    make.closure("Snow", day("2026-01-12"))
    make.lesson(ana, day("2026-01-19"), "10:30", "10:45", make.teacher("Tom Lee"))
    make.lesson(ana, day("2026-01-26"), "10:30", "10:45")
    answer = ask(weeks=6, student_id=ana.pk, teacher_ids=(clara.pk,))
    assert set(reasons(answer)) == {
        "2026-01-05: the student starts on Mon 12 Jan 2026",
        "2026-01-12: closed: Snow",
        "2026-01-19: Ana Ruiz has a class with Tom Lee",
        "2026-01-26: Ana Ruiz has another class",
        "2026-02-09: the student ended on Mon 2 Feb 2026",
    }


def test_hours_that_end_are_exceptions(clara):
    WorkingHours.objects.update(valid_until=MONDAY)
    assert reasons(ask(weeks=2)) == ["2026-01-12: outside the working hours"] * 2


def test_a_lesson_that_clashes_holds_its_time(clara):
    leo = make.slot(clara, make.student("Leo Park"), valid_until=MONDAY, valid_from=MONDAY)
    make.lesson(on=MONDAY, recurring_slot=leo)
    make.slot(clara, make.student("Iker Gil"), start="10:30", valid_until=MONDAY, valid_from=MONDAY)
    answer = ask(weeks=2)
    assert sorted(reasons(answer)) == [
        "2026-01-05: Clara Ruiz teaches Leo Park",
        "2026-01-05: a lesson of Iker Gil that clashes is due then",
    ]


def test_subjects_are_those_of_the_list_or_of_the_lessons(clara):
    clara.subjects = "Música\nPiano"
    clara.save()
    violin = make.teacher("Tom Lee")
    make.slot(violin, weekday=2, subject="Violin")
    ended = make.teacher("Eva Gil")
    make.slot(ended, weekday=2, subject="Violin", valid_until=day("2026-01-04"))
    make.slot(clara, weekday=2, subject="Violin")
    assert {name for name, *_rest in shown(ask(subject="musica"))} == {"Clara Ruiz"}
    assert {name for name, *_rest in shown(ask(subject="VIOLIN"))} == {"Tom Lee"}
    assert shown(ask(subject="Drums")) == []


def test_unknown_hours_are_searched_within_usual_or_given_ones(clara):
    tom = make.teacher("Tom Lee")
    answer = ask(teacher_ids=(tom.pk,), weekdays=frozenset({3}))
    assert (shown(answer)[0][1], shown(answer)[-1][1]) == ("08:00", "19:00")
    assert answer.without_hours == [tom]
    answer = ask(weekdays=frozenset({3}), earliest=540, latest=600)
    assert shown(answer) == [("Tom Lee", "09:00", 4)]


def test_single_dates_are_answered_one_by_one(clara):
    make.lesson(on=day("2026-01-12"), start="10:00", end="11:00", teacher=clara)
    answer = ask(last=day("2026-01-13"))
    found = [(each.opening.dates, each.opening.start) for each in answer.found]
    monday, next_monday = (MONDAY,), (day("2026-01-12"),)
    assert found == [(monday, 600), (monday, 660), (next_monday, 660)]


@pytest.mark.parametrize(
    ("values", "name"),
    [({"teacher_ids": (0,)}, "teacher"), ({"student_id": 0}, "student")],
)
def test_people_who_are_not_there_are_refused(clara, values, name):
    with pytest.raises(ValidationError) as error:
        ask(**values)
    assert list(error.value.message_dict) == [name]


def test_people_who_are_not_active_are_refused(clara):
    gone, left = make.teacher(is_active=False), make.student(is_active=False)
    for values in ({"teacher_ids": (clara.pk, gone.pk)}, {"student_id": left.pk}):
        with pytest.raises(ValidationError):
            ask(**values)
    assert {each.teacher for each in ask().found} == {clara}


def test_too_many_teachers_are_refused(clara):
    for _number in range(MAX_TEACHERS):
        make.teacher()
    with pytest.raises(ValidationError, match="more than 50"):
        ask()


def test_the_number_of_queries_is_constant(clara, django_assert_num_queries):
    ana = make.student("Ana Ruiz")
    ask(student_id=ana.pk)

    def grow(first: int, last: int) -> None:
        for each in range(first, last):
            tom = make.teacher()
            make.slot(tom, make.student(), weekday=2, subject="Piano")
            make.schedule(ana, tom, weekday=3, start=f"{10 + each}:00", end=f"{10 + each}:45")
            make.slot(clara, make.student(), start=f"{10 + each}:00", weekday=4)
            make.closure("Away", MONDAY, teacher=tom)

    grow(0, 1)
    run_job(Job.HORIZON)
    with CaptureQueriesContext(connection) as little:
        assert ask(student_id=ana.pk, subject="").found
    grow(1, 7)
    run_job(Job.HORIZON)
    with django_assert_num_queries(len(little)):
        assert len(ask(student_id=ana.pk, subject="").teachers) == 8
