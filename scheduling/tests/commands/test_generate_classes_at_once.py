"""Eight processes of generate_classes at once: no duplicate, no lost class, no traceback."""

import subprocess
from collections import Counter

import pytest

from scheduling.models import Job, JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.commands.generating import generate
from scheduling.tests.jobs.helpers import shape
from scheduling.tests.support import processes

ARGS = ("generate_classes", "--date", "2040-01-04", "--json")


def build():
    teachers = [make.teacher(zone=z) for z in ("UTC", "Europe/Madrid", "America/New_York") * 3]
    for n, teacher in enumerate(teachers * 5):
        ana = make.student()
        make.slot(teacher, ana, weekday=n % 7 + 1, start=f"{8 + n // 9:02}:00")
        make.schedule(ana, weekday=(n + 3) % 7 + 1, start="20:00", end="21:00")
    for teacher in teachers[:4]:  # a conflict each
        slot = teacher.recurring_slots.first()
        make.slot(teacher, weekday=slot.weekday, start=f"{slot.start_time:%H:%M}")


@pytest.fixture
def eight(spawn_manage):
    def run(*args):
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started = [spawn_manage(*args, **quiet) for _ in range(8)]
        return [(*process.communicate(timeout=120), process.returncode) for process in started]

    return run


def test_both_jobs(eight):
    build()
    answers = eight(*ARGS)
    assert_no_harm(answers)
    crowd = shape()
    runs = Counter(JobRun.objects.values_list("state", flat=True))
    assert set(runs) == {RunState.SUCCEEDED}
    assert set(JobRun.objects.values_list("job", flat=True)) == {Job.WEEKLY, Job.HORIZON}
    made = sum(JobRun.objects.values_list("classes_created", flat=True))
    assert made == len(crowd)

    ScheduledClass.objects.all().delete()
    alone = processes.run(*ARGS)
    assert alone.returncode == 0
    assert shape() == crowd


def test_narrowed_runs_which_nothing_keeps_apart(eight):
    """They claim nothing, so all eight work at the same series; the database keeps order."""
    build()
    teachers = [arg for n in make_ids() for arg in ("--teacher", n)]
    answers = eight(*ARGS, "--only", "horizon", *teachers)
    assert_no_harm(answers)
    assert [status for *_outputs, status in answers] == [0] * 8
    crowd = shape()
    made = sum(JobRun.objects.values_list("classes_created", flat=True))
    assert made == len(crowd) == 45 * 12

    ScheduledClass.objects.all().delete()
    assert generate(*ARGS[1:], "--only", "horizon").status == 0
    assert shape() == crowd


def make_ids():
    from scheduling.models import Teacher

    return Teacher.objects.order_by("id").values_list("id", flat=True)


def assert_no_harm(answers):
    for _out, errors, _status in answers:
        assert "Traceback" not in errors
        assert "Error" not in errors
    statuses = {status for *_outputs, status in answers}
    # Each of them may have found one of the two jobs taken.
    assert statuses <= {0, 4}
