"""Today by hour on the first page: the classes of the day, and their marks in one tap."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from scheduling.models import ScheduledClass
from scheduling.services.roles import SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
# A Monday.
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def marta():
    return make.teacher("Marta Gil")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def scheduler():
    return client_of(account(SCHEDULER))


def lesson(name, start, teacher=None, **values):
    hour = int(start.split(":")[0])
    return make.lesson(make.student(name), NOON.date(), start, f"{hour + 1}:00", teacher, **values)


def mark(client, row, attendance):
    return client.post(f"/admin/today/{row.pk}/mark/", {"attendance": attendance})


def hours(client):
    return client.get("/admin/").context["front"]["hours"]


def test_classes_of_the_day_are_listed_by_hour(scheduler, marta):
    lesson("Leo Park", "15:00", marta, subject="Piano")
    lesson("Ana Ruiz", "10:00")
    make.lesson(make.student("Mia Roth"), NOON.date() + timedelta(days=1))
    found = [
        (line.start, line.end, line.details, line.students[0].name) for line in hours(scheduler)
    ]
    assert found == [
        ("10:00", "11:00", "", "Ana Ruiz"),
        ("15:00", "16:00", "Piano · Marta Gil", "Leo Park"),
    ]


def test_times_are_the_studios(scheduler, settings):
    make.studio(time_zone="Europe/Madrid", is_settled=True)
    row = lesson("Ana Ruiz", "10:00", time_zone="UTC")
    assert hours(scheduler)[0].start == "11:00"
    assert "Times: Europe/Madrid." in scheduler.get("/admin/").content.decode()
    # Nobody needs to read the zone that all classes share.
    row.time_zone = "Europe/Madrid"
    row.save()
    assert "Times: " not in scheduler.get("/admin/").content.decode()


def test_group_lesson_is_one_line(scheduler, marta):
    for name in ("Ana Ruiz", "Leo Park"):
        lesson(name, "10:00", marta, is_shared=True, subject="Choir")
    (line,) = hours(scheduler)
    assert [student.name for student in line.students] == ["Ana Ruiz", "Leo Park"]
    assert "2 students" in scheduler.get("/admin/").content.decode()


def test_group_lesson_in_two_rooms_is_a_line_for_each(scheduler, marta):
    hall = make.room("Hall")
    for name, room in (("Ana Ruiz", hall), ("Leo Park", None), ("Mia Roth", hall)):
        lesson(name, "10:00", marta, is_shared=True, room=room)
    found = {line.details: len(line.students) for line in hours(scheduler)}
    assert found == {"Marta Gil · Hall": 2, "Marta Gil": 1}


def test_one_tap_marks_and_one_takes_it_back(scheduler):
    row = lesson("Ana Ruiz", "10:00")
    answer = mark(scheduler, row, "present")
    assert answer["Location"] == f"/admin/#class-{row.pk}"
    row.refresh_from_db()
    assert row.attendance == "present"
    (student,) = hours(scheduler)[0].students
    assert (student.is_marked, student.buttons, student.state) == (True, [], "present")
    mark(scheduler, row, "")
    row.refresh_from_db()
    assert row.attendance == ""


def test_presence_is_offered_only_from_the_start_of_the_class(scheduler):
    row = lesson("Ana Ruiz", "15:00")
    (student,) = hours(scheduler)[0].students
    assert [value for value, _text in student.buttons] == [
        "excused",
        "unexcused",
        "teacher_absent",
    ]
    answer = scheduler.post(f"/admin/today/{row.pk}/mark/", {"attendance": "present"}, follow=True)
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["error"]
    row.refresh_from_db()
    assert row.attendance == ""


def test_cancelled_class_has_no_marks(scheduler):
    lesson("Ana Ruiz", "10:00", status="cancelled", cancelled_by="student")
    (student,) = hours(scheduler)[0].students
    assert (student.is_cancelled, student.buttons, student.is_marked) == (True, [], False)


def test_unknown_mark_and_unknown_class_are_404(scheduler):
    row = lesson("Ana Ruiz", "10:00")
    assert mark(scheduler, row, "late").status_code == 404
    row.pk += 1
    assert mark(scheduler, row, "present").status_code == 404


def test_viewer_sees_the_day_without_buttons_and_may_not_mark():
    row = lesson("Ana Ruiz", "10:00")
    client = client_of(account(VIEWER))
    (student,) = hours(client)[0].students
    assert student.buttons == []
    assert mark(client, row, "present").status_code == 403


def test_teacher_sees_and_marks_their_own_day_only(marta):
    own, other = lesson("Ana Ruiz", "10:00", marta), lesson("Leo Park", "10:00")
    client = client_of(account(TEACHER, "marta", marta))
    (line,) = hours(client)
    # The teacher is the reader.
    assert (line.details, line.students[0].name) == ("", "Ana Ruiz")
    assert mark(client, own, "present").status_code == 302
    assert mark(client, other, "present").status_code == 404
    assert ScheduledClass.objects.filter(attendance="present").get() == own


def test_long_day_shows_the_classes_around_now_and_a_link_to_the_others(scheduler):
    start = NOON.replace(hour=0)
    for number in range(80):
        begins = start + timedelta(minutes=15 * number)
        row = make.lesson(make.student(), NOON.date())
        ScheduledClass.objects.filter(pk=row.pk).update(
            starts_at=begins, ends_at=begins + timedelta(minutes=15)
        )
    front = scheduler.get("/admin/").context["front"]
    assert len(front["hours"]) == 42
    assert front["hours"][10].start == "12:00"
    assert front["more"] == 38
    assert timezone.now() == NOON


DAY = timedelta(days=1)


def remarks(client):
    """Return the remark on each student's line of the day."""
    return {each.name: each.remark for line in hours(client) for each in line.students}


def test_an_absence_last_time_counts_for_the_same_teacher_only(scheduler, marta):
    today = lesson("Ana Ruiz", "10:00", marta)
    ana, other = today.student, make.teacher("Tom Lee")
    lesson("Leo Park", "10:00")
    make.lesson(ana, NOON.date() - 9 * DAY, "10:00", "11:00", marta, attendance="present")
    make.lesson(ana, NOON.date() - 8 * DAY, "10:00", "11:00", marta, attendance="unexcused")
    # None of these is the last lesson with the teacher.
    make.lesson(ana, NOON.date() - 7 * DAY, "10:00", "11:00", other, attendance="present")
    make.lesson(ana, NOON.date() - 6 * DAY, teacher=marta, attendance="teacher_absent")
    make.lesson(
        ana, NOON.date() - 5 * DAY, teacher=marta, status="cancelled", cancelled_by="studio"
    )
    assert remarks(scheduler) == {"Ana Ruiz": "last time: absent", "Leo Park": ""}
    substitute = make.lesson(
        ana, NOON.date() - 4 * DAY, teacher=other, original_teacher=marta, attendance="excused"
    )
    assert remarks(scheduler)["Ana Ruiz"] == "last time: absent"
    ScheduledClass.objects.filter(pk=substitute.pk).update(attendance="present")
    assert remarks(scheduler)["Ana Ruiz"] == ""


def test_first_lesson_is_that_of_a_student_who_has_just_started(scheduler, marta):
    for name, start in (("Eva Sol", NOON.date() - 27 * DAY), ("Max Roca", NOON.date() - 28 * DAY)):
        make.lesson(make.student(name, start=start), NOON.date(), "10:00", "11:00")
    lesson("Ana Ruiz", "10:00", marta)
    eva = lesson("Leo Park", "13:00").student
    eva.start_date = NOON.date()
    eva.save()
    make.lesson(eva, NOON.date(), "15:00", "16:00")
    found = [
        (line.start, each.name, each.remark) for line in hours(scheduler) for each in line.students
    ]
    assert [entry[:2] for entry in found if entry[2] == "first lesson"] == [
        ("10:00", "Eva Sol"),
        ("13:00", "Leo Park"),
    ]


def test_moved_classes_name_their_day_and_lost_ones_lead_to_a_time(scheduler, marta):
    make.studio(makeup_rule="notice", is_settled=True)
    slot = make.slot(marta, make.student("Ana Ruiz"), weekday=3)
    moved = make.lesson(on=NOON.date() + 2 * DAY, recurring_slot=slot)
    moved.date = NOON.date()
    moved.save()
    lost = lesson("Leo Park", "13:00", marta, status="cancelled", cancelled_by="teacher")
    assert remarks(scheduler) == {
        "Ana Ruiz": "moved from Wednesday",
        "Leo Park": "make-up owed",
    }
    page = scheduler.get("/admin/").content.decode()
    find = hours(scheduler)[1].students[0].find
    assert find.replace("&", "&amp;") in page
    assert f"make_up={lost.pk}" in find
    ScheduledClass.objects.filter(pk=moved.pk).update(
        occurrence_date=NOON.date() - 4 * DAY, week=NOON.date() - 7 * DAY
    )
    assert remarks(scheduler)["Ana Ruiz"] == "moved from Thu 1 Jan"
    viewer = client_of(account(VIEWER))
    assert remarks(viewer)["Leo Park"] == "make-up owed"
    assert hours(viewer)[1].students[0].find == ""


def test_a_teacher_reads_how_long_a_cancelled_class_leaves_free(marta):
    gone = {"status": "cancelled", "cancelled_by": "student"}
    lesson("Ana Ruiz", "09:00", marta, **gone)
    lesson("Leo Park", "10:00", marta)
    lesson("Eva Sol", "13:00", marta, **gone)
    lesson("Max Roca", "15:00", marta)
    lesson("Mia Roth", "17:00", marta, **gone)
    client = client_of(account(TEACHER, "marta", marta))
    found = {name: remark for name, remark in remarks(client).items() if remark}
    assert found == {"Eva Sol": "free until 15:00"}
    lesson("Tom Rey", "13:00", marta)
    assert remarks(client)["Eva Sol"] == ""
