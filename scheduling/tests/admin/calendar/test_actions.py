"""What is done from the calendar goes through the services, with their refusals as sentences."""

import re

import pytest

from scheduling.models import Attendance, CancelledBy, ClassStatus, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import horizon

from .conftest import CALENDAR

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]


def path(one):
    return f"classes/{one.pk}/"


def ghost_path(series, on):
    kind = "recurring_slot" if hasattr(series, "duration_minutes") else "fixed_schedule"
    return f"occurrences/{kind}/{series.pk}/{on}/"


def place(on="2026-01-06", start="10:00", end="11:00", teacher=None):
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
def one(marta):
    return make.lesson(make.student("Ana Ruiz"), teacher=marta, subject="Piano")


def test_the_details_say_everything_and_lead_on(owner, one):
    text = owner.get(path(one)).content.decode()
    for said in ("Ana Ruiz", "Piano", "10:00–11:00", "Europe/Madrid", "Marta Gil", "one-off"):
        assert said in text
    assert f"/admin/scheduling/scheduledclass/{one.pk}/change/" in text
    assert f"/admin/scheduling/student/{one.student_id}/change/" in text
    assert f"/admin/scheduling/teacher/{one.teacher_id}/change/" in text
    explained = re.search(r'href="([^"]+)">Explain this date', text)[1].replace("&amp;", "&")
    answer = owner.client.get(explained)
    assert answer.status_code == 200
    assert "Ana Ruiz" in answer.content.decode()


def test_a_script_gets_the_details_alone_and_a_person_a_page(owner, one):
    headers = {"X-Requested-With": "XMLHttpRequest"}
    part = owner.client.get(CALENDAR + path(one), headers=headers).content.decode()
    assert "<html" not in part
    assert "<html" in owner.get(path(one)).content.decode()


def test_a_class_is_moved_and_the_answer_says_where_to(owner, one):
    answer = owner.post(path(one), **place(teacher=one.teacher))
    assert answer.status_code == 200
    assert answer.json() == {
        "done": "The class of Ana Ruiz is now on Tue 6 Jan 2026, 10:00–11:00 (Europe/Madrid)."
    }
    one.refresh_from_db()
    assert (one.date, one.edited_at is not None) == (day("2026-01-06"), True)


def test_a_move_to_where_the_teacher_is_taken_is_refused_by_name(owner, one, marta):
    make.lesson(make.student("Leo Park"), day("2026-01-06"), teacher=marta)
    answer = owner.post(path(one), **place(teacher=marta))
    assert answer.status_code == 409
    assert answer.json()["refused"] == (
        "Marta Gil already teaches Leo Park at that time: "
        "Tue 6 Jan 2026, 10:00–11:00 (Europe/Madrid)."
    )
    one.refresh_from_db()
    assert (one.date, one.edited_at) == (MONDAY, None)


def test_to_another_teacher(owner, one):
    tom = make.teacher("Tom Lee")
    assert owner.post(path(one), **place(teacher=tom)).status_code == 200
    one.refresh_from_db()
    assert one.teacher == tom


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date": ""}, "Date: This field is required."),
        ({"date": "soon"}, "Date: Enter a valid date."),
        ({"start_time": "25:00"}, "From: Enter a valid time."),
        ({"teacher": ""}, "Teacher: This field is required."),
        ({"teacher": "999999"}, "Teacher: Select a valid choice"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_by_its_field(owner, one, change, said):
    answer = owner.post(path(one), **(place(teacher=one.teacher) | change))
    assert answer.status_code == 400
    assert answer.json()["refused"].startswith(said)


def test_without_a_script_the_refusal_stands_on_the_page(owner, one, marta):
    make.lesson(make.student("Leo Park"), day("2026-01-06"), teacher=marta)
    answer = owner.client.post(CALENDAR + path(one), place(teacher=marta))
    assert answer.status_code == 409
    assert "Marta Gil already teaches Leo Park" in answer.content.decode()
    answer = owner.client.post(CALENDAR + path(one), place("2026-01-07", teacher=marta))
    assert (answer.status_code, answer["Location"]) == (302, CALENDAR + path(one))


def test_a_class_is_cancelled_by_someone_for_a_reason_and_restored(owner, one):
    owner.post(path(one), action="cancel", by="student", reason="Ill", chargeable="on")
    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.cancel_reason) == ("cancelled", "student", "Ill")
    assert one.is_chargeable
    assert "To be paid all the same" in owner.get(path(one)).content.decode()
    assert actions(owner, path(one)) == {"restore"}

    owner.post(path(one), action="restore")
    one.refresh_from_db()
    assert (one.status, one.cancelled_by) == (ClassStatus.SCHEDULED, "")


def test_nobody_cancels_in_the_name_of_a_closure(owner, one):
    assert owner.post(path(one), action="cancel", by="closure").status_code == 400


def test_restoring_where_the_place_is_taken_is_refused(owner, one, marta):
    owner.post(path(one), action="cancel", by="studio")
    make.lesson(make.student("Leo Park"), teacher=marta)
    answer = owner.post(path(one), action="restore")
    assert answer.status_code == 409
    assert "Leo Park" in answer.json()["refused"]


def test_a_class_that_has_begun_is_completed_and_not_before(owner, one):
    assert "complete" not in actions(owner, path(one))
    assert owner.post(path(one), action="complete").status_code == 409
    past = make.lesson(one.student, day("2026-01-02"), teacher=one.teacher)
    assert owner.post(path(past), action="complete").status_code == 200
    past.refresh_from_db()
    assert past.status == ClassStatus.COMPLETED


def test_attendance_and_notes(owner, one):
    owner.post(path(one), action="mark", attendance="excused", notes="Called in sick")
    one.refresh_from_db()
    assert (one.attendance, one.notes) == (Attendance.EXCUSED, "Called in sick")


def test_a_ghost_that_is_cancelled_stays_cancelled_in_the_next_run(owner, marta):
    slot = make.slot(marta, make.student("Ana Ruiz"))
    answer = owner.post(ghost_path(slot, "2026-01-12"), action="cancel", by="teacher", reason="")
    assert answer.json() == {
        "done": "The class of Ana Ruiz on Mon 12 Jan 2026, 10:00–11:00 (Europe/Madrid) is "
        "cancelled."
    }
    horizon()
    row = ScheduledClass.objects.get(date="2026-01-12")
    assert (row.status, row.cancelled_by) == (ClassStatus.CANCELLED, CancelledBy.TEACHER)
    assert ScheduledClass.objects.count() == 12


def test_a_ghost_that_is_moved_fulfils_its_week(owner, marta):
    schedule = make.schedule(make.student("Ana Ruiz"), marta)
    answer = owner.post(ghost_path(schedule, "2026-01-12"), **place("2026-01-14", teacher=marta))
    assert answer.status_code == 200
    row = ScheduledClass.objects.get()
    assert (row.date, row.week, row.fixed_schedule) == (
        day("2026-01-14"),
        day("2026-01-12"),
        schedule,
    )
    # Once it is stored, its address leads to the class.
    assert "edited by hand" in owner.get(ghost_path(schedule, "2026-01-12")).content.decode()


def test_a_ghost_is_not_moved_to_where_another_class_is(owner, marta):
    slot = make.slot(marta, make.student("Ana Ruiz"))
    make.lesson(make.student("Leo Park"), day("2026-01-14"), teacher=marta)
    answer = owner.post(ghost_path(slot, "2026-01-12"), **place("2026-01-14", teacher=marta))
    assert answer.status_code == 409
    assert "Leo Park" in answer.json()["refused"]
    assert ScheduledClass.objects.count() == 1


@pytest.mark.parametrize("on", ["2026-01-13", "2024-01-01", "soon", "0001-01-01"])
def test_what_is_no_occurrence_is_not_there(owner, marta, on):
    slot = make.slot(marta)
    assert owner.post(ghost_path(slot, on), action="cancel", by="studio").status_code == 404


def test_a_class_that_is_gone_says_so(owner):
    answer = owner.post("classes/999999/", action="cancel", by="studio")
    assert answer.status_code == 404
    assert answer.json() == {"refused": "There is no such class any more."}


def test_a_viewer_sees_and_does_nothing(reader_as, one, marta):
    viewer = reader_as("Viewer")
    slot = make.slot(marta, make.student("Leo Park"), start="15:00")
    for address in (path(one), ghost_path(slot, "2026-01-12")):
        assert viewer.get(address).status_code == 200
        assert actions(viewer, address) == set()
        assert viewer.post(address, action="cancel", by="studio").status_code == 403
    assert viewer.get().context["config"]["mayChange"] is False
    assert ScheduledClass.objects.get().status == ClassStatus.SCHEDULED


class TestATeacher:
    @pytest.fixture
    def teacher(self, reader_as, marta):
        return reader_as("Teacher", marta)

    @pytest.fixture
    def other(self):
        return make.lesson(make.student("Leo Park"), teacher=make.teacher("Tom Lee"))

    def test_sees_own_classes_and_ghosts_alone(self, teacher, one, other, marta):
        make.slot(marta, make.student("Eva Sol"), start="15:00")
        make.slot(other.teacher, make.student("Kim Roe"), start="15:00")
        for query in ({}, {"teacher": other.teacher_id}):
            feed = teacher.feed(**query)
            assert list(feed["students"].values()) == ["Ana Ruiz"]
            ghosts = teacher.feed("planned/", **query)["planned"]
            assert [ghost["student"] for ghost in ghosts] == ["Eva Sol"]
            assert teacher.feed("days/", **query)["days"] == {"2026-01-05": {"scheduled": 1}}

    def test_finds_own_students_alone_and_no_address_of_theirs(self, teacher, one, other):
        make.lesson(
            make.student("Ana Ruiz", email="x@example.org"),
            teacher=one.teacher,
            start="12:00",
            end="13:00",
        )
        found = teacher.get("students/").json()["students"]
        assert [student["name"].split(" ·")[0] for student in found] == ["Ana Ruiz", "Ana Ruiz"]
        assert "example.org" not in str(found)

    def test_is_not_told_when_others_are_away(self, teacher, one, other):
        make.closure("Surgery", MONDAY, teacher=other.teacher)
        make.closure("Pause", MONDAY, student=other.student)
        make.closure("Holiday", MONDAY)
        assert [c["name"] for c in teacher.feed()["closures"]] == ["Holiday"]

    def test_marks_and_completes_but_does_not_move_or_cancel(self, teacher, one):
        past = make.lesson(one.student, day("2026-01-02"), teacher=one.teacher)
        assert actions(teacher, path(past)) == {"complete", "mark"}
        assert teacher.post(path(past), action="complete").status_code == 200
        for data in (place(teacher=one.teacher), {"action": "cancel", "by": "teacher"}):
            assert teacher.post(path(one), **data).status_code == 409
        one.refresh_from_db()
        assert (one.status, one.date) == (ClassStatus.SCHEDULED, MONDAY)

    def test_does_not_reach_what_is_not_theirs(self, teacher, other):
        slot = make.slot(other.teacher, other.student, start="15:00")
        for address in (path(other), ghost_path(slot, "2026-01-12")):
            assert teacher.get(address).status_code == 404
        assert teacher.post(path(other), action="mark", attendance="present").status_code == 404
        answer = teacher.post(ghost_path(slot, "2026-01-12"), action="cancel", by="studio")
        assert answer.status_code == 403
        assert ScheduledClass.objects.count() == 1


def test_a_class_moved_to_a_closed_day_takes_place_and_that_is_said(owner, one, marta):
    make.closure("Strike", day("2026-01-07"))
    answer = owner.post(path(one), **place("2026-01-07", teacher=marta))
    assert answer.status_code == 200
    assert "is closed (Strike); the class takes place anyway." in answer.json()["done"]
    one.refresh_from_db()
    assert (str(one.date), one.status) == ("2026-01-07", ClassStatus.SCHEDULED)
