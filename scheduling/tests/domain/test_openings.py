"""Openings: sound and complete, compared with brute force; and each rule by an example."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import Booking
from scheduling.domain.openings import (
    WITHOUT_ROOM,
    Attendee,
    Diary,
    Host,
    Question,
    find_gaps,
    find_openings,
)
from scheduling.domain.wallclock import add_minutes, instant, to_epoch
from scheduling.domain.working_hours import WeeklyHours, WorkingHours, hours_text, time_of
from scheduling.tests.domain.examples import examples
from scheduling.tests.domain.oracles.opening_oracle import expected_openings

# Two days before the United States change their clocks, three weeks before Europe does.
BASE = date(2026, 3, 6)
MADRID, NEW_YORK = "Europe/Madrid", "America/New_York"
ZONES = st.sampled_from([MADRID, NEW_YORK, "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
NEAR = st.integers(-3, 40).map(lambda n: BASE + timedelta(days=n))


def booking(day, start, minutes, zone=MADRID, number=1):
    starts_at = to_epoch(instant(day, time_of(start), zone))
    at = time_of(start)
    return Booking(
        number, None, number, 1, starts_at, starts_at + 60 * minutes, False,
        day, at, add_minutes(at, minutes), zone,
    )  # fmt: skip


@st.composite
def bookings(draw, zone, most=12):
    """Some of them weekly, so that they meet in some weeks only where zones differ."""
    found = []
    for number in range(draw(st.integers(0, most))):
        day, start = draw(NEAR), draw(st.sampled_from([0, 110, 600, 615, 640, 700, 1410]))
        minutes = draw(st.sampled_from([20, 30, 60, 90, 1440]))
        own = draw(st.sampled_from([zone, zone, NEW_YORK, MADRID]))
        weeks = draw(st.sampled_from([1, 1, 3]))
        days = [day + timedelta(weeks=week) for week in range(weeks)]
        found += [booking(day, start, minutes, own, number) for day in days]
    return found


@st.composite
def working_hours(draw):
    found = []
    for _number in range(draw(st.integers(0, 5))):
        start = draw(st.sampled_from([0, 90, 540, 595, 620, 900]))
        end = draw(st.sampled_from([end for end in (150, 630, 700, 1000, 1440) if end > start]))
        first, last = draw(st.none() | NEAR), draw(st.none() | NEAR)
        found.append(WeeklyHours(draw(st.integers(1, 7)), start, end, first, last))
    return WorkingHours(tuple(found))


@st.composite
def questions(draw):
    earliest = draw(st.sampled_from([0, 0, 595, 600]))
    return Question(
        minutes=draw(st.sampled_from([15, 30, 45, 60, 180])),
        first=draw(st.sampled_from([BASE, BASE + timedelta(days=2)])),
        now=to_epoch(datetime(2026, 3, 6, draw(st.integers(0, 23)), 30, tzinfo=ZoneInfo(MADRID))),
        weeks=draw(st.integers(1, 5)),
        interval_weeks=draw(st.sampled_from([1, 1, 2, 3])),
        last=draw(st.sampled_from([None, None, BASE + timedelta(days=9)])),
        weekdays=draw(st.frozensets(st.integers(1, 7), min_size=1, max_size=3)),
        earliest=earliest,
        latest=draw(st.sampled_from([660, 705, 1000, 1440])),
        step=draw(st.sampled_from([15, 20, 30])),
    )


@st.composite
def rooms(draw):
    """No room at all, the one that is asked for, or several of which one is enough."""
    numbers = draw(st.lists(st.integers(1, 9), max_size=3, unique=True))
    return {number: Diary("room_busy", draw(bookings(draw(ZONES), most=6))) for number in numbers}


@st.composite
def hosts(draw):
    zone = draw(ZONES)
    first = draw(NEAR)
    closure = Closure(1, "Closed", first, first + timedelta(days=draw(st.integers(0, 9))))
    return Host(
        zone=zone,
        hours=draw(working_hours()),
        diary=Diary("teacher_busy", draw(bookings(zone))),
        closures=draw(st.sampled_from([[], [closure]])),
        unknown_hours=draw(st.sampled_from([(540, 720), (0, 1440)])),
    )


@st.composite
def attendees(draw):
    return Attendee(
        diary=Diary("student_busy", draw(bookings(draw(ZONES), most=6))),
        first=draw(st.none() | NEAR),
        last=draw(st.none() | NEAR),
    )


@pytest.mark.hypothesis
@settings(deadline=None)
@given(questions(), hosts(), st.none() | attendees(), st.just(WITHOUT_ROOM) | rooms())
def test_openings_are_those_of_brute_force(question, host, attendee, rooms):
    host = replace(host, rooms=rooms)
    found = find_openings(question, host, attendee)
    actual = {
        (opening.dates, opening.start): (
            frozenset(each.day for each in opening.exceptions),
            opening.rooms,
        )
        for opening in found
    }
    assert actual == expected_openings(question, host, attendee)
    assert len(actual) == len(found)
    assert [opening.rank for opening in found] == sorted(opening.rank for opening in found)
    for opening in found:
        assert opening.end - opening.start == question.minutes
        outside = [each for each in opening.exceptions if each.code == "outside_hours"]
        inside = None if not host.hours.is_known else not outside
        assert opening.is_inside_hours is inside


@pytest.mark.hypothesis
@examples(12)
@given(questions(), hosts())
def test_gaps_are_the_minutes_within_hours_that_no_booking_takes(question, host):
    last = question.first + timedelta(days=9)
    question = replace(question, last=last, step=1, earliest=0, latest=1440)
    gaps = find_gaps(question, host)
    found = {(gap.day, minute) for gap in gaps for minute in range(gap.start, gap.end)}
    single = replace(question, minutes=1)
    free = {
        (dates[0], start) for (dates, start), _blocked in expected_openings(single, host).items()
    }
    long = {
        (day, start + number)
        for day, start in free
        if all((day, start + number) in free for number in range(question.minutes))
        for number in range(question.minutes)
    }
    assert found == long
    assert all(gap.end - gap.start >= question.minutes for gap in gaps)


# Examples ------------------------------------------------------------------------------------

MONDAY = date(2026, 1, 5)
LONG_AGO = to_epoch(instant(date(2026, 1, 1), time_of(0), "UTC"))
MORNING = WorkingHours((WeeklyHours(1, 600, 720),))


def host(*taken, hours=MORNING, zone=MADRID, **values):
    return Host(zone=zone, hours=hours, diary=Diary("teacher_busy", taken), **values)


def ask(minutes=60, **values):
    values = {"weeks": 2, "first": MONDAY, "now": LONG_AGO} | values
    return Question(minutes=minutes, **values)


def starts(found):
    return [hours_text([(opening.start, opening.end)])[:5] for opening in found]


def test_starts_are_steps_from_the_beginning_of_the_hours_and_the_ends_of_lessons():
    assert sorted(starts(find_openings(ask(), host()))) == [
        "10:00", "10:15", "10:30", "10:45", "11:00"
    ]  # fmt: skip
    taken = host(booking(MONDAY, 600, 20))
    assert sorted(starts(find_openings(ask(weeks=1), taken))) == [
        "10:20",
        "10:30",
        "10:45",
        "11:00",
    ]


def test_what_leaves_no_short_gap_comes_first():
    assert starts(find_openings(ask(), host()))[:2] == ["10:00", "11:00"]
    assert starts(find_openings(ask(), host()))[2:] == ["10:15", "10:30", "10:45"]
    taken = host(booking(MONDAY, 600, 50), hours=WorkingHours((WeeklyHours(1, 600, 770),)))
    assert starts(find_openings(ask(weeks=1), taken)) == [
        "10:50", "11:00", "11:15", "11:30", "11:45"
    ]  # fmt: skip


def test_exceptions_follow_what_is_free_in_all_weeks():
    taken = host(booking(MONDAY + timedelta(weeks=1), 600, 60))
    found = find_openings(ask(minutes=60, weeks=3, step=60), taken)
    assert [(opening.start, opening.free) for opening in found] == [(660, 3), (600, 2)]
    (exception,) = found[1].exceptions
    assert (exception.day, exception.code) == (date(2026, 1, 12), "teacher_busy")
    assert exception.booking == taken.diary.bookings[0]


@pytest.mark.parametrize(
    ("values", "attendee", "code"),
    [
        ({"closures": [Closure(1, "Snow", MONDAY, MONDAY)]}, None, "closed"),
        ({}, Attendee(diary=Diary("student_busy", [booking(MONDAY, 630, 10)])), "student_busy"),
        ({}, Attendee(diary=Diary("student_busy", []), first=date(2026, 1, 6)), "student_starts"),
        ({}, Attendee(diary=Diary("student_busy", []), last=date(2026, 1, 11)), "student_ends"),
        ({"hours": WorkingHours((WeeklyHours(1, 600, 720, None, MONDAY),))}, None, "outside_hours"),
        # 10:00 to 11:00 of another zone: the key of a class has local times.
        (
            {},
            Attendee(diary=Diary("student_busy", [booking(MONDAY, 600, 60, NEW_YORK)])),
            "same_key",
        ),
    ],
)
def test_each_obstacle_has_its_code(values, attendee, code):
    found = find_openings(ask(step=120), host(**values), attendee)
    assert [each.code for opening in found for each in opening.exceptions] == [code]
    assert [opening.is_inside_hours for opening in found] == [code != "outside_hours"]


def test_a_lesson_keeps_one_of_the_rooms_that_are_free_on_the_most_dates():
    later = MONDAY + timedelta(weeks=1)
    rooms = {
        1: Diary("room_busy", [booking(MONDAY, 600, 60), booking(later, 600, 60)]),
        2: Diary("room_busy", [booking(later, 600, 60)]),
        3: Diary("room_busy", [booking(MONDAY, 600, 60)]),
        4: Diary("room_busy", [booking(later, 630, 60)]),
    }
    free, partly = find_openings(ask(step=60), host(rooms=rooms))
    assert (free.start, free.rooms, free.exceptions) == (660, (1, 2, 3), ())
    assert (partly.start, partly.rooms) == (600, (2, 4))
    assert [(each.day, each.code) for each in partly.exceptions] == [(later, "room_busy")]
    assert find_openings(ask(), host(rooms={})) == []


def test_every_second_week_meets_half_of_the_dates():
    taken = host(booking(MONDAY + timedelta(weeks=1), 600, 120))
    (weekly,) = find_openings(ask(minutes=120, weeks=4), taken)
    (fortnightly,) = find_openings(ask(minutes=120, weeks=4, interval_weeks=2), taken)
    assert (weekly.free, len(weekly.dates)) == (3, 4)
    assert fortnightly.dates == (MONDAY, date(2026, 1, 19))
    assert fortnightly.is_free


def test_a_lesson_of_another_zone_is_in_the_way_until_the_clocks_change():
    monday = date(2026, 3, 2)
    lessons = [booking(monday + timedelta(weeks=n), 660, 60, NEW_YORK) for n in range(5)]
    evening = host(*lessons, hours=WorkingHours((WeeklyHours(1, 960, 1080),)))
    found = find_openings(ask(weeks=5, first=monday, now=LONG_AGO, step=60), evening)
    blocked = {opening.start: [str(each.day) for each in opening.exceptions] for opening in found}
    # 11:00 in New York is 17:00 in Madrid, and 16:00 between the two changes of clocks.
    assert blocked == {
        960: ["2026-03-09", "2026-03-16", "2026-03-23"],
        1020: ["2026-03-02", "2026-03-30"],
    }


def test_a_start_that_has_passed_today_is_searched_from_next_week_on():
    now = to_epoch(instant(MONDAY, time_of(630), MADRID))
    found = find_openings(ask(now=now, step=60), host())
    assert {opening.start: opening.dates[0] for opening in found} == {
        600: date(2026, 1, 12),
        660: MONDAY,
    }
    assert {len(opening.dates) for opening in found} == {2}
    once = find_openings(ask(now=now, step=60, last=MONDAY), host())
    assert [opening.start for opening in once] == [660]


def test_hours_that_are_unknown_are_those_of_the_question():
    found = find_openings(ask(weeks=1, step=60), host(hours=WorkingHours(), unknown_hours=(0, 120)))
    assert [(opening.start, opening.is_inside_hours) for opening in found[:2]] == [
        (0, None),
        (60, None),
    ]
    assert {opening.weekday for opening in found} == set(range(1, 8))


def test_the_question_narrows_weekdays_and_times_of_day():
    hours = WorkingHours(tuple(WeeklyHours(day, 600, 720) for day in range(1, 8)))
    question = ask(weekdays=frozenset({2, 4}), earliest=615, latest=690)
    found = find_openings(question, host(hours=hours))
    assert {(opening.weekday, opening.start) for opening in found} == {
        (2, 615), (2, 630), (4, 615), (4, 630)
    }  # fmt: skip


def test_a_lesson_may_end_at_midnight():
    late = host(hours=WorkingHours((WeeklyHours(1, 1320, 1440),)))
    assert starts(find_openings(ask(minutes=120), late)) == ["22:00"]
    assert find_openings(ask(minutes=120), late)[0].end_time == time_of(0)
    assert find_openings(ask(minutes=121), late) == []
