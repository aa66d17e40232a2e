"""The calendar's actions on classes and planned occurrences, and their refusals as sentences."""

import re

import pytest

from scheduling.models import Attendance, CancelledBy, ClassStatus, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import horizon

from .conftest import CALENDAR

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def path(scheduled_class):
    return f"classes/{scheduled_class.pk}/"


def occurrence_path(series, on):
    kind = "recurring_slot" if hasattr(series, "duration_minutes") else "fixed_schedule"
    return f"occurrences/{kind}/{series.pk}/{on}/"


def move_form(on="2026-01-06", start="10:00", end="11:00", teacher=None):
    return {
        "action": "move",
        "date": on,
        "start_time": start,
        "end_time": end,
        "teacher": teacher.pk if teacher else "",
    }


def actions(reader, address):
    text = reader.get(address).content.decode()
    names = ("complete", "move", "mark", "restore", "cancel")
    return {name for name in names if f'data-action="{name}"' in text}


@pytest.fixture
def marta():
    return make.teacher("Marta Gil", "Europe/Madrid")


@pytest.fixture
def scheduled_class(marta):
    return make.lesson(make.student("Ana Ruiz"), teacher=marta, subject="Piano")


def test_the_details_are_complete_and_linked(owner, scheduled_class):
    text = owner.get(path(scheduled_class)).content.decode()
    for words in ("Ana Ruiz", "Piano", "10:00–11:00", "Europe/Madrid", "Marta Gil", "one-off"):
        assert words in text
    assert f"/admin/scheduling/scheduledclass/{scheduled_class.pk}/change/" in text
    assert f"/admin/scheduling/student/{scheduled_class.student_id}/change/" in text
    assert f"/admin/scheduling/teacher/{scheduled_class.teacher_id}/change/" in text
    explained = re.search(r'href="([^"]+)">Explain this date', text)[1].replace("&amp;", "&")
    answer = owner.client.get(explained)
    assert answer.status_code == 200
    assert "Ana Ruiz" in answer.content.decode()


def test_a_script_gets_a_fragment_and_a_browser_a_page(owner, scheduled_class):
    headers = {"X-Requested-With": "XMLHttpRequest"}
    part = owner.client.get(CALENDAR + path(scheduled_class), headers=headers).content.decode()
    assert "<html" not in part
    assert "<html" in owner.get(path(scheduled_class)).content.decode()


def test_a_class_is_moved_and_its_new_time_is_named(owner, scheduled_class):
    answer = owner.post(path(scheduled_class), **move_form(teacher=scheduled_class.teacher))
    assert answer.status_code == 200
    assert answer.json()["done"] == (
        "The class of Ana Ruiz is now on Tue 6 Jan 2026, 10:00–11:00 (Europe/Madrid)."
    )
    scheduled_class.refresh_from_db()
    assert (scheduled_class.date, scheduled_class.edited_at is not None) == (
        day("2026-01-06"),
        True,
    )


def test_a_move_to_a_taken_time_is_refused_naming_the_other_class(owner, scheduled_class, marta):
    make.lesson(make.student("Leo Park"), day("2026-01-06"), teacher=marta)
    answer = owner.post(path(scheduled_class), **move_form(teacher=marta))
    assert answer.status_code == 409
    assert answer.json()["refused"] == (
        "Marta Gil already teaches Leo Park at that time: "
        "Tue 6 Jan 2026, 10:00–11:00 (Europe/Madrid)."
    )
    scheduled_class.refresh_from_db()
    assert (scheduled_class.date, scheduled_class.edited_at) == (MONDAY, None)


def test_a_class_moves_to_another_teacher(owner, scheduled_class):
    tom = make.teacher("Tom Lee")
    assert owner.post(path(scheduled_class), **move_form(teacher=tom)).status_code == 200
    scheduled_class.refresh_from_db()
    assert scheduled_class.teacher == tom


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"date": ""}, "Date: This field is required."),
        ({"date": "soon"}, "Date: Enter a valid date."),
        ({"start_time": "25:00"}, "From: Enter a valid time."),
        ({"teacher": ""}, "Teacher: This field is required."),
        ({"teacher": "999999"}, "Teacher: Select a valid choice"),
    ],
)
def test_an_invalid_value_is_refused_with_its_field(owner, scheduled_class, change, message):
    answer = owner.post(
        path(scheduled_class), **(move_form(teacher=scheduled_class.teacher) | change)
    )
    assert answer.status_code == 400
    assert answer.json()["refused"].startswith(message)


def test_without_a_script_the_page_shows_the_refusal(owner, scheduled_class, marta):
    make.lesson(make.student("Leo Park"), day("2026-01-06"), teacher=marta)
    answer = owner.client.post(CALENDAR + path(scheduled_class), move_form(teacher=marta))
    assert answer.status_code == 409
    assert "Marta Gil already teaches Leo Park" in answer.content.decode()
    answer = owner.client.post(
        CALENDAR + path(scheduled_class), move_form("2026-01-07", teacher=marta)
    )
    assert (answer.status_code, answer["Location"]) == (302, CALENDAR + path(scheduled_class))


def test_a_class_is_cancelled_with_a_reason_and_restored(owner, scheduled_class):
    owner.post(path(scheduled_class), action="cancel", by="student", reason="Ill", chargeable="on")
    scheduled_class.refresh_from_db()
    assert (
        scheduled_class.status,
        scheduled_class.cancelled_by,
        scheduled_class.cancel_reason,
    ) == ("cancelled", "student", "Ill")
    assert scheduled_class.is_chargeable
    assert "To be paid all the same" in owner.get(path(scheduled_class)).content.decode()
    assert actions(owner, path(scheduled_class)) == {"restore"}

    owner.post(path(scheduled_class), action="restore")
    scheduled_class.refresh_from_db()
    assert (scheduled_class.status, scheduled_class.cancelled_by) == (ClassStatus.SCHEDULED, "")


def test_a_class_cannot_be_cancelled_as_a_closure(owner, scheduled_class):
    assert owner.post(path(scheduled_class), action="cancel", by="closure").status_code == 400


def test_restoring_to_a_taken_time_is_refused(owner, scheduled_class, marta):
    owner.post(path(scheduled_class), action="cancel", by="studio")
    make.lesson(make.student("Leo Park"), teacher=marta)
    answer = owner.post(path(scheduled_class), action="restore")
    assert answer.status_code == 409
    assert "Leo Park" in answer.json()["refused"]


def test_only_a_class_that_has_begun_is_completed(owner, scheduled_class):
    assert "complete" not in actions(owner, path(scheduled_class))
    assert owner.post(path(scheduled_class), action="complete").status_code == 409
    past = make.lesson(scheduled_class.student, day("2026-01-02"), teacher=scheduled_class.teacher)
    assert owner.post(path(past), action="complete").status_code == 200
    past.refresh_from_db()
    assert past.status == ClassStatus.COMPLETED


def test_attendance_and_notes_are_saved(owner, scheduled_class):
    owner.post(path(scheduled_class), action="mark", attendance="excused", notes="Called in sick")
    scheduled_class.refresh_from_db()
    assert (scheduled_class.attendance, scheduled_class.notes) == (
        Attendance.EXCUSED,
        "Called in sick",
    )


def test_a_cancelled_planned_occurrence_is_kept_by_the_next_run(owner, marta):
    slot = make.slot(marta, make.student("Ana Ruiz"))
    answer = owner.post(
        occurrence_path(slot, "2026-01-12"), action="cancel", by="teacher", reason=""
    )
    assert answer.json()["done"] == (
        "The class of Ana Ruiz on Mon 12 Jan 2026, 10:00–11:00 (Europe/Madrid) is cancelled."
    )
    horizon()
    row = ScheduledClass.objects.get(date="2026-01-12")
    assert (row.status, row.cancelled_by) == (ClassStatus.CANCELLED, CancelledBy.TEACHER)
    assert ScheduledClass.objects.count() == 12


def test_a_moved_planned_occurrence_fulfils_its_week(owner, marta):
    schedule = make.schedule(make.student("Ana Ruiz"), marta)
    answer = owner.post(
        occurrence_path(schedule, "2026-01-12"), **move_form("2026-01-14", teacher=marta)
    )
    assert answer.status_code == 200
    row = ScheduledClass.objects.get()
    assert (row.date, row.week, row.fixed_schedule) == (
        day("2026-01-14"),
        day("2026-01-12"),
        schedule,
    )
    # The address of a stored occurrence shows its class.
    assert "edited by hand" in owner.get(occurrence_path(schedule, "2026-01-12")).content.decode()


def test_a_planned_occurrence_is_not_moved_to_a_taken_time(owner, marta):
    slot = make.slot(marta, make.student("Ana Ruiz"))
    make.lesson(make.student("Leo Park"), day("2026-01-14"), teacher=marta)
    answer = owner.post(
        occurrence_path(slot, "2026-01-12"), **move_form("2026-01-14", teacher=marta)
    )
    assert answer.status_code == 409
    assert "Leo Park" in answer.json()["refused"]
    assert ScheduledClass.objects.count() == 1


@pytest.mark.parametrize("on", ["2026-01-13", "2024-01-01", "soon", "0001-01-01"])
def test_a_date_without_an_occurrence_is_not_found(owner, marta, on):
    slot = make.slot(marta)
    assert owner.post(occurrence_path(slot, on), action="cancel", by="studio").status_code == 404


def test_a_deleted_class_is_not_found(owner):
    answer = owner.post("classes/999999/", action="cancel", by="studio")
    assert answer.status_code == 404
    assert answer.json() == {"refused": "There is no such class any more."}


def test_a_viewer_can_read_only(reader_as, scheduled_class, marta):
    viewer = reader_as("Viewer")
    slot = make.slot(marta, make.student("Leo Park"), start="15:00")
    for address in (path(scheduled_class), occurrence_path(slot, "2026-01-12")):
        assert viewer.get(address).status_code == 200
        assert actions(viewer, address) == set()
        assert viewer.post(address, action="cancel", by="studio").status_code == 403
    assert viewer.get().context["config"]["mayChange"] is False
    assert ScheduledClass.objects.get().status == ClassStatus.SCHEDULED


class TestTeacher:
    @pytest.fixture
    def teacher(self, reader_as, marta):
        return reader_as("Teacher", marta)

    @pytest.fixture
    def other(self):
        return make.lesson(make.student("Leo Park"), teacher=make.teacher("Tom Lee"))

    def test_sees_only_their_own_classes_and_occurrences(
        self, teacher, scheduled_class, other, marta
    ):
        make.slot(marta, make.student("Eva Sol"), start="15:00")
        make.slot(other.teacher, make.student("Kim Roe"), start="15:00")
        for query in ({}, {"teacher": other.teacher_id}):
            feed = teacher.feed(**query)
            assert list(feed["students"].values()) == ["Ana Ruiz"]
            planned = teacher.feed("planned/", **query)["planned"]
            assert [occurrence["student"] for occurrence in planned] == ["Eva Sol"]
            assert teacher.feed("days/", **query)["days"] == {"2026-01-05": {"scheduled": 1}}

    def test_finds_only_their_own_students_by_name(self, teacher, scheduled_class, other):
        make.lesson(
            make.student("Ana Ruiz", email="x@example.org"),
            teacher=scheduled_class.teacher,
            start="12:00",
            end="13:00",
        )
        found = teacher.get("students/").json()["students"]
        assert [student["name"].split(" ·")[0] for student in found] == ["Ana Ruiz", "Ana Ruiz"]
        assert "example.org" not in str(found)

    def test_does_not_see_closures_of_others(self, teacher, scheduled_class, other):
        make.closure("Surgery", MONDAY, teacher=other.teacher)
        make.closure("Pause", MONDAY, student=other.student)
        make.closure("Holiday", MONDAY)
        assert [closure["name"] for closure in teacher.feed()["closures"]] == ["Holiday"]

    def test_marks_and_completes_but_cannot_move_or_cancel(self, teacher, scheduled_class):
        past = make.lesson(
            scheduled_class.student, day("2026-01-02"), teacher=scheduled_class.teacher
        )
        assert actions(teacher, path(past)) == {"complete", "mark"}
        assert teacher.post(path(past), action="complete").status_code == 200
        for data in (
            move_form(teacher=scheduled_class.teacher),
            {"action": "cancel", "by": "teacher"},
        ):
            assert teacher.post(path(scheduled_class), **data).status_code == 409
        scheduled_class.refresh_from_db()
        assert (scheduled_class.status, scheduled_class.date) == (ClassStatus.SCHEDULED, MONDAY)

    def test_cannot_reach_classes_of_others(self, teacher, other):
        slot = make.slot(other.teacher, other.student, start="15:00")
        for address in (path(other), occurrence_path(slot, "2026-01-12")):
            assert teacher.get(address).status_code == 404
        assert teacher.post(path(other), action="mark", attendance="present").status_code == 404
        answer = teacher.post(occurrence_path(slot, "2026-01-12"), action="cancel", by="studio")
        assert answer.status_code == 403
        assert ScheduledClass.objects.count() == 1


def test_a_class_moved_to_a_closed_day_takes_place_with_a_note(owner, scheduled_class, marta):
    make.closure("Strike", day("2026-01-07"))
    answer = owner.post(path(scheduled_class), **move_form("2026-01-07", teacher=marta))
    assert answer.status_code == 200
    assert "is closed (Strike); the class takes place anyway." in answer.json()["done"]
    scheduled_class.refresh_from_db()
    assert (str(scheduled_class.date), scheduled_class.status) == (
        "2026-01-07",
        ClassStatus.SCHEDULED,
    )
