"""The calendar's JSON: classes by instant and by wall clock, counts, planned occurrences."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import ClassStatus, ScheduledClass, Student, WorkingHours
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, day
from scheduling.tests.jobs.helpers import horizon, weekly

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def starts(feed):
    return sorted((row[1], feed["students"][str(row[3])]) for row in feed["classes"])


def test_a_class_is_in_utc_and_each_name_is_sent_once(owner):
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz")
    scheduled_class = make.lesson(ana, teacher=marta, subject="Piano", is_shared=True)
    make.lesson(ana, MONDAY, "12:00", "13:00", marta)

    feed = owner.feed()

    row = next(row for row in feed["classes"] if row[0] == scheduled_class.pk)
    assert row[1:] == [
        "2026-01-05 09:00",
        "2026-01-05 10:00",
        ana.pk,
        marta.pk,
        "scheduled",
        "Piano",
        True,
        False,
        True,
        "",
        None,
    ]
    assert feed["students"] == {str(ana.pk): "Ana Ruiz"}
    assert feed["teachers"] == {str(marta.pk): "Marta Gil"}


def test_wall_clock_times_are_kept_over_a_change_of_offset(owner):
    madrid = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz")
    make.lesson(ana, day("2026-03-28"), teacher=madrid)
    make.lesson(ana, day("2026-03-29"), teacher=madrid)
    query = {"start": "2026-03-23T00:00:00+01:00", "end": "2026-03-30T00:00:00+02:00"}

    by_instant = owner.feed(**query)
    by_wall_clock = owner.feed(start="2026-03-23", end="2026-03-30", zone="own")

    assert [start for start, _name in starts(by_instant)] == [
        "2026-03-28 09:00",
        "2026-03-29 08:00",
    ]
    assert sorted(row[1:4] for row in by_wall_clock["classes"]) == [
        ["2026-03-28", "10:00", "11:00"],
        ["2026-03-29", "10:00", "11:00"],
    ]


def test_a_range_is_in_the_requested_zone(owner):
    auckland = make.teacher("Tama", "Pacific/Auckland")
    # 08:00 on Monday there is still Sunday in UTC.
    make.lesson(make.student("Ana Ruiz"), MONDAY, "08:00", "09:00", auckland)

    assert owner.feed()["classes"] == []
    auckland_week = {"start": "2026-01-05T00:00:00+13:00", "end": "2026-01-12T00:00:00+13:00"}
    assert len(owner.feed(**auckland_week)["classes"]) == 1
    assert len(owner.feed(zone="own")["classes"]) == 1


def test_a_class_over_midnight_is_on_both_days(owner):
    make.lesson(make.student("Ana Ruiz"), day("2026-01-06"), "23:30", "00:30")
    for start, end in (("2026-01-06", "2026-01-07"), ("2026-01-07", "2026-01-08")):
        assert len(owner.feed(start=start, end=end)["classes"]) == 1
    assert owner.feed(start="2026-01-08", end="2026-01-09")["classes"] == []


def test_classes_are_filtered_by_teacher_student_and_status(owner):
    marta, tom = make.teacher("Marta"), make.teacher("Tom")
    ana, leo = make.student("Ana"), make.student("Leo")
    make.lesson(ana, teacher=marta)
    make.lesson(leo, MONDAY, "12:00", "13:00", marta)
    make.lesson(leo, MONDAY, "14:00", "15:00", tom, status=ClassStatus.CANCELLED)

    def students(**query):
        return [name for _start, name in starts(owner.feed(**query))]

    assert students() == ["Ana", "Leo", "Leo"]
    assert students(teacher=marta.pk) == ["Ana", "Leo"]
    assert students(teacher=marta.pk, student=leo.pk) == ["Leo"]
    assert students(status="cancelled") == ["Leo"]
    assert students(status=["scheduled", "completed"]) == ["Ana", "Leo"]
    assert students(status="scheduled,cancelled") == ["Ana", "Leo", "Leo"]
    assert students(status="planned") == []
    assert students(status="none") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            {"start": "yesterday"},
            "“start” is neither a date (YYYY-MM-DD) nor a timestamp with a UTC offset.",
        ),
        (
            {"end": "2026-01-05T10:00:00"},
            "“end” is neither a date (YYYY-MM-DD) nor a timestamp with a UTC offset.",
        ),
        ({"end": "2026-01-05"}, "The end is not after the start"),
        ({"end": "2028-01-05"}, "At most 371 days"),
        (
            {"start": "0001-01-01"},
            "“start” is neither a date (YYYY-MM-DD) nor a timestamp with a UTC offset.",
        ),
        ({"teacher": "x"}, "is not a valid ID."),
        ({"student": "9" * 30}, "is not a valid ID."),
        ({"status": "gone"}, "“gone” is not a valid status."),
        ({"zone": "Mars/Base"}, "“Mars/Base” is not a valid time zone."),
    ],
)
def test_an_invalid_parameter_is_refused_with_a_sentence(owner, query, message):
    answer = owner.get("events/", start="2026-01-05", end="2026-01-12") if not query else None
    answer = owner.get("events/", **({"start": "2026-01-05", "end": "2026-01-12"} | query))
    assert answer.status_code == 400
    assert message in answer.json()["refused"]


def test_closures_are_filtered_by_teacher_and_student(owner):
    marta, ana = make.teacher("Marta"), make.student("Ana Ruiz")
    make.closure("Holiday", day("2026-01-06"), day("2026-01-07"))
    make.closure("Travel", day("2026-01-08"), teacher=marta)
    make.closure("Exams", day("2026-01-09"), student=ana)
    make.closure("Later", day("2026-01-12"))

    def names(**query):
        return [(closure["name"], closure["who"]) for closure in owner.feed(**query)["closures"]]

    assert names() == [("Holiday", ""), ("Travel", "Marta"), ("Exams", "Ana Ruiz")]
    assert names(teacher=marta.pk) == [("Holiday", ""), ("Travel", "Marta")]
    assert names(student=ana.pk) == [("Holiday", ""), ("Exams", "Ana Ruiz")]
    holiday = owner.feed()["closures"][0]
    assert (holiday["first"], holiday["end"], holiday["everyone"]) == (
        "2026-01-06",
        "2026-01-08",
        True,
    )


def test_days_are_counted_by_local_date(owner):
    auckland = make.teacher("Tama", "Pacific/Auckland")
    make.lesson(make.student(), MONDAY, "08:00", "09:00", auckland)
    make.lesson(make.student(), MONDAY, "09:00", "10:00", auckland, status=ClassStatus.CANCELLED)
    feed = owner.feed("days/", start="2026-01-01", end="2027-01-01")
    assert feed["days"] == {"2026-01-05": {"scheduled": 1, "cancelled": 1}}


def test_planned_occurrences_are_those_not_stored(owner):
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz")
    slot = make.slot(marta, ana, subject="Piano")
    assert [occurrence["day"] for occurrence in owner.feed("planned/")["planned"]] == ["2026-01-05"]
    horizon()
    assert owner.feed("planned/")["planned"] == []

    later = {"start": "2026-03-30", "end": "2026-04-06"}
    (occurrence,) = owner.feed("planned/", **later)["planned"]

    assert occurrence == {
        "kind": "recurring_slot",
        "series": slot.pk,
        "day": "2026-03-30",
        "start": "2026-03-30 08:00",
        "end": "2026-03-30 09:00",
        "startTime": "10:00",
        "endTime": "11:00",
        "student": "Ana Ruiz",
        "teacher": "Marta Gil",
        "teacherId": marta.pk,
        "room": "",
        "subject": "Piano",
        "shared": False,
        "outcome": "created",
        "reason": "",
    }


def test_a_conflict_has_a_reason_and_its_own_status(owner):
    marta = make.teacher("Marta Gil")
    make.lesson(make.student("Leo Park"), teacher=marta)
    make.slot(marta, make.student("Ana Ruiz"))

    (occurrence,) = owner.feed("planned/", status="conflict")["planned"]

    assert occurrence["outcome"] == "conflict"
    assert "Leo Park" in occurrence["reason"]
    assert owner.feed("planned/", status="planned")["planned"] == []
    assert owner.feed("planned/", status="scheduled")["planned"] == []


def test_past_weeks_have_no_planned_occurrences(owner):
    make.schedule(make.student("Ana Ruiz"))
    make.slot()
    past = {"start": "2025-12-01", "end": "2026-01-05"}
    assert owner.feed("planned/", **past)["planned"] == []
    weekly()
    assert ScheduledClass.objects.count() == 1


def test_planned_occurrences_of_over_62_days_are_refused(owner):
    answer = owner.get("planned/", start="2026-01-01", end="2026-06-01")
    assert (answer.status_code, answer.json()["refused"]) == (400, "At most 62 days at a time.")


def test_students_are_found_by_any_part_of_the_name(owner):
    ana = make.student("Ana Ruiz", email="ana@example.org")
    other = make.student("Ana Ruiz", email="ruiz@example.org")
    leo = make.student("Leo Park", email="leo@example.org")
    found = owner.get("students/", q="rui an").json()["students"]
    assert found == [
        {"id": ana.pk, "name": "Ana Ruiz · ana@example.org"},
        {"id": other.pk, "name": "Ana Ruiz · ruiz@example.org"},
    ]
    found = owner.get("students/", q="leo").json()["students"]
    assert found == [{"id": leo.pk, "name": "Leo Park"}]


@pytest.mark.parametrize("path", ["events/", "days/", "planned/"])
def test_query_count_does_not_grow_with_the_classes(owner, path):
    def count_queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            owner.feed(path)
        return len(captured)

    def fill(n, hours):
        for hour in hours:
            teacher = make.teacher()
            make.lesson(make.student(), MONDAY, f"{hour:02}:00", f"{hour:02}:30", teacher)
            make.slot(teacher, make.student(), start=f"{hour:02}:30", minutes=20)

    fill(1, range(8, 10))
    count = count_queries()
    fill(2, range(10, 20))
    assert count_queries() == count
    assert count < 20


def test_answers_are_compressed_and_not_cached(owner):
    for hour in range(8, 20):
        make.lesson(make.student(), MONDAY, f"{hour:02}:00", f"{hour:02}:30")
    answer = owner.client.get(
        "/admin/calendar/events/",
        {"start": "2026-01-05", "end": "2026-01-12"},
        headers={"Accept-Encoding": "gzip"},
    )
    assert answer["Content-Encoding"] == "gzip"
    assert "no-store" in answer["Cache-Control"]


@pytest.fixture
def marta():
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    hours = {"weekday": 2, "start_time": at("16:00"), "end_time": at("19:00")}
    WorkingHours.objects.create(teacher=marta, **hours)
    make.lesson(make.student("Ana Ruiz"), day("2026-01-06"), "17:00", "17:45", marta)
    return marta


def test_free_time_within_the_hours_of_a_teacher_has_its_page(owner, marta):
    free = owner.feed("free/", teacher=marta.pk)["free"]
    assert [(gap["start"], gap["end"]) for gap in free] == [
        ("2026-01-06 15:00", "2026-01-06 16:00"),
        ("2026-01-06 16:45", "2026-01-06 18:00"),
    ]
    assert [(gap["day"], gap["startTime"], gap["endTime"]) for gap in free] == [
        ("2026-01-06", "16:00", "17:00"),
        ("2026-01-06", "17:45", "19:00"),
    ]
    answer = owner.client.get(free[1]["url"])
    openings = answer.context["answer"].openings
    assert [each.found.opening.dates[0] for each in openings][:1] == [day("2026-01-06")]
    assert {each.found.opening.start_time for each in openings} == {at("17:45")}


def test_free_time_leads_to_the_filled_in_form_where_lessons_may_be_added(owner, reader_as, marta):
    ana = Student.objects.get()
    (_early, late) = owner.feed("free/", teacher=marta.pk, student=ana.pk)["free"]
    initial = owner.client.get(late["form"]).context["adminform"].form.initial
    assert initial["weekday"] == "2"
    assert (initial["teacher"], initial["student"]) == (str(marta.pk), str(ana.pk))
    assert (initial["start_time"], initial["duration_minutes"]) == ("17:45", "60")
    assert initial["valid_from"] == "2026-01-06"
    viewer = reader_as("Viewer").feed("free/", teacher=marta.pk)["free"]
    assert [gap["form"] for gap in viewer] == ["", ""]


def test_there_is_no_free_time_without_a_teacher_or_without_hours(owner, marta):
    assert owner.feed("free/")["free"] == []
    assert owner.feed("free/", teacher=make.teacher().pk)["free"] == []
    marta.is_active = False
    marta.save()
    assert owner.feed("free/", teacher=marta.pk)["free"] == []


def test_free_time_is_none_of_a_teachers_account(reader_as, marta):
    assert reader_as("Teacher", marta).feed("free/")["free"] == []
    assert len(reader_as("Viewer").feed("free/", teacher=marta.pk)["free"]) == 2
