"""``manage.py generate_classes``: its options, report and log."""

import io

import pytest
from django.core.management import call_command

from scheduling.models import JobRun, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import calendar
from scheduling.tests.management.generating import generate

pytestmark = pytest.mark.django_db
MONDAY = ("--date", "2026-01-05")
KEYS = {
    "job", "state", "windowStart", "windowEnd", "classesCreated", "studentsProcessed",
    "teachersProcessed", "counts", "conflicts", "errors", "durationSeconds", "runId",
}  # fmt: skip


@pytest.fixture
def studio():
    """Create a fixed schedule, a slot, and a slot in conflict with a one-off class."""
    bach = make.teacher("Bach")
    make.schedule(make.student("Ana Ruiz"), None, weekday=2)
    make.slot(bach, make.student("Juan"), weekday=3)
    make.lesson(make.student("Eva"), make.day("2026-01-08"), teacher=bach)
    make.slot(bach, make.student("Ida"), weekday=4)
    return bach


def jobs():
    return list(JobRun.objects.order_by("id").values_list("job", flat=True))


def test_both_jobs_run_by_default(studio):
    answer = generate()
    assert answer.status == 0
    assert jobs() == ["weekly", "horizon"]
    assert {run.trigger for run in JobRun.objects.all()} == {Trigger.COMMAND}
    assert all(run.triggered_by for run in JobRun.objects.all())


@pytest.mark.parametrize("job", ["weekly", "horizon", "missing"])
def test_only_option_runs_one_job(studio, job):
    assert generate("--only", job, *MONDAY).status == 0
    assert jobs() == [job]


def test_date_option_replaces_today(studio):
    generate(*MONDAY)
    weekly, horizon = JobRun.objects.order_by("id")
    assert (str(weekly.window_start), str(weekly.window_end)) == ("2026-01-05", "2026-01-12")
    assert (str(horizon.window_start), str(horizon.window_end)) == ("2026-01-05", "2026-03-30")
    assert weekly.is_dated
    assert weekly.options == {"date": "2026-01-05"}


def test_weeks_option_sets_length_of_horizon(studio):
    generate("--weeks", 3, *MONDAY)
    assert str(JobRun.objects.get(job="horizon").window_end) == "2026-01-26"


def test_setting_is_default_length_of_horizon(studio, settings):
    settings.HORIZON_WEEKS = 2
    generate("--only", "horizon", *MONDAY)
    assert str(JobRun.objects.get().window_end) == "2026-01-19"


def test_run_is_limited_to_students_and_teachers(studio):
    other = make.slot()
    generate(
        "--only", "horizon", "--weeks", 1, *MONDAY, "--student", other.student_id,
        "--teacher", other.teacher_id,
    )  # fmt: skip
    rows = ScheduledClass.objects.filter(recurring_slot__isnull=False)
    assert {row.recurring_slot for row in rows} == {other}
    run = JobRun.objects.get()
    assert not run.is_full
    assert run.options["students"] == [other.student_id]
    assert run.options["teachers"] == [other.teacher_id]


def test_student_option_can_be_repeated(studio):
    slots = [make.slot() for _ in range(3)]
    students = [arg for slot in slots[:2] for arg in ("--student", slot.student_id)]
    generate("--only", "horizon", "--weeks", 1, *MONDAY, *students)
    assert {row.recurring_slot_id for row in ScheduledClass.objects.all()} == {
        None, slots[0].pk, slots[1].pk,
    }  # fmt: skip


def test_trigger_is_recorded(studio):
    generate("--only", "weekly", "--trigger", "cron")
    assert JobRun.objects.get().trigger == Trigger.CRON


def test_json_has_documented_keys(studio):
    answer = generate("--json", *MONDAY)
    document = answer.json
    assert set(document) == {"success", "dryRun", "runs"}
    assert (document["success"], document["dryRun"]) == (True, False)
    assert [set(run) for run in document["runs"]] == [KEYS, KEYS]
    weekly, horizon = document["runs"]
    assert (weekly["job"], weekly["state"]) == ("weekly", "succeeded")
    assert (weekly["windowStart"], weekly["windowEnd"]) == ("2026-01-05", "2026-01-11")
    assert (horizon["windowStart"], horizon["windowEnd"]) == ("2026-01-05", "2026-03-29")
    assert (weekly["classesCreated"], horizon["classesCreated"]) == (1, 23)
    assert (weekly["studentsProcessed"], weekly["teachersProcessed"]) == (1, 0)
    assert horizon["counts"] == {"created": 23, "conflict": 1}
    assert horizon["conflicts"] == [
        {
            "student": "Ida",
            "teacher": "Bach",
            "date": "2026-01-08",
            "startTime": "10:00",
            "endTime": "11:00",
            "with": "Eva · Bach · 2026-01-08 10:00–11:00 UTC",
            "reason": "Bach already teaches Eva, 2026-01-08 10:00–11:00 UTC",
        }
    ]
    assert horizon["errors"] == []
    assert isinstance(horizon["durationSeconds"], float)
    assert horizon["runId"] == JobRun.objects.get(job="horizon").pk


def test_json_of_dry_run_has_no_run_ids(studio):
    document = generate("--json", "--dry-run", *MONDAY).json
    assert document["dryRun"] is True
    assert [run["runId"] for run in document["runs"]] == [None, None]
    assert [run["classesCreated"] for run in document["runs"]] == [1, 23]


def test_dry_run_prints_plan_and_writes_nothing(studio):
    before = calendar()
    answer = generate("--dry-run", "--weeks", 1, *MONDAY)
    assert answer.status == 0
    assert calendar() == before
    assert not JobRun.objects.exists()
    lines = answer.out.splitlines()
    assert "+ created · Juan · Bach · 2026-01-07 10:00–11:00 UTC" in lines
    assert any(line.startswith("! conflict · Ida · Bach · 2026-01-08") for line in lines)
    assert any("2 classes would be created" in line or "1 class would be" in line for line in lines)


def test_log_has_documented_lines(studio):
    texts = generate("--only", "horizon", *MONDAY).texts
    assert texts[0] == "Lessons for the next 12 weeks: start, attempt 1/3"
    assert "window 2026-01-05 – 2026-03-29" in texts
    assert "classes created: 23" in texts
    assert "students processed: 2" in texts
    assert [text for text in texts if text.startswith("! conflict")]
    end = texts[-1]
    assert " s, " in end
    assert "classes per second" in end
    assert "queries" in end


def test_log_of_weekly_job_has_its_week(studio):
    assert "week 2026-01-05 – 2026-01-11" in generate("--only", "weekly", *MONDAY).texts


def test_control_characters_in_names_are_escaped_in_log(studio):
    forged = "Ana\n[2026-01-05T00:00:00.000Z] all is well\r\x1b[2J\u202e\u2028x"
    make.slot(studio, make.student(forged), weekday=4)
    answer = generate("--only", "horizon", "--weeks", 1, *MONDAY)
    assert len([text for text in answer.texts if "all is well" in text]) == 1
    out = generate("--only", "horizon", "--weeks", 1, "--dry-run", *MONDAY).out
    assert not [line for line in out.splitlines() if line.startswith("[2026")]
    assert "\x1b" not in answer.log + out


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_bar_is_shown_only_on_terminal(studio, terminal):
    class Log(io.StringIO):
        def isatty(self):
            return terminal

    log = Log()
    call_command("generate_classes", "--only", "horizon", stdout=io.StringIO(), stderr=log)
    assert ("█" in log.getvalue()) is terminal
    assert ("2/2" in log.getvalue()) is terminal
