"""Whether a run is cut, and what is said where it is not."""

from functools import partial

import pytest
from django.core.management import call_command

from scheduling.jobs import chunks, runner
from scheduling.jobs.backend import EmbeddedBackend
from scheduling.jobs.background import start
from scheduling.jobs.cancel import cancel_run
from scheduling.jobs.queued import help_with
from scheduling.jobs.request import Request
from scheduling.jobs.runner import run
from scheduling.jobs.shards import calling
from scheduling.jobs.shards.calling import shards_of
from scheduling.management.checks import shards_need_postgresql
from scheduling.models import Job, JobRun, JobShard, RunState, ScheduledClass, ShardKind, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import conduct, do, horizon, request

pytestmark = pytest.mark.django_db
CUT = pytest.mark.postgresql


@pytest.fixture
def called(monkeypatch):
    """A chunk a teacher; how many workers were called."""
    calls = []
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=1))
    monkeypatch.setattr(runner, "call_crew", lambda run_id, workers: calls.append(workers))
    return calls


@CUT
def test_a_run_of_a_plan_that_was_seen_is_not(settings):
    settings.RUN_SHARDS = 3
    assert shards_of(request(Job.HORIZON)) == 3
    assert shards_of(request(Job.HORIZON, plan="1f0c")) == 1


@CUT
def test_as_the_setting_says(called, settings):
    for _ in range(4):
        make.slot()
    settings.RUN_SHARDS = 3
    result = horizon()
    run = JobRun.objects.get(pk=result.run_id)
    assert (result.cut, run.shard_count, called) == (True, 4, [2])
    kinds = list(JobShard.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == [ShardKind.PARALLEL] * 3 + [ShardKind.LAST]
    assert horizon(shards=1).cut is False


@CUT
def test_one_chunk_is_left_whole(called):
    make.slot()
    assert not horizon(shards=8).cut
    assert called == []


@CUT
@pytest.mark.parametrize("narrowed", ["student_ids", "teacher_ids"])
def test_a_narrowed_run_is_left_whole(called, narrowed):
    slots = [make.slot() for _ in range(3)]
    ids = tuple(getattr(slot, narrowed[:-1]) for slot in slots)
    assert not horizon(shards=3, **{narrowed: ids}).cut
    assert "for some students or teachers" in calling.why_whole(
        request(Job.HORIZON, **{narrowed: ids})
    )


@CUT
def test_one_run_at_a_time_is_cut(called):
    slots = [make.slot() for _ in range(3)]
    for slot in slots:
        make.schedule(slot.student, slot.teacher, weekday=5)
    other = JobRun.objects.create(
        job=Job.HORIZON, trigger=Trigger.ADMIN, state=RunState.RUNNING, shard_count=3
    )
    assert not do(Job.WEEKLY, shards=3).cut
    cancel_run(other)
    assert do(Job.WEEKLY, shards=3).cut


@pytest.mark.sqlite
def test_sqlite_has_one_writer_and_says_so(called, settings, capsys):
    for _ in range(3):
        make.slot()
    settings.RUN_SHARDS = 4
    assert shards_of(request(Job.HORIZON)) == 1
    assert not horizon().cut
    (warning,) = shards_need_postgresql()
    assert "RUN_SHARDS has no effect" in warning.msg
    call_command("generate_classes", "--only", "horizon", "--shards", "2")
    assert "not cut into shards: SQLite has one writer" in capsys.readouterr().err
    assert JobRun.objects.filter(shard_count__gt=0).count() == 0


@CUT
def test_on_postgresql_nothing_is_to_be_warned_of(settings):
    settings.RUN_SHARDS = 4
    assert shards_need_postgresql() == []


@CUT
def test_it_goes_on_where_no_worker_can_be_called(called, monkeypatch, caplog):
    slots = [make.slot() for _ in range(3)]

    class Broken:
        def enqueue(self, run_id):
            raise ConnectionError("no Redis")

    monkeypatch.setattr("scheduling.jobs.tasks.join_run", Broken())
    monkeypatch.setattr(runner, "call_crew", calling.call_crew)
    result = horizon(shards=3)
    assert (result.state, result.classes_created) == (RunState.SUCCEEDED, 12 * len(slots))
    assert "goes on without help" in caplog.text


@CUT
def test_who_comes_too_late_to_help_does_nothing(called):
    for _ in range(3):
        make.slot()
    result = horizon(shards=3)
    before = JobRun.objects.values().get(pk=result.run_id)
    help_with(result.run_id, conduct().clock)
    help_with(result.run_id + 1, conduct().clock)
    assert JobRun.objects.values().get(pk=result.run_id) == before


@pytest.mark.django_db(transaction=True)
def test_a_queued_run_remembers_how_it_is_to_be_cut(monkeypatch):
    monkeypatch.setattr(EmbeddedBackend, "call_worker", lambda backend: None)
    run = start(request(Job.HORIZON, MONDAY, shards=6))
    assert Request.of(JobRun.objects.get(pk=run.pk)).shards == 6


@CUT
def test_stopped_it_says_what_was_done_by_then(called):
    for _ in range(4):
        make.slot()

    def stop():
        return ScheduledClass.objects.count() >= 24

    result = run(request(Job.HORIZON, shards=4), conduct(stop=stop))
    stored = JobRun.objects.get(pk=result.run_id)
    assert (result.state, stored.state) == (RunState.CANCELLED, RunState.CANCELLED)
    assert result.classes_created == stored.classes_created == ScheduledClass.objects.count() == 24
    assert (stored.progress_done, stored.progress_total) == (2, 4)
    following = horizon(shards=4)
    assert (following.state, following.classes_created) == (RunState.SUCCEEDED, 24)
