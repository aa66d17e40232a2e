"""Notices about changes that are too large for one transaction: queued with the change itself."""

from datetime import timedelta

import pytest
from django.core import mail

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.execution.runner import run
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.notices import notices_about
from scheduling.models import (
    Closure,
    Job,
    JobRun,
    Message,
    MessageState,
    ScheduledClass,
    StudentGuardian,
)
from scheduling.services.schedule_changes import AddClosure, DeleteClosures, execute
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import SOAKING
from scheduling.tests.factories import EARLY, MONDAY, at, day
from scheduling.tests.jobs.helpers import horizon, request, run_options, weekly
from scheduling.tests.services.schedule_changes.helpers import do, look, touch
from scheduling.tests.support.servers.mail_server import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
# The families of a closure, in make soak those of a large studio.
MANY = 500 if SOAKING else 30
FAIR = day("2026-01-12")  # the Monday of the second week
VALUES = {"name": "Fair", "first_date": FAIR, "last_date": FAIR}
QUARTER = timedelta(minutes=15)


@pytest.fixture
def started(monkeypatch):
    """Have every change for all count as large; return the runs that are to follow it."""
    started = []

    def enqueue_run(request):
        started.append(request)
        return JobRun.objects.create(job=request.job, trigger=request.trigger, is_full=False)

    monkeypatch.setattr(execute, "is_large", lambda request: True)
    monkeypatch.setattr(execute, "enqueue_run", enqueue_run)
    return started


@pytest.fixture
def eva():
    """The mother of two children: a stored slot, and a schedule of which this week is stored."""
    ana, leo = make.student("Ana Ruiz"), make.student("Leo Ruiz")
    eva = make.guardian("Eva Ruiz", ana, email="eva@example.org", language="en")
    StudentGuardian.objects.create(student=leo, guardian=eva)
    make.slot(make.teacher("Marta Gil"), ana, start="16:00", subject="Piano")
    make.schedule(leo, start="15:00", end="16:00", subject="Guitar")
    horizon()
    weekly()
    return eva


def sent(now=EARLY):
    mail.outbox.clear()
    deliver(now)
    return [message.body for message in mail.outbox]


def test_large_closure_is_counted_and_told_before_and_after_its_runs(eva, started):
    plan = look(AddClosure(VALUES))
    assert plan.background_requests
    (notice,) = notices_about(plan.changes, EARLY).notices
    assert len(notice.changes) == 2

    done = do(AddClosure(VALUES), notify=True)

    assert (done.notified.queued, done.warnings) == (1, [])
    assert started == done.background_requests
    # The runs have not begun: no class is cancelled yet.
    assert not ScheduledClass.objects.filter(status="cancelled").exists()
    (body,) = sent()
    assert "These lessons are cancelled:\n- Leo: Guitar: Monday 12 January, 15:00" in body
    assert "- Ana: Piano with Marta Gil: Monday 12 January, 16:00" in body
    # They store nothing that anybody would be told again, however often they run.
    for _run in range(2):
        horizon()
        weekly()
    assert ScheduledClass.objects.get(status="cancelled").date == FAIR
    assert sent() == []


def test_large_closure_that_is_deleted_before_the_message_leaves_is_not_told(eva, started):
    do(AddClosure(VALUES), notify=True)
    assert do(DeleteClosures((Closure.objects.get().pk,)), notify=True).notified.queued == 0
    assert sent() == []
    assert set(Message.objects.values_list("state", flat=True)) <= {MessageState.STALE}


def test_class_that_takes_place_in_spite_of_a_large_closure_is_not_told(eva, started):
    touch(FAIR, notes="recital")
    plan = look(AddClosure(VALUES))
    assert [line.outcome for line in plan.lines] == [Outcome.PROTECTED]
    do(AddClosure(VALUES), notify=True)
    (body,) = sent()
    assert body.count("\n- ") == 1
    assert "Guitar" in body


def test_class_that_a_person_moves_meanwhile_is_told_at_its_place(eva, started):
    do(AddClosure(VALUES), notify=True)
    touch(FAIR, date=FAIR + timedelta(days=1), start_time=at("18:00"), end_time=at("19:00"))
    (body,) = sent()
    assert "Piano with Marta Gil: Tuesday 13 January, 18:00–19:00 (before: Monday 12" in body


def test_each_family_reads_once_of_a_closure_although_runs_and_mail_server_die(settings, started):
    teachers = [make.teacher() for _ in range(MANY // 10)]
    for number in range(MANY):
        student = make.student(f"Student {number}", email=f"s{number}@example.org")
        hour = number % 10 + 8
        make.slot(teachers[number // 10], student, weekday=1, start=f"{hour:02}:00")
    horizon()
    now = EARLY + QUARTER
    assert do(AddClosure(VALUES), notify=True).notified.queued == MANY
    with mail_server() as server:
        server.configure(settings)
        server.max_messages, server.goes_away = MANY // 3, True
        deliver(now)
        # A run dies after its first chunk, and another one does the work again.
        stops = iter([False, False, True])
        run(request(Job.HORIZON), run_options(stop=lambda: next(stops, True)))
    deliver(now + QUARTER)
    server.max_messages = None
    with mail_server(server):
        horizon()
        deliver(now + 2 * QUARTER)
        deliver(now + 3 * QUARTER)
    assert len(server.recipients) == len(set(server.recipients)) == MANY
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    cancelled = ScheduledClass.objects.filter(status="cancelled", date=FAIR)
    assert cancelled.count() == MANY
    assert MONDAY not in cancelled.values_list("date", flat=True)
