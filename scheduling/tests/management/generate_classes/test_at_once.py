"""Concurrent processes of generate_classes: no duplicate, no lost class, no traceback."""

from collections import Counter

import pytest

from scheduling.models import Job, JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import calendar_content
from scheduling.tests.management.generating import generate
from scheduling.tests.support import processes

ARGS = ("generate_classes", "--date", "2040-01-04", "--json")


def create_studio():
    teachers = [make.teacher(zone=z) for z in ("UTC", "Europe/Madrid", "America/New_York") * 3]
    for n, teacher in enumerate(teachers * 5):
        ana = make.student()
        make.slot(teacher, ana, weekday=n % 7 + 1, start=f"{8 + n // 9:02}:00")
        make.schedule(ana, weekday=(n + 3) % 7 + 1, start="20:00", end="21:00")
    for teacher in teachers[:4]:  # one conflict each
        slot = teacher.recurring_slots.first()
        make.slot(teacher, weekday=slot.weekday, start=f"{slot.start_time:%H:%M}")


@pytest.fixture
def run_concurrently(spawn_manage):
    def run(number, *args):
        started = [spawn_manage(*args) for _ in range(number)]
        return [(*process.communicate(timeout=120), process.returncode) for process in started]

    return run


def test_concurrent_runs_create_each_class_once(run_concurrently):
    create_studio()
    answers = run_concurrently(8, *ARGS)
    assert_no_error(answers)
    concurrent_calendar = calendar_content()
    runs = Counter(JobRun.objects.values_list("state", flat=True))
    assert set(runs) == {RunState.SUCCEEDED}
    assert set(JobRun.objects.values_list("job", flat=True)) == {Job.WEEKLY, Job.HORIZON}
    created = sum(JobRun.objects.values_list("classes_created", flat=True))
    assert created == len(concurrent_calendar)

    ScheduledClass.objects.all().delete()
    alone = processes.run(*ARGS)
    assert alone.returncode == 0
    assert calendar_content() == concurrent_calendar


@pytest.mark.parametrize("number", [3, pytest.param(8, marks=pytest.mark.soak)])
def test_runs_without_claim_create_each_class_once(run_concurrently, number):
    """Runs for single teachers claim nothing: all of them generate the same series."""
    create_studio()
    teachers = [arg for n in teacher_ids() for arg in ("--teacher", n)]
    answers = run_concurrently(number, *ARGS, "--only", "horizon", *teachers)
    assert_no_error(answers)
    assert [status for *_outputs, status in answers] == [0] * number
    concurrent_calendar = calendar_content()
    created = sum(JobRun.objects.values_list("classes_created", flat=True))
    assert created == len(concurrent_calendar) == 45 * 12

    ScheduledClass.objects.all().delete()
    assert generate(*ARGS[1:], "--only", "horizon").status == 0
    assert calendar_content() == concurrent_calendar


def teacher_ids():
    from scheduling.models import Teacher

    return Teacher.objects.order_by("id").values_list("id", flat=True)


def assert_no_error(answers):
    for _out, errors, _status in answers:
        assert "Traceback" not in errors
        assert "Error" not in errors
    statuses = {status for *_outputs, status in answers}
    # Each process may have met an active run of one of the two jobs.
    assert statuses <= {0, 4}
