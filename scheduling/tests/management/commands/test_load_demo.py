"""manage.py load_demo: the rows of the demo studio, repeated loads and options."""

import io
from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command

from scheduling.models import (
    Closure,
    FixedSchedule,
    Guardian,
    Job,
    LessonDuration,
    LessonSettings,
    RecurringSlot,
    Room,
    ScheduledClass,
    Student,
    StudentGuardian,
    Studio,
    Teacher,
    WorkingHours,
)
from scheduling.services.demo import load_demo, substitute_in_demo
from scheduling.services.demo.timetable_grid import days_away
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import run_job

pytestmark = pytest.mark.one_database(name="sqlite")

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
TODAY = NOW.date()
TABLES = (
    *(Teacher, WorkingHours, Room, LessonSettings, LessonDuration),
    *(Student, Guardian, StudentGuardian),
    *(FixedSchedule, RecurringSlot, Closure),
)


def all_rows():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def content():
    """Return the reproducible values: all but ids."""
    return (
        [
            *Teacher.objects.order_by("email").values_list("name", "email", "time_zone"),
            *Student.objects.order_by("email").values_list(
                "first_name", "last_name", "email", "start_date", "end_date", "language"
            ),
        ],
        sorted(
            RecurringSlot.objects.values_list(
                "student__email", "teacher__email", "weekday", "start_time", "duration_minutes",
                "subject", "status", "is_shared", "interval_weeks", "valid_from",
            )
        ),
        sorted(
            FixedSchedule.objects.values_list(
                "student__email", "weekday", "start_time", "end_time", "subject", "is_shared"
            )
        ),
    )  # fmt: skip


def call(*args):
    out = io.StringIO()
    call_command("load_demo", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_existing_studio_name_is_kept():
    call_command("load_demo", students=2, teachers=1)
    row = Studio.objects.get()
    assert (row.name, row.time_zone, row.is_settled) == ("Cadenza", "UTC", False)
    assert row.family_pages
    make.studio(name="Clara")
    call_command("load_demo", students=4, teachers=1)
    assert Studio.objects.get().name == "Clara"


@pytest.mark.parametrize("weekday", range(1, 7))
def test_days_away_are_at_least_two_days_apart(weekday):
    days = days_away(weekday)
    assert len(days) >= 2
    for day in days:
        assert min((day - weekday) % 7, (weekday - day) % 7) >= 2


@pytest.mark.django_db
class TestStudioOf1000Students:
    @pytest.fixture(autouse=True)
    def _loaded(self):
        load_demo(1000, 20, 1, NOW)

    def test_each_student_has_a_slot_and_one_or_two_meetings(self):
        slots = Counter(RecurringSlot.objects.values_list("student_id", flat=True))
        meetings = Counter(FixedSchedule.objects.values_list("student_id", flat=True))
        ids = set(Student.objects.values_list("id", flat=True))
        assert set(slots) == set(meetings) == ids
        assert set(slots.values()) == {1}
        assert set(meetings.values()) == {1, 2}

    def test_fixed_schedules_have_no_teacher_or_that_of_the_slot(self):
        teachers = dict(RecurringSlot.objects.values_list("student_id", "teacher_id"))
        with_teacher = FixedSchedule.objects.exclude(teacher=None)
        assert 50 < with_teacher.count() < FixedSchedule.objects.count()
        for student, teacher in with_teacher.values_list("student_id", "teacher_id"):
            assert teachers[student] == teacher

    def test_teachers_are_in_ten_zones(self):
        zones = Counter(Teacher.objects.values_list("time_zone", flat=True))
        assert set(zones.values()) == {2}
        assert len(zones) == 10
        expected = {"Europe/Madrid", "America/Mexico_City", "Asia/Tokyo", "Australia/Lord_Howe"}
        assert expected <= zones.keys()
        assert len(set(Teacher.objects.values_list("name", flat=True))) == 20

    def test_lessons_in_madrid_and_london_are_in_a_room_of_their_teacher(self):
        zones = ("Europe/Madrid", "Europe/London")
        on_site = set(Teacher.objects.filter(time_zone__in=zones).values_list("pk", flat=True))
        for table in (RecurringSlot, FixedSchedule):
            pairs = set(table.objects.exclude(room=None).values_list("teacher", "room"))
            assert {teacher for teacher, _room in pairs} == on_site
            assert len({room for _teacher, room in pairs}) == len(pairs) == 4
            assert not table.objects.filter(room=None, teacher__in=on_site).exists()
        names = list(Room.objects.values_list("name", flat=True))
        assert names == ["Hall", "Room 1", "Room 2", "Room 3", "Room 4"]

    def test_most_teachers_have_lesson_settings_with_prices(self):
        assert LessonSettings.objects.count() == 16
        for settings in LessonSettings.objects.all():
            prices = list(settings.durations.values_list("minutes", "price"))
            assert [minutes for minutes, _price in prices] == [30, 45, 60]
            assert all(price > 0 for _minutes, price in prices)

    def test_most_teachers_have_working_hours_and_subjects(self):
        hours = Counter(WorkingHours.objects.values_list("teacher_id", flat=True))
        assert (len(hours), set(hours.values())) == (16, {6})
        ends = Counter(WorkingHours.objects.filter(weekday=6).values_list("end_time", flat=True))
        assert ends == {time(14): 8, time(21): 8}
        assert Teacher.objects.exclude(subjects="").count() == 14
        assert all(len(teacher.subject_list) in (0, 2) for teacher in Teacher.objects.all())

    def test_about_one_in_fifty_is_paused_ended_or_not_yet_started(self):
        paused = set(Closure.objects.values_list("student_id", flat=True))
        ended = set(Student.objects.filter(end_date__lt=TODAY).values_list("id", flat=True))
        ahead = set(Student.objects.filter(start_date__gt=TODAY).values_list("id", flat=True))
        assert len(paused | ended | ahead) == len(paused) + len(ended) + len(ahead) == 20
        assert min(len(paused), len(ended), len(ahead)) >= 6
        by_status = defaultdict(set)
        for student, status in RecurringSlot.objects.values_list("student_id", "status"):
            by_status[status].add(student)
        assert by_status["paused"] == paused
        assert by_status["cancelled"] == ended

    def test_all_other_series_have_started(self):
        assert not Student.objects.filter(start_date=None).exists()
        assert not FixedSchedule.objects.exclude(valid_from=None).exists()

    def test_rows_pass_validation(self):
        for table in TABLES:
            for row in table.objects.all()[:100]:
                row.full_clean()

    def test_names_have_many_alphabets(self):
        names = " ".join(f"{s.first_name} {s.last_name}" for s in Student.objects.all())
        for sample in ("é", "ñ", "Í", "ł", "ō", "'", "م", "ко", "ά", "王"):
            assert sample in names
        assert all(student.first_name and student.last_name for student in Student.objects.all())
        addresses = set(Student.objects.values_list("email", flat=True))
        assert len(addresses) == 1000
        assert all(address.isascii() for address in addresses)

    def test_studio_has_no_classes(self):
        assert not ScheduledClass.objects.exists()


@pytest.mark.django_db
def test_sixty_students_have_one_of_each_exception():
    load_demo(60, 10, 1, NOW)
    assert Closure.objects.count() == 1
    assert Student.objects.filter(end_date__lt=TODAY).count() == 1
    assert Student.objects.filter(start_date__gt=TODAY).count() == 1


@pytest.mark.django_db
def test_one_coming_class_has_a_substitute():
    load_demo(60, 10, 1, NOW)
    assert not substitute_in_demo(1, NOW)
    run_job(Job.HORIZON, TODAY, NOW, weeks=2)
    for _again in range(2):
        assert substitute_in_demo(1, NOW)
        row = ScheduledClass.objects.get(original_teacher__isnull=False)
        assert row.starts_at > NOW
    run_job(Job.HORIZON, TODAY, NOW, weeks=2)
    row.refresh_from_db()
    assert row.teacher != row.original_teacher


@pytest.mark.django_db
def test_more_students_than_hours_join_group_lessons():
    load_demo(300, 2, 1, NOW)
    groups = Counter(
        RecurringSlot.objects.filter(is_shared=True).values_list(
            "teacher_id", "weekday", "start_time", "duration_minutes", "interval_weeks", "subject"
        )
    )
    assert 100 < sum(groups.values()) < 300
    assert min(groups.values()) > 1
    assert FixedSchedule.objects.filter(is_shared=True, teacher__isnull=False).exists()


@pytest.mark.django_db
def test_second_load_changes_nothing_and_reports_it():
    created = call()
    assert "10 teachers, 60 students" in created
    assert created.endswith(", 3 rooms.\n")
    before = all_rows()
    assert call() == "Demo studio 1: all of it is there already; nothing was changed.\n"
    assert all_rows() == before
    load_demo(60, 10, 1, NOW + timedelta(days=500))
    assert not load_demo(30, 10, 1, NOW)
    assert all_rows() == before


@pytest.mark.django_db
def test_edited_people_and_series_are_kept():
    load_demo(20, 3, 1, NOW)
    Student.objects.update(first_name="Edited", email="edited@example.com")
    RecurringSlot.objects.update(weekday=1, start_time=time(5))
    FixedSchedule.objects.all().delete()
    Teacher.objects.update(name="Edited", time_zone="UTC")
    before = all_rows()
    assert not load_demo(20, 3, 1, NOW)
    assert all_rows() == before


@pytest.mark.django_db
def test_demo_is_reproducible():
    load_demo(150, 4, 7, NOW)
    first = content()
    for table in reversed(TABLES):
        table.objects.all().delete()
    load_demo(150, 4, 7, NOW)
    assert content() == first
    for table in reversed(TABLES):
        table.objects.all().delete()
    # Two steps create the same studio.
    load_demo(40, 4, 7, NOW)
    load_demo(150, 4, 7, NOW)
    assert content() == first


@pytest.mark.django_db
def test_seeds_create_different_people():
    load_demo(60, 10, 1, NOW)
    first = content()
    load_demo(60, 10, 2, NOW)
    assert Student.objects.count() == 120
    emails = set(Student.objects.values_list("email", flat=True))
    emails |= set(Teacher.objects.values_list("email", flat=True))
    assert len(emails) == 140
    names = [name for name, *_rest in first[0][:10]]
    assert Teacher.objects.filter(name__in=names).count() == 10


@pytest.mark.django_db
def test_other_number_of_teachers_is_refused():
    call("--students", "9", "--teachers", "3")
    before = all_rows()
    advice = r"3 teachers.* Use --teachers 3, or another --seed"
    with pytest.raises(CommandError, match=advice) as e:
        call("--students", "9", "--teachers", "4")
    assert e.value.returncode == 1
    assert all_rows() == before
    # Seed 11 is a different studio from seed 1.
    assert "4 teachers, 9 students" in call("--students", "9", "--teachers", "4", "--seed", "11")


@pytest.mark.django_db
def test_smallest_studios_are_created():
    assert "1 teacher, 0 students" in call("--students", "0", "--teachers", "1")
    assert "0 teachers, 1 student," in call("--students", "1", "--teachers", "1")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("students", "-1"),
        ("students", "1000001"),
        ("teachers", "0"),
        ("teachers", "-3"),
        ("seed", "-1"),
    ],
)
@pytest.mark.django_db
def test_number_out_of_bounds_is_usage_error(option, value):
    with pytest.raises(CommandError, match=f"--{option} {value}: give a whole number from") as e:
        call(f"--{option}", value)
    assert e.value.returncode == 2


def test_process_has_output_and_status(manage):
    done = manage("load_demo", "--students", "5", "--teachers", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Demo studio 1, created: 2 teachers, 5 students, ")
    done = manage("load_demo", "--students", "-5")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["many", "1.5"])
def test_invalid_number_is_usage_error(value):
    with pytest.raises(CommandError, match="--students"):
        call("--students", value)
