"""Upgrades from versions with tables and columns that a migration removes."""

import os
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django_tasks_db.models import DBTaskResult

from scheduling.db.clock import DatabaseClock
from scheduling.jobs.notifications.changes import earlier_cancellations
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.reminders import remind
from scheduling.jobs.runs.process import this_process
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.jobs.workers.tasks import join_run
from scheduling.models import Job, JobRun, Message, RunState, ScheduledClass, Studio, Teacher
from scheduling.models.studio import first_values
from scheduling.selectors.messages import cancellation_report
from scheduling.services.classes.edit import cancel
from scheduling.services.messages import send_again
from scheduling.services.notices import notify
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import horizon, request, weekly
from scheduling.tests.servers import killing
from scheduling.tests.support import processes, studio

# Far in the future, so that no class has started by the real clock of a worker.
TODAY = date(2040, 1, 2)
BEFORE = [("scheduling", "0022_chargeable")]


@pytest.fixture
def expected(migrate):
    """Build a studio and return the classes that undisturbed runs store for it."""
    studio.build(slots=24, teachers=4, clashes=1, groups=1)
    for weekday in (1, 2, 3):
        make.schedule(weekday=weekday)
    assert (horizon(TODAY).state, weekly(TODAY).state) == (RunState.SUCCEEDED,) * 2
    classes = killing.stored()
    killing.erase()
    return classes


def make_interrupted_run():
    """Return a run that ended after committing the chunks of two of four teachers."""
    teachers = Teacher.objects.order_by("id").values_list("id", flat=True)
    made = horizon(TODAY, teacher_ids=(teachers[0], teachers[2]))
    assert made.classes_created > 0
    run = JobRun.objects.get(pk=made.run_id)
    JobRun.objects.filter(pk=run.pk).update(is_full=True, state=RunState.RUNNING, finished_at=None)
    return run


def add_shards(models, run):
    """Store ``run`` with shards, as the version of migration 0022 did."""
    here = this_process()
    ended = {"host": here.host, "process": f"{os.getpid()}@0"}
    beat = {"token": uuid.uuid4(), "heartbeat": DatabaseClock(), **ended}
    shard = models.get_model("scheduling", "JobShard").objects.create
    rest = {"spanning": [], "students": [], "teachers": []}
    third = run.classes_created // 3
    shard(
        run_id=run.pk,
        number=1,
        kind="parallel",
        state="succeeded",
        lot={"chunks": [[[1], [], 6]]} | rest,
        chunks_done=1,
        counts={"created": third},
        classes_created=third,
        progress_done=6,
        progress_total=6,
        queries=20,
        **beat,
    )
    shard(
        run_id=run.pk,
        number=2,
        kind="parallel",
        state="running",
        lot={"chunks": [[[2], [], 9], [[3], [], 9]]} | rest,
        chunks_done=1,
        carried={"left": [["recurring_slot", 1]], "left_students": [1], "surveyed": 2},
        counts={"created": run.classes_created - third, "conflict": 12},
        classes_created=run.classes_created - third,
        progress_done=9,
        progress_total=18,
        queries=30,
        **beat,
    )
    shard(run_id=run.pk, number=3, kind="last", state="queued")
    models.get_model("scheduling", "JobRun").objects.filter(pk=run.pk).update(
        shard_count=3,
        options={"weeks": 12, "shards": 2, "today": TODAY.isoformat()},
        counts={"created": third},
        classes_created=third,
        progress_done=6,
        progress_total=24,
        **beat,
    )


def test_sharded_and_queued_runs_are_completed_after_upgrade(migrate, expected):
    divided = make_interrupted_run()
    queued = enqueue_run(request(Job.WEEKLY, TODAY))
    join_run.enqueue(divided.pk)
    before = migrate(BEFORE)
    add_shards(before, divided)
    options = {"date": TODAY.isoformat(), **queued.options, "shards": 8}
    before.get_model("scheduling", "JobRun").objects.filter(pk=queued.pk).update(options=options)
    committed = killing.stored()
    assert 0 < len(committed) < len(expected)

    migrate()

    assert killing.stored() == committed
    assert "scheduling_jobshard" not in connection.introspection.table_names()
    divided.refresh_from_db()
    assert divided.classes_created == len(committed)
    assert divided.counts == {"conflict": 12, "created": len(committed)}
    assert (divided.progress_done, divided.progress_total, divided.queries) == (15, 24, 50)
    worker = processes.run(
        "db_worker", "--batch", "--no-startup-delay", env={"TASKS_BACKEND": "database"}
    )
    assert worker.returncode == 0, worker.stderr
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
    queued.refresh_from_db()
    assert (queued.state, queued.classes_created, queued.error) == (RunState.SUCCEEDED, 3, "")
    following = horizon(TODAY)
    divided.refresh_from_db()
    assert divided.state == RunState.CRASHED
    assert "the next run completes the work" in divided.error
    assert following.state == RunState.SUCCEEDED
    assert killing.stored() == expected
    made = Counter(ScheduledClass.objects.values_list("created_by_run_id", flat=True))
    assert made == {
        divided.pk: len(committed),
        queued.pk: 3,
        following.run_id: len(expected) - len(committed) - 3,
    }
    assert (horizon(TODAY).classes_created, weekly(TODAY).classes_created) == (0, 0)


OUTBOX_BEFORE = [("scheduling", "0023_no_shards")]
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)


def test_claimed_reminders_and_notices_are_not_sent_again(migrate):
    """Sent, refused and unanswered e-mails become messages; the others are still sent."""
    marta = make.teacher("Marta Gil", email="marta@example.org")
    lessons = [
        make.lesson(
            make.student(f"S{hour}", email=f"s{hour}@example.org"),
            MONDAY,
            f"{hour}:00",
            f"{hour}:45",
            None if hour == 14 else marta,
        )
        for hour in range(10, 16)
    ]
    cancelled = make.lesson(
        make.student("Ana Ruiz", email="ana@example.org"), MONDAY, "18:00", "19:00", marta
    )
    cancel(cancelled.pk, by="teacher", now=NOON)
    before = migrate(OUTBOX_BEFORE)

    def ledger(name, lesson, error, **values):
        sent_at = NOON if error is None else None
        before.get_model("scheduling", name).objects.create(
            student_id=lesson.student_id,
            teacher_id=lesson.teacher_id,
            starts_at=lesson.starts_at,
            claimed_at=NOON,
            sent_at=sent_at,
            error=error or "",
            **values,
        )

    ledger("Reminder", lessons[0], None, reader="student")
    ledger("Reminder", lessons[0], None, reader="teacher")
    ledger("Reminder", lessons[1], "SMTPRecipientsRefused: {…}", reader="student")
    ledger("Reminder", lessons[2], "", reader="student")
    ledger("Reminder", lessons[3], "the mail server did not answer in time", reader="student")
    ledger("Reminder", lessons[4], None, reader="student")
    ledger("CancellationNotice", cancelled, None)

    migrate()

    tables = connection.introspection.table_names()
    assert not {"scheduling_reminder", "scheduling_cancellationnotice"} & set(tables)
    states = Counter(Message.objects.values_list("kind", "state"))
    assert states == {
        ("reminder", "sent"): 3,
        ("reminder", "refused"): 1,
        ("reminder", "unknown"): 2,
        ("notice", "sent"): 1,
    }
    cancelled.refresh_from_db()
    report = cancellation_report([cancelled])
    assert (report.sent, report.waiting, report.undelivered) == (1, 0, [])
    assert notify(earlier_cancellations([cancelled]), NOON, marta.pk).queued == 0
    remind(NOON + timedelta(hours=10))
    deliver(NOON + timedelta(hours=10))
    written = sorted((message.to[0], message.subject[-5:]) for message in mail.outbox)
    assert written == [
        *(("marta@example.org", f"{hour}:00") for hour in (11, 12, 13, 15)),
        ("s15@example.org", "15:00"),
    ]
    # A resent message is rendered again.
    mail.outbox.clear()
    lost = Message.objects.get(items__student=lessons[2].student, items__reader="student")
    send_again(lost, NOON)
    deliver(NOON)
    assert mail.outbox[0].subject.startswith("Reminder: Lesson with Marta Gil")
    owner = Group.objects.get(name="Owner")
    assert owner.permissions.filter(codename="change_message").exists()


STUDIO_BEFORE = [("scheduling", "0027_job_names")]
AHEAD, PAST = date(2040, 1, 2), date(2020, 1, 6)


@pytest.mark.parametrize(
    ("lessons", "zone"),
    [
        pytest.param(
            [(AHEAD, "America/Lima", 2), (AHEAD, "Europe/Madrid", 1), (PAST, "Asia/Tokyo", 3)],
            "America/Lima",
            id="most frequent zone of future classes",
        ),
        pytest.param(
            [(PAST, "Asia/Tokyo", 3), (PAST + timedelta(days=7), "Europe/Madrid", 1)],
            "Europe/Madrid",
            id="zone of newest past class",
            marks=pytest.mark.soak,
        ),
        pytest.param(
            [(AHEAD, "", 1)],
            "Pacific/Auckland",
            id="no class without teacher",
            marks=pytest.mark.soak,
        ),
        pytest.param([], None, id="no class", marks=pytest.mark.soak),
    ],
)
def test_studio_gets_zone_of_classes_without_teacher(migrate, settings, lessons, zone):
    taught = make.lesson(on=AHEAD, teacher=make.teacher(zone="Asia/Tokyo")) if lessons else None
    for day, name, count in lessons:
        for n in range(count if name else 0):
            make.lesson(on=day, start=f"{10 + n}:00", end=f"{10 + n}:30", time_zone=name)
    settings.TIME_ZONE, settings.LANGUAGE_CODE = "Pacific/Auckland", "es"
    settings.REMINDER_HOURS, settings.CURRENCY = 12, "EUR"
    before = migrate(STUDIO_BEFORE)
    assert "scheduling_studio" not in connection.introspection.table_names()
    # The old default of a teacher's zone must not read the missing table.
    assert before.get_model("scheduling", "Teacher")().time_zone == "Pacific/Auckland"

    migrate()

    stored = ScheduledClass.objects.count()
    assert stored == sum(count for _day, name, count in lessons if name) + bool(taught)
    if zone is None:
        assert not Studio.objects.exists()
    else:
        row = Studio.objects.get()
        assert (row.time_zone, row.language, row.reminder_hours) == (zone, "es", 12)
        assert row.is_settled
        assert (row.currency, row.cancel_notice_hours) == ("EUR", 24)
    owner = Group.objects.get(name="Owner")
    assert owner.permissions.filter(codename="change_studio").exists()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        pytest.param({}, (24, ""), marks=pytest.mark.soak),
        ({"CANCEL_NOTICE_HOURS": 48, "CURRENCY": "EUR"}, (48, "EUR")),
    ],
)
def test_stored_studio_gets_initial_values_of_new_columns(migrate, settings, given, stored):
    before = migrate([("scheduling", "0030_zone_names")])
    values = first_values()
    pages = ("family_pages", "family_cancel", "family_makeups")
    later = ("cancel_notice_hours", "currency", "notify_families", *pages)
    rest = {name: values.pop(name) for name in later}
    assert rest == {
        "cancel_notice_hours": 24,
        "currency": "",
        "notify_families": "ask",
        **dict.fromkeys(pages, False),
    }
    old = values | {"name": "Clara", "reminder_hours": 12, "is_settled": True}
    before.get_model("scheduling", "Studio").objects.create(**old)
    for name, value in given.items():
        setattr(settings, name, value)

    migrate()

    row = Studio.objects.get()
    assert (row.cancel_notice_hours, row.currency) == stored
    assert {name: getattr(row, name) for name in old} == old
