"""The outbox: every message arrives once or is shown to a person, over real sockets."""

import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from scheduling.jobs.execution.runner import run
from scheduling.jobs.notifications import mail_server as server_steps
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.outbox import queue_alert
from scheduling.jobs.notifications.reminders import remind
from scheduling.jobs.workers.tasks import deliver_mail
from scheduling.models import Incident, Job, JobRun, Message, MessageState, RunState, Trigger
from scheduling.selectors.messages import mail_block, undelivered
from scheduling.services.classes.edit import cancel
from scheduling.services.messages import send_again
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import request, run_options
from scheduling.tests.support import processes
from scheduling.tests.support.servers.http_listener import listening
from scheduling.tests.support.servers.mail_server import RESET_AFTER, RESET_BEFORE, mail_server

pytestmark = pytest.mark.django_db
# Noon of the day before the classes, which are on Monday from ten.
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(settings):
    settings.EMAIL_FROM = settings.DEFAULT_FROM_EMAIL = "studio@example.org"
    with mail_server() as server:
        server.configure(settings)
        yield server


@pytest.fixture
def lessons():
    """Return ten classes of different students on the same day."""
    marta = make.teacher("Marta Gil")
    return [
        make.lesson(
            make.student(f"Student {n}", email=f"s{n}@example.org"),
            MONDAY,
            f"{10 + n:02}:00",
            f"{10 + n:02}:45",
            marta,
        )
        for n in range(10)
    ]


@pytest.fixture
def queued(lessons):
    assert remind(NOON + timedelta(hours=9)) == 10
    Message.objects.update(next_try=NOON)
    return lessons


def states():
    return dict(Counter(Message.objects.values_list("state", flat=True)))


def test_attempts_dated_by_clock_ahead_are_due(server, queued):
    Message.objects.update(next_try=NOON + timedelta(days=30))
    assert deliver(NOON) == 10
    Message.objects.update(state=MessageState.UNKNOWN, next_try=NOON + timedelta(days=30))
    assert Message.objects.filter(undelivered(NOON)).count() == 10


def test_each_message_arrives_once_with_own_message_id(server, queued):
    assert deliver(NOON) == 10
    assert deliver(NOON) == 0
    assert sorted(server.recipients) == [f"s{n}@example.org" for n in range(10)]
    assert {message["From"] for message in server.received} == {"studio@example.org"}
    ids = [message["Message-ID"] for message in server.received]
    assert sorted(ids) == sorted(Message.objects.values_list("message_id", flat=True))
    assert all(name.endswith("@example.org>") for name in ids)
    assert server.connections == 1


@pytest.mark.parametrize("most", [1, 3])
def test_messages_continue_on_new_connection_when_server_closes(server, queued, most):
    server.max_messages = most
    assert deliver(NOON) == 10
    assert len(set(server.recipients)) == len(server.recipients) == 10
    assert server.connections == -(-10 // most)


def test_greylisted_messages_are_retried_until_accepted(server, queued):
    server.greylists = True
    assert deliver(NOON) == 0
    assert (states(), mail_block()) == ({"waiting": 10}, None)
    assert deliver(NOON + 4 * MINUTE) == 0
    assert deliver(NOON + 5 * MINUTE) == 10
    assert Counter(server.recipients).most_common(1)[0][1] == 1


def test_temporary_refusal_is_retried_less_often_until_class_starts(server, queued):
    server.answers["s0@example.org"] = "450 4.2.1 mailbox busy"
    begins = queued[0].starts_at
    now = NOON
    while now < begins + timedelta(hours=1):
        deliver(now)
        now += 15 * MINUTE
    message = Message.objects.get(recipient="s0@example.org")
    assert (message.state, message.error) == ("stale", "450 4.2.1 mailbox busy")
    assert 20 < server.offers["s0@example.org"] < 26
    assert states() == {"sent": 9, "stale": 1}
    assert list(Message.objects.filter(undelivered(now))) == [message]


@pytest.mark.parametrize("step", ["recipient", "TEXT"])
def test_permanent_refusal_is_shown_and_affects_no_other_message(server, queued, step):
    if step == "TEXT":
        Message.objects.exclude(recipient="s3@example.org").delete()
        server.answers["TEXT"] = "554 5.6.0 we do not like this"
    else:
        server.answers["s3@example.org"] = "550 5.1.1 no such user"
    deliver(NOON)
    assert [message.recipient for message in Message.objects.filter(undelivered(NOON))] == [
        "s3@example.org"
    ]
    assert (
        Message.objects.get(state="refused").error
        == server.answers["TEXT" if step == "TEXT" else "s3@example.org"]
    )
    assert "waiting" not in states()
    assert mail_block() is None


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("CONNECT", "554 5.7.1 no service for you"),
        ("MAIL", "504 5.5.2 <webmaster@localhost>: need fully-qualified address"),
        ("MAIL", "550 5.7.1 sender unknown"),
        ("MAIL", "553 5.7.1 not owned by user"),
        ("MAIL", "451 4.3.0 try again later"),
        ("MAIL", "421 4.3.2 shutting down"),
        ("recipients", "504 5.5.2 <webmaster@localhost>: Sender address rejected"),
        ("recipients", "554 5.7.1 Relay access denied"),
        ("recipients", "530 5.7.0 Authentication required"),
        ("TEXT", "550 5.7.26 This mail is unauthenticated"),
    ],
)
def test_refused_sender_blocks_all_mail(server, queued, step, answer):
    refused = [f"s{n}@example.org" for n in range(10)] if step == "recipients" else [step]
    server.answers |= dict.fromkeys(refused, answer)
    assert deliver(NOON) == 0
    assert states() == {"waiting": 10}
    assert not Message.objects.filter(undelivered(NOON)).exists()
    blocked = mail_block()
    assert (blocked.since, blocked.waiting, blocked.error) == (NOON, 10, answer)
    assert sum(server.offers.values()) <= 3
    deliver(NOON + 15 * MINUTE)
    assert mail_block().since == NOON

    server.answers.clear()
    assert deliver(NOON + 30 * MINUTE) == 10
    assert mail_block() is None
    assert len(server.received) == 10


def test_other_messages_are_sent_when_server_closes_on_refusal(server, queued):
    server.closes_on_refusal = True
    for number in (0, 4, 5):
        server.answers[f"s{number}@example.org"] = "550 5.1.1 no such user"
    assert deliver(NOON) == 7
    assert (states(), mail_block()) == ({"sent": 7, "refused": 3}, None)


@pytest.mark.parametrize("number", [0, 5])
def test_mailbox_that_resets_connection_blocks_no_other(server, queued, number):
    server.resets_at = f"s{number}@example.org"
    assert deliver(NOON) == 9
    assert (states(), mail_block()) == ({"sent": 9, "waiting": 1}, None)


def test_mailbox_that_refuses_sender_blocks_no_other(server, queued):
    server.answers["s0@example.org"] = "550 5.7.133 sender not authenticated for this group"
    assert deliver(NOON) == 9
    assert (states(), mail_block()) == ({"sent": 9, "refused": 1}, None)


def test_mail_block_lasts_until_message_is_sent(server, queued):
    server.answers["MAIL"] = "504 5.5.2 no"
    deliver(NOON)
    deliver(NOON + timedelta(days=2))
    assert (states(), mail_block().since) == ({"stale": 10}, NOON)
    server.answers.clear()
    later = NOON + timedelta(days=2)
    queue_alert("teresa@example.org", "Hello", "Hello", later, later + timedelta(days=1))
    assert deliver(later) == 1
    assert mail_block() is None


@pytest.mark.parametrize("by_socket", [True, False])
def test_mailbox_at_which_server_hangs_blocks_no_other(
    server, queued, settings, monkeypatch, by_socket
):
    settings.EMAIL_TIMEOUT = 0.5 if by_socket else 30
    monkeypatch.setattr(server_steps, "SECONDS", 30.0 if by_socket else 0.5)
    server.hangs_at = "s0@example.org"
    started = time.monotonic()
    assert deliver(NOON) == 9
    # The server itself closes the connection after ten seconds.
    assert time.monotonic() - started < 8
    assert (states(), mail_block()) == ({"sent": 9, "waiting": 1}, None)
    server.hangs_at = ""
    assert deliver(NOON + 5 * MINUTE) == 1


def test_any_2xx_reply_is_success(server, queued):
    """RFC 5321 §4.3.2: of an unknown code the first digit counts."""
    server.answers |= {"MAIL": "252 so be it", "TEXT": "259 queued as 4711"}
    server.answers |= {f"s{n}@example.org": "251 will forward" for n in range(10)}
    assert deliver(NOON) == 10
    assert (len(server.received), states()) == (0, {"sent": 10})


@pytest.mark.parametrize("answer", ["hello", "", "7.1 seconds", "150 go"])
def test_invalid_reply_to_recipient_is_retried(server, queued, answer):
    server.answers["s3@example.org"] = answer
    assert deliver(NOON) == 9
    assert states() == {"sent": 9, "waiting": 1}
    server.answers.clear()
    assert deliver(NOON + 5 * MINUTE) == 1
    assert len(set(server.recipients)) == len(server.recipients) == 10


@pytest.mark.parametrize("answer", ["hello", "", "354 go on", "250" + "x" * 9000, "650 custom"])
def test_invalid_reply_to_text_leaves_state_unknown(server, queued, answer):
    server.answers["TEXT"] = answer
    deliver(NOON)
    assert states() == {"unknown": 2, "waiting": 8}
    assert len(server.read) == 2


@pytest.mark.parametrize("step", ["recipient", "TEXT", "MAIL", "CONNECT"])
def test_reply_with_control_characters_is_stored_without_them(server, queued, step):
    reply = "550 no\0such\x1b[31m user \udcff"
    server.answers["s3@example.org" if step == "recipient" else step] = reply
    deliver(NOON)
    errors = {message.error for message in Message.objects.exclude(error="")}
    assert any(error.startswith("550 no") and "such" in error for error in errors)
    assert not any(set(error) & {"\0", "\x1b", "\udcff"} for error in errors)


def test_messages_beyond_time_limit_are_left_for_next_delivery(server, queued):
    assert deliver(NOON, seconds=0) == 1
    assert (states(), mail_block()) == ({"sent": 1, "waiting": 9}, None)
    assert deliver(NOON, seconds=0) == 1
    assert deliver(NOON) == 8
    assert len(set(server.recipients)) == len(server.recipients) == 10


def test_connection_lost_before_text_is_retried(server, queued):
    server.answers["DATA"] = RESET_BEFORE
    assert deliver(NOON) == 0
    assert (states(), mail_block().since) == ({"waiting": 10}, NOON)
    del server.answers["DATA"]
    assert deliver(NOON + 5 * MINUTE) == 10
    assert mail_block() is None
    assert len(server.received) == 10


def test_message_without_reply_is_unknown_and_not_sent_again(server, queued):
    server.answers["TEXT"] = RESET_BEFORE
    assert deliver(NOON) == 0
    assert states() == {"unknown": 2, "waiting": 8}
    del server.answers["TEXT"]
    assert deliver(NOON) == 8
    later = NOON + timedelta(hours=1)
    assert deliver(later) == 0
    assert len({message["Message-ID"] for message in server.read}) == len(server.read) == 10
    found = list(Message.objects.filter(undelivered(NOON)))
    assert {message.state for message in found} == {"unknown"}
    assert len(found) == 2

    send_again(found[0], later)
    assert deliver(later) == 1
    first, again = (
        message for message in server.read if message["Message-ID"] == found[0].message_id
    )
    # The texts are the same; the boundary between them is a random one.
    texts, texts_again = (
        [part.get_payload() for part in message.get_payload()] for message in (first, again)
    )
    assert (len(texts), texts) == (2, texts_again)
    assert first["Subject"] == again["Subject"]


def test_connection_lost_after_reply_is_no_error(server, queued):
    server.answers["TEXT"] = RESET_AFTER
    assert deliver(NOON) == 10
    assert len(set(server.recipients)) == len(server.recipients) == 10


def test_remaining_messages_are_sent_after_server_restart(settings, queued):
    with mail_server() as server:
        server.configure(settings)
        server.max_messages, server.goes_away = 4, True
        assert deliver(NOON) == 4
    assert deliver(NOON + MINUTE) == 0
    assert states() == {"sent": 4, "waiting": 6}
    assert mail_block().since == NOON
    server.max_messages = None
    with mail_server(server):
        assert deliver(NOON + 15 * MINUTE) == 6
    assert len(set(server.recipients)) == len(server.recipients) == 10


def test_resent_message_uses_corrected_address(server, queued):
    server.answers["s3@example.org"] = "550 5.1.1 no such user"
    deliver(NOON)
    student = queued[3].student
    student.email = "right@example.org"
    student.save()
    message = Message.objects.get(state=MessageState.REFUSED)
    send_again(message, NOON)
    assert deliver(NOON) == 1
    assert server.received[-1]["To"] == "right@example.org"
    assert server.received[-1]["Message-ID"] == message.message_id


def test_reminder_of_cancelled_class_is_not_sent(server, queued):
    cancel(queued[2].pk, by="student", now=NOON)
    assert deliver(NOON) == 9
    message = Message.objects.get(state="stale")
    assert message.recipient == "s2@example.org"
    assert not Message.objects.filter(undelivered(NOON)).exists()


def test_delivery_task_uses_real_clock(server):
    now = datetime.now(UTC)
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(hours=1))
    deliver_mail.call()
    assert server.recipients == ["teresa@example.org"]


@pytest.mark.django_db(transaction=True)
def test_concurrent_deliveries_send_each_message_once(server, queued):
    counts = []

    def deliver_in_thread():
        try:
            counts.append(deliver(NOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver_in_thread) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10
    assert len(set(server.recipients)) == len(server.recipients) == 10
    assert states() == {"sent": 10}


@pytest.mark.django_db(transaction=True)
def test_worker_process_delivers(server):
    now = datetime.now(UTC)
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(hours=1))
    deliver_mail.enqueue()
    done = processes.run(
        "db_worker",
        "--batch",
        "--no-startup-delay",
        env={"TASKS_BACKEND": "database", "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"},
    )
    assert done.returncode == 0, done.stderr
    assert server.recipients == ["teresa@example.org"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("step", "state"), [("MAIL", "waiting"), ("TEXT", "unknown")])
def test_delivery_killed_before_reply_is_retried_or_unknown(server, step, state):
    """Before the text another process sends the message; after it a person decides."""
    now = datetime.now(UTC)
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(days=1))
    server.hangs_at = step
    deliver_mail.enqueue()
    environment = {"TASKS_BACKEND": "database", "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    worker = processes.popen("db_worker", "--batch", "--no-startup-delay", env=environment)
    assert server.is_hanging.wait(60)
    processes.end(worker)
    server.hangs_at = ""
    assert Message.objects.get().state == state
    assert deliver(now + timedelta(minutes=1)) == 0  # the message is still claimed
    assert not Message.objects.filter(undelivered(now)).exists()
    later = datetime.now(UTC) + timedelta(minutes=11)
    assert deliver(later) == (state == "waiting")
    assert Message.objects.filter(undelivered(later)).exists() == (state == "unknown")
    assert len(server.read) == 1


def test_message_never_tried_in_time_is_shown(queued):
    later = queued[-1].starts_at
    assert deliver(later) == 0
    assert states() == {"stale": 10}
    assert Message.objects.filter(undelivered(later)).count() == 10


def test_blocked_mail_is_incident_in_check_jobs_and_webhook(server, queued, settings):
    for job in (Job.WEEKLY, Job.HORIZON):
        JobRun.objects.create(
            job=job,
            state=RunState.SUCCEEDED,
            trigger=Trigger.CRON,
            started_at=NOON,
            finished_at=NOON,
        )
    settings.ALERT_EMAILS = ["teresa@example.org"]
    server.answers["MAIL"] = "504 5.5.2 need fully-qualified address"
    with listening() as webhook:
        settings.ALERT_WEBHOOK_URL = f"{webhook.url}/hook"
        assert watch(NOON) == 1
        assert watch(NOON + 15 * MINUTE) == 1
        assert len(webhook.received) == 1
        body = webhook.json()
        assert (body["kind"], body["event"]) == ("mail", "begin")
        assert body["text"].startswith(
            "Class Tracker: E-mail: blocked\nE-mail: since 4 January 2026"
        )
        assert body["text"].endswith("504 5.5.2 need fully-qualified address")
        output = StringIO()
        with pytest.raises(SystemExit, match="3"):
            call_command("check_jobs", json=True, stdout=output)
        incidents = json.loads(output.getvalue())["troubles"]
        assert "mail" in [incident["kind"] for incident in incidents]
        # An alert by e-mail would be blocked as well.
        assert not Message.objects.filter(kind="alert").exists()
        server.answers.clear()
        assert watch(NOON + 30 * MINUTE) == 0
        assert webhook.json()["event"] == "end"
    assert len(server.received) == 10
    assert Incident.objects.get().over_at == NOON + 30 * MINUTE


def watch(now):
    return run(request(Job.WATCH, now.date()), run_options(now)).incidents
