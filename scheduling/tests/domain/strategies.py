"""Strategies for small studios with many conflicts."""

from datetime import date, time, timedelta

from hypothesis import strategies as st

from scheduling.domain.closures import Closure
from scheduling.tests.domain.planning.builders import FIXED, SLOT, series

# Zones that change on different days, and UTC, which never changes. 16:00 in Madrid is 11:00 or
# 12:00 in New York, so some rules conflict only in some weeks.
ZONES = {1: "Europe/Madrid", 2: "America/New_York", 3: "Europe/Madrid", None: "UTC"}
STUDENTS = st.integers(1, 3)
TEACHERS = st.sampled_from([1, 1, 1, 2, 3, None])
# Mostly none; else one of two, so that teachers meet there.
ROOMS = st.sampled_from([None, None, None, 1, 1, 2])
WEEKDAYS = st.sampled_from([1, 2, 3, 7])
STARTS = {
    "Europe/Madrid": [time(15), time(15, 30), time(16), time(16, 30), time(17), time(23, 30)],
    "America/New_York": [time(10), time(10, 30), time(11), time(11, 30), time(18)],
    "UTC": [time(14), time(15), time(15, 30), time(16), time(22, 45)],
}
MINUTES = st.sampled_from([30, 60, 60, 60, 90, 120])
# The clocks change in these weeks: 2026-03-08 in the United States, 2026-03-29 in Europe.
BASE = date(2026, 3, 4)
NEAR_DAYS = st.integers(-10, 45).map(lambda n: BASE + timedelta(days=n))


@st.composite
def rules(draw, number):
    """Return a rule with this number as its id."""
    teacher = draw(TEACHERS)
    zone = ZONES[teacher]
    return series(
        number,
        kind=draw(st.sampled_from([SLOT, FIXED])) if teacher is not None else FIXED,
        student_id=draw(STUDENTS),
        teacher_id=teacher,
        zone=zone,
        weekday=draw(WEEKDAYS),
        start_time=draw(st.sampled_from(STARTS[zone])),
        duration_minutes=draw(MINUTES),
        interval_weeks=draw(st.sampled_from([1, 1, 1, 2])),
        anchor=draw(NEAR_DAYS),
        first=draw(st.none() | st.none() | NEAR_DAYS),
        last=draw(st.none() | st.none() | NEAR_DAYS),
        is_shared=draw(st.booleans()),
        room_id=draw(ROOMS),
    )


@st.composite
def rule_sets(draw, most=7):
    """Return rules with distinct keys, in any order."""
    count = draw(st.integers(1, most))
    return draw(st.permutations([draw(rules(number)) for number in range(1, count + 1)]))


@st.composite
def closures(draw, number):
    first = draw(NEAR_DAYS)
    last = first + timedelta(days=draw(st.sampled_from([0, 0, 1, 8])))
    scope = draw(
        st.sampled_from([{}, {"teacher_id": 1}, {"teacher_id": 2}, {"student_id": 1}]),
    )
    return Closure(number, f"Closure {number}", first, last, **scope)
