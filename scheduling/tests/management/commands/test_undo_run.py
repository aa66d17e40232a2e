"""``undo_run``: its output, effects and exit status."""

import io

import pytest
from django.core.management import CommandError, call_command

from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(settings):
    """Create a run with two classes in the far future, one of them with notes."""
    first = make.day("2120-01-01")  # a Monday
    make.slot(
        make.teacher("Marta Gil"), make.student("Ana Ruiz"), 1, valid_until=make.day("2120-01-08")
    )
    result = horizon(first)
    ScheduledClass.objects.filter(date="2120-01-08").update(notes="Bring the violin")
    return result.run_id


def undo_run(*args):
    out, log, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("undo_run", *map(str, args), stdout=out, stderr=log)
    except SystemExit as error:
        status = error.code
    return status, out.getvalue().splitlines(), log.getvalue()


KEPT = "kept: ■ protected · Ana Ruiz · Marta Gil · 2120-01-08 10:00–11:00 UTC · it has notes: stays"


def test_undo_counts_removed_and_names_kept_classes(run):
    status, lines, log = undo_run(run)
    assert (status, log) == (0, "")
    assert lines[0].split(" · ")[1:] == KEPT.split(" · ")[1:]
    assert lines[1:] == [
        "1 lesson removed, 1 kept. The next run makes them again unless the schedules change."
    ]
    assert ScheduledClass.objects.get().notes
    assert JobRun.objects.get(pk=run).undone_by


def test_dry_run_lists_removed_and_kept_and_writes_nothing(run):
    status, lines, _log = undo_run(run, "--dry-run")
    assert (status, len(lines)) == (0, 3)
    assert "removed · Ana Ruiz · Marta Gil · 2120-01-01 10:00–11:00 UTC" in lines[0]
    assert lines[2].startswith("1 lesson would be removed, 1 kept.")
    assert ScheduledClass.objects.count() == 2


def test_undo_is_refused_during_active_run(run):
    active = JobRun.objects.create(job=Job.HORIZON, trigger=Trigger.CRON, state=RunState.RUNNING)
    status, lines, log = undo_run(run)
    assert (status, lines) == (4, [])
    assert log == f"Run {active.pk} of this job is active. Wait until it is over.\n"
    assert ScheduledClass.objects.count() == 2


def test_unknown_and_pruned_runs_are_refused(run):
    with pytest.raises(CommandError, match=f"There is no run {run + 1}."):
        undo_run(run + 1)
    JobRun.objects.all().delete()
    with pytest.raises(CommandError, match="pruned: it can't be undone any more"):
        undo_run(run)


@pytest.mark.parametrize(
    "number", ["99999999999999999999", "9223372036854775808", "0", "-1", "1_0"]
)
def test_invalid_run_id_is_a_usage_error(number):
    with pytest.raises(CommandError, match="is not a whole number from 1"):
        call_command("undo_run", number)
