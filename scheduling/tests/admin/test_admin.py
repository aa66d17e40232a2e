"""The admin's lists and forms: saving a schedule creates its classes, errors have a reason."""

from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from scheduling.models import (
    CancelledBy,
    ClassStatus,
    FixedSchedule,
    JobRun,
    RecurringSlot,
    ScheduledClass,
    Student,
    Teacher,
    Trigger,
)
from scheduling.tests.admin.schedules.helpers import hidden_fields

# A saved schedule is applied on commit, which a test inside a transaction never reaches.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

TABLES = (
    "closure",
    "fixedschedule",
    "guardian",
    "jobrun",
    "jobrunitem",
    "lessonsettings",
    "recurringslot",
    "scheduledclass",
    "student",
    "teacher",
)


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("teresa"))
    return client


def studio_monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


def student_form(**schedule: str) -> dict[str, str]:
    form = {
        "first_name": "Ana",
        "last_name": "Gil",
        "start_date": "2026-01-01",
        "is_active": "on",
        "language": "en",
        "student_guardians-TOTAL_FORMS": "0",
        "student_guardians-INITIAL_FORMS": "0",
        "fixed_schedules-TOTAL_FORMS": "1",
        "fixed_schedules-INITIAL_FORMS": "0",
        "fixed_schedules-0-weekday": "1",
        "fixed_schedules-0-start_time": "17:00",
        "fixed_schedules-0-end_time": "18:00",
        "fixed_schedules-0-interval_weeks": "1",
    }
    return form | {f"fixed_schedules-0-{name}": value for name, value in schedule.items()}


def class_form(scheduled_class: ScheduledClass, **changes: str) -> dict[str, str]:
    form = {
        "student": str(scheduled_class.student_id),
        "teacher": str(scheduled_class.teacher_id or ""),
        "date": str(scheduled_class.date),
        "start_time": f"{scheduled_class.start_time:%H:%M}",
        "end_time": f"{scheduled_class.end_time:%H:%M}",
        "time_zone": scheduled_class.time_zone,
        "status": scheduled_class.status,
    }
    return form | changes


def create_class(**changes: object) -> ScheduledClass:
    teacher = Teacher.objects.create(name="Marta Gil", time_zone="Europe/Madrid")
    student = Student.objects.create(first_name="Leo", last_name="Park")
    values = {
        "teacher": teacher,
        "student": student,
        "date": date(2026, 11, 26),
        "start_time": time(17, 30),
        "end_time": time(18, 15),
    }
    return ScheduledClass.objects.create(**values | changes)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_list(browser: Client, table: str) -> None:
    assert browser.get(f"/admin/scheduling/{table}/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("table", [t for t in TABLES if not t.startswith("jobrun")])
def test_every_table_but_the_log_has_a_form(browser: Client, table: str) -> None:
    assert browser.get(f"/admin/scheduling/{table}/add/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["jobrun", "jobrunitem", "message"])
def test_the_log_has_no_add_form(browser: Client, table: str) -> None:
    assert browser.get(f"/admin/scheduling/{table}/add/").status_code == 403


def test_saving_a_schedule_creates_the_class_of_this_week(browser: Client) -> None:
    answer = browser.post("/admin/scheduling/student/add/", student_form(), follow=True)

    stored = ScheduledClass.objects.get()
    assert stored.date == studio_monday()
    assert "Classes: 1 created." in answer.content.decode()
    runs = set(JobRun.objects.values_list("job", "trigger", "triggered_by", "is_full"))
    assert ("weekly", Trigger.CHANGE, "teresa", False) in runs


def test_a_conflict_after_a_save_is_named_and_linked(browser: Client) -> None:
    marta = Teacher.objects.create(name="Marta Gil", time_zone="UTC")
    leo = Student.objects.create(first_name="Leo", last_name="Park")
    values = {"teacher": marta, "student": leo, "date": studio_monday()}
    ScheduledClass.objects.create(**values, start_time=time(17), end_time=time(18))
    form = student_form(teacher=str(marta.pk))

    answer = browser.post("/admin/scheduling/student/add/", form, follow=True)

    text = answer.content.decode()
    # The run is repeated with all series of the teacher; the second run reports the conflict.
    rule, run = FixedSchedule.objects.get(), JobRun.objects.filter(job="weekly").latest("id")
    assert "1 class clashes with another lesson. Ana Gil, " in text
    assert "Marta Gil already teaches Leo Park" in text
    assert f"/admin/background-jobs/runs/{run.pk}/" in text
    conflict = f"/admin/conflicts/fixed_schedule/{rule.pk}/{studio_monday()}/"
    assert conflict in text
    assert "Move only this lesson" in browser.get(conflict).content.decode()


def test_saving_without_a_change_starts_no_run(browser: Client) -> None:
    student = Student.objects.create(first_name="Ana", last_name="Gil", start_date="2026-01-01")
    meeting = FixedSchedule.objects.create(
        student=student, weekday=1, start_time=time(17), end_time=time(18)
    )
    form = student_form(id=str(meeting.pk), student=str(student.pk), start_time="17:00:00")
    form["fixed_schedules-INITIAL_FORMS"] = "1"

    answer = browser.post(f"/admin/scheduling/student/{student.pk}/change/", form)

    assert answer.status_code == 302
    assert not JobRun.objects.exists()


def test_a_schedule_that_ends_before_it_starts_is_refused(browser: Client) -> None:
    answer = browser.post("/admin/scheduling/student/add/", student_form(end_time="16:00"))

    (row,) = answer.context["inline_admin_formsets"][0].formset.forms[:1]
    assert row.errors == {"end_time": ["The end time must be after the start time."]}
    assert not Student.objects.exists()


def test_an_invalid_weekday_is_refused(browser: Client) -> None:
    answer = browser.post("/admin/scheduling/student/add/", student_form(weekday="8"))

    assert "8 is not one of the available choices" in answer.content.decode()
    assert not Student.objects.exists()


@pytest.mark.parametrize("zone", ["Europe/Madird", "right/Europe/Madrid", "localtime", "Factory"])
def test_an_unknown_zone_is_refused(browser: Client, zone: str) -> None:
    form = {"name": "Tom Lee", "time_zone": zone, "is_active": "on"}

    answer = browser.post("/admin/scheduling/teacher/add/", form)

    assert f"“{zone}” is not a time zone" in answer.content.decode()
    assert not Teacher.objects.exists()


def test_a_new_zone_of_a_teacher_is_previewed_before_it_moves_classes(browser: Client) -> None:
    teacher = Teacher.objects.create(name="Marta Gil", time_zone="Europe/Madrid")
    student = Student.objects.create(first_name="Leo")
    form = {
        "teacher": str(teacher.pk),
        "student": str(student.pk),
        "weekday": "2",
        "start_time": "17:00",
        "duration_minutes": "45",
        "interval_weeks": "1",
        "status": "active",
        "valid_from": str(studio_monday()),
    }
    browser.post("/admin/scheduling/recurringslot/add/", form)
    assert RecurringSlot.objects.count() == 1
    made = ScheduledClass.objects.order_by("-date")[0]

    change = {
        "name": "Marta Gil",
        "time_zone": "Asia/Tokyo",
        "is_active": "on",
        "language": "en",
        "reminders": "on",
    }
    answer = browser.post(f"/admin/scheduling/teacher/{teacher.pk}/change/", change)
    page = browser.get(answer["Location"])
    text = page.content.decode()
    assert "Saved, still in Europe/Madrid: this is what the new time zone would do." in text
    teacher.refresh_from_db()
    made.refresh_from_db()
    assert (teacher.time_zone, made.time_zone) == ("Europe/Madrid", "Europe/Madrid")

    answer = browser.post(f"/admin/scheduling/teacher/{teacher.pk}/zone/", hidden_fields(page))
    assert answer["Location"] == f"/admin/scheduling/teacher/{teacher.pk}/change/"

    moved = ScheduledClass.objects.get(pk=made.pk)
    assert (moved.date, moved.start_time) == (made.date, time(17))
    assert moved.time_zone == "Asia/Tokyo"
    assert moved.starts_at < made.starts_at


def test_a_new_zone_of_a_teacher_without_classes_is_saved_at_once(browser: Client) -> None:
    teacher = Teacher.objects.create(name="Marta Gil", time_zone="Europe/Madrid")
    form = {"name": "Marta Gil", "time_zone": "Asia/Tokyo", "is_active": "on", "language": "en"}

    browser.post(f"/admin/scheduling/teacher/{teacher.pk}/change/", form)

    assert Teacher.objects.get().time_zone == "Asia/Tokyo"


def test_a_class_moved_by_hand_is_edited_and_its_instants_follow(browser: Client) -> None:
    stored = create_class()

    browser.post(
        f"/admin/scheduling/scheduledclass/{stored.pk}/change/",
        class_form(stored, date="2026-11-27", start_time="10:00", end_time="10:45"),
    )

    moved = ScheduledClass.objects.get()
    assert moved.edited_at is not None
    assert moved.starts_at.isoformat() == "2026-11-27T09:00:00+00:00"
    assert moved.ends_at - moved.starts_at == timedelta(minutes=45)


def test_a_double_booking_is_refused_naming_the_other_class(browser: Client) -> None:
    stored = create_class()
    other = Student.objects.create(first_name="Eva", last_name="Lund")

    answer = browser.post(
        "/admin/scheduling/scheduledclass/add/",
        class_form(stored, student=str(other.pk), start_time="18:00", end_time="19:00"),
    )

    page = answer.content.decode()
    assert "Marta Gil already teaches Leo Park at that time" in page
    assert "Thu 26 Nov 2026, 17:30–18:15 (Europe/Madrid)" in page
    assert ScheduledClass.objects.count() == 1


def test_a_concurrent_double_booking_is_refused_by_the_database(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = create_class()
    other = Student.objects.create(first_name="Eva", last_name="Lund")
    monkeypatch.setattr("scheduling.admin.classes.forms.refuse_double_booking", lambda *args: None)
    monkeypatch.setattr(
        "scheduling.services.classes.edit.refuse_double_booking", lambda *args: None
    )

    answer = browser.post(
        "/admin/scheduling/scheduledclass/add/",
        class_form(stored, student=str(other.pk)),
        follow=True,
    )

    assert "Marta Gil already teaches Leo Park at that time" in answer.content.decode()
    assert ScheduledClass.objects.count() == 1


def test_a_class_cancelled_by_hand_is_cancelled_by_the_studio(browser: Client) -> None:
    stored = create_class()

    browser.post(
        f"/admin/scheduling/scheduledclass/{stored.pk}/change/",
        class_form(stored, status="cancelled"),
    )

    stored.refresh_from_db()
    assert (stored.status, stored.cancelled_by) == (ClassStatus.CANCELLED, CancelledBy.STUDIO)
    assert stored.edited_at is not None


def test_a_cancelled_class_is_not_restored_to_a_taken_time(browser: Client) -> None:
    stored = create_class(status=ClassStatus.CANCELLED, cancelled_by=CancelledBy.STUDENT)
    eva = Student.objects.create(first_name="Eva", last_name="Lund")
    ScheduledClass.objects.create(
        teacher=stored.teacher,
        student=eva,
        date=stored.date,
        start_time=stored.start_time,
        end_time=stored.end_time,
    )

    answer = browser.post(
        f"/admin/scheduling/scheduledclass/{stored.pk}/change/",
        class_form(stored, status="scheduled"),
    )

    assert "already teaches Eva Lund" in answer.content.decode()
    stored.refresh_from_db()
    assert stored.status == ClassStatus.CANCELLED


def test_an_upcoming_class_is_not_completed(browser: Client) -> None:
    stored = create_class(date=date(2120, 1, 1))
    address = f"/admin/scheduling/scheduledclass/{stored.pk}/change/"

    offered = browser.get(address).content.decode()
    answer = browser.post(address, class_form(stored, status="completed"))

    assert 'value="cancelled"' in offered
    assert not any(f'value="{status}"' in offered for status in ("completed", "present", "closure"))
    assert "completed is not one of the available choices" in answer.content.decode()
    stored.refresh_from_db()
    assert stored.status == ClassStatus.SCHEDULED


def test_only_a_one_off_class_can_be_deleted(browser: Client) -> None:
    one_off = create_class()
    browser.post("/admin/scheduling/student/add/", student_form())
    generated = ScheduledClass.objects.get(week__isnull=False)

    page = "/admin/scheduling/scheduledclass/{}/delete/"
    assert browser.post(page.format(generated.pk), {"post": "yes"}).status_code == 403
    assert browser.post(page.format(one_off.pk), {"post": "yes"}).status_code == 302
    assert list(ScheduledClass.objects.all()) == [generated]


def test_anonymous_visitors_are_redirected_to_the_login(client: Client) -> None:
    for table in TABLES:
        answer = client.get(f"/admin/scheduling/{table}/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
