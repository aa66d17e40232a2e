"""A real timetable, imported and generated, compared with an oracle (university.py).

It covers two windows of twelve weeks, across the DST changes of America/Chicago in 2026.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from scheduling.models import JobRunItem, ScheduledClass

from . import university
from .university import Lesson

# pytest-django then creates the database before the module fixture below.
pytestmark = pytest.mark.django_db

SPRING, AUTUMN = date(2026, 2, 2), date(2026, 9, 7)


@dataclass(frozen=True)
class Outcome:
    """The data of all tests; the database is empty again before they begin."""

    start: date
    imported: dict[str, Any]
    imported_again: dict[str, Any]
    first: dict[str, Any]
    second: dict[str, Any]
    stored: list[Lesson]
    stored_after: list[Lesson]
    items: list[JobRunItem]

    @property
    def conflicts(self) -> list[dict[str, Any]]:
        return self.first["conflicts"]


def run(*args: object) -> dict[str, Any]:
    out = StringIO()
    call_command(*map(str, args), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def horizon(start: date) -> dict[str, Any]:
    (result,) = run("generate_classes", "--only", "horizon", "--date", start)["runs"]
    return result


def stored_lessons() -> list[Lesson]:
    rows = ScheduledClass.objects.exclude(status="cancelled").select_related("student", "teacher")
    return [
        Lesson(
            f"{row.student.first_name} {row.student.last_name}",
            row.teacher.name,
            row.date,
            row.start_time,
            row.end_time,
            row.starts_at.astimezone(UTC),
            row.ends_at.astimezone(UTC),
            row.is_shared,
            row.time_zone,
            row.subject,
        )
        for row in rows
    ]


# One season for each database is enough: the difference does not depend on the database.
@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SPRING, id="spring", marks=pytest.mark.one_database(name="sqlite")),
        pytest.param(AUTUMN, id="autumn", marks=pytest.mark.one_database(name="sqlite")),
    ],
)
def outcome(request, django_db_setup, django_db_blocker) -> Outcome:
    # The runs are committed, because their heartbeat has its own connection.
    with django_db_blocker.unblock():
        try:
            imported = run("import_timetable", university.FILE)
            imported_again = run("import_timetable", university.FILE)
            first = horizon(request.param)
            stored = stored_lessons()
            second = horizon(request.param)
            items = list(JobRunItem.objects.filter(run_id=first["runId"]))
            after = stored_lessons()
        finally:
            call_command("flush", interactive=False, verbosity=0)
    return Outcome(request.param, imported, imported_again, first, second, stored, after, items)


@pytest.fixture(scope="module")
def expected(outcome) -> set[Lesson]:
    """Return every meeting on every date of the window, with or without conflict."""
    return {
        lesson
        for meeting in university.meetings()
        for lesson in university.lessons(meeting, outcome.start)
    }


def key_of(conflict: dict[str, Any]) -> tuple[Any, ...]:
    """Return the values that a lesson and its conflict share."""
    return (
        conflict["student"],
        conflict["teacher"],
        date.fromisoformat(conflict["date"]),
        time.fromisoformat(conflict["startTime"]),
        time.fromisoformat(conflict["endTime"]),
    )


def conflict_text(lesson: Lesson) -> str:
    """Return the text with which a conflict names a lesson."""
    when = f"{lesson.day} {lesson.start:%H:%M}–{lesson.end:%H:%M} {lesson.zone}"
    return f"{lesson.student} · {lesson.teacher} · {when}"


def test_file_matches_its_description():
    meetings = university.meetings()
    assert len(meetings) == 1184
    assert len({meeting.student for meeting in meetings}) == 387
    assert len({meeting.teacher for meeting in meetings}) == 256


def test_second_import_changes_nothing(outcome):
    assert outcome.imported["success"]
    assert (outcome.imported["rows"], outcome.imported["mergedRows"]) == (456, 9)
    assert outcome.imported["created"]["recurringSlots"] == 1184
    assert outcome.imported_again["unchanged"] == 1184
    assert not any(outcome.imported_again["created"].values())


def test_every_meeting_is_class_or_named_conflict(outcome, expected):
    assert len(expected) == 1184 * university.WEEKS
    stored = Counter(lesson[:5] for lesson in outcome.stored)
    conflicts = Counter(key_of(conflict) for conflict in outcome.conflicts)
    assert stored + conflicts == Counter(lesson[:5] for lesson in expected)
    assert max(stored.values()) == max(conflicts.values()) == 1
    assert outcome.first["counts"] == {"created": len(stored), "conflict": len(conflicts)}
    assert (outcome.first["state"], outcome.first["errors"]) == ("succeeded", [])


def test_every_class_has_expected_instants_zone_and_subject(outcome, expected):
    assert set(outcome.stored) <= expected
    offsets = {(lesson.starts_at.hour - lesson.start.hour) % 24 for lesson in outcome.stored}
    assert offsets == {5, 6}  # the window crosses a clock change


def test_every_conflict_names_stored_class(outcome, expected):
    by_key = {lesson[:5]: lesson for lesson in expected}
    by_text = {conflict_text(lesson): lesson for lesson in outcome.stored}
    assert outcome.conflicts
    for conflict in outcome.conflicts:
        lesson = by_key[key_of(conflict)]
        named = by_text[conflict["with"]]
        assert lesson.excludes(named), conflict
        assert conflict["with"].split(" · ")[0] in conflict["reason"]


def test_no_stored_classes_exclude_each_other(outcome):
    assert university.double_bookings(outcome.stored) == []


def test_independent_placement_has_same_classes(outcome):
    placed, excluded = university.place_lessons(outcome.start)
    assert set(outcome.stored) == placed
    assert {key_of(conflict) for conflict in outcome.conflicts} == {
        lesson[:5] for lesson in excluded
    }


def test_every_conflict_is_stored_with_run(outcome):
    assert {item.outcome for item in outcome.items} == {"conflict"}
    logged = Counter(
        (item.student_name, item.teacher_name, item.date, item.start_time, item.end_time)
        for item in outcome.items
    )
    assert logged == Counter(key_of(conflict) for conflict in outcome.conflicts)


def test_second_run_creates_nothing_and_repeats_conflicts(outcome):
    counts = {"conflict": len(outcome.conflicts), "exists": len(outcome.stored)}
    assert outcome.second["counts"] == counts
    assert outcome.second["classesCreated"] == 0
    assert sorted(outcome.stored_after) == sorted(outcome.stored)
    assert {key_of(conflict) for conflict in outcome.second["conflicts"]} == {
        key_of(conflict) for conflict in outcome.conflicts
    }


def test_oracle_detects_double_booking():
    def lesson(student, teacher, start, end, is_shared=False):
        day = date(2026, 2, 2)
        starts, ends = (datetime.combine(day, at, UTC) for at in (start, end))
        return Lesson(student, teacher, day, start, end, starts, ends, is_shared, "UTC", "")

    ten, eleven, noon = time(10), time(11), time(12)
    alone = lesson("Ana", "Bo", ten, eleven)
    assert university.double_bookings([alone, lesson("Cy", "Bo", eleven, noon)]) == []
    assert university.double_bookings([alone, lesson("Cy", "Bo", ten, noon)])
    assert university.double_bookings([alone, lesson("Ana", "Di", ten, noon)])
    shared = [lesson(student, "Bo", ten, eleven, True) for student in ("Ana", "Cy")]
    assert university.double_bookings(shared) == []
    assert university.double_bookings([shared[0], lesson("Cy", "Bo", ten, noon, True)])
