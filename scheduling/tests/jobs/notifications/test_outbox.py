"""Every mail arrives once or is shown to a person, whatever the mail server does: real sockets."""

import json
import threading
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
from scheduling.tests.jobs.helpers import conduct, request
from scheduling.tests.support import processes
from scheduling.tests.support.http_listener import listening
from scheduling.tests.support.mail_server import RESET_AFTER, RESET_BEFORE, mail_server

pytestmark = pytest.mark.django_db
# The day before, at noon; the lessons are on Monday from ten.
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(settings):
    settings.EMAIL_FROM = settings.DEFAULT_FROM_EMAIL = "studio@example.org"
    with mail_server() as server:
        server.used_by(settings)
        yield server


@pytest.fixture
def lessons():
    """Ten students with a lesson each, on one day."""
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


def test_each_arrives_once_from_the_sender_with_its_own_message_id(server, queued):
    assert deliver(NOON) == 10
    assert deliver(NOON) == 0
    assert sorted(server.recipients) == [f"s{n}@example.org" for n in range(10)]
    assert {one["From"] for one in server.received} == {"studio@example.org"}
    ids = [one["Message-ID"] for one in server.received]
    assert sorted(ids) == sorted(Message.objects.values_list("message_id", flat=True))
    assert all(one.endswith("@example.org>") for one in ids)
    assert server.connections == 1


@pytest.mark.parametrize("most", [1, 3])
def test_a_server_that_closes_after_a_few_messages_gets_the_others_on_new_connections(
    server, queued, most
):
    server.most = most
    assert deliver(NOON) == 10
    assert len(set(server.recipients)) == len(server.recipients) == 10
    assert server.connections == -(-10 // most)


def test_greylisted_ones_are_tried_again_until_they_are_taken(server, queued):
    server.greylists = True
    assert deliver(NOON) == 0
    assert (states(), mail_block()) == ({"waiting": 10}, None)
    assert deliver(NOON + 4 * MINUTE) == 0
    assert deliver(NOON + 5 * MINUTE) == 10
    assert Counter(server.recipients).most_common(1)[0][1] == 1


def test_temporary_refusals_come_more_and_more_rarely_and_end_when_the_lesson_begins(
    server, queued
):
    server.answers["s0@example.org"] = "450 4.2.1 mailbox busy"
    begins = queued[0].starts_at
    now = NOON
    while now < begins + timedelta(hours=1):
        deliver(now)
        now += 15 * MINUTE
    one = Message.objects.get(recipient="s0@example.org")
    assert (one.state, one.error) == ("stale", "450 4.2.1 mailbox busy")
    assert 20 < server.offers["s0@example.org"] < 26
    assert states() == {"sent": 9, "stale": 1}
    assert list(Message.objects.filter(undelivered(now))) == [one]


@pytest.mark.parametrize("step", ["recipient", "TEXT"])
def test_a_permanent_refusal_is_shown_and_concerns_no_other(server, queued, step):
    if step == "TEXT":
        Message.objects.exclude(recipient="s3@example.org").delete()
        server.answers["TEXT"] = "554 5.6.0 we do not like this"
    else:
        server.answers["s3@example.org"] = "550 5.1.1 no such user"
    deliver(NOON)
    assert [one.recipient for one in Message.objects.filter(undelivered(NOON))] == [
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
def test_a_refusal_of_the_sender_is_one_of_all_mail_and_all_of_it_waits(
    server, queued, step, answer
):
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


def test_a_server_that_closes_after_a_refusal_gets_the_others_all_the_same(server, queued):
    server.closes_on_refusal = True
    for number in (0, 4, 5):
        server.answers[f"s{number}@example.org"] = "550 5.1.1 no such user"
    assert deliver(NOON) == 7
    assert (states(), mail_block()) == ({"sent": 7, "refused": 3}, None)


@pytest.mark.parametrize("number", [0, 5])
def test_one_mailbox_with_which_the_server_always_goes_away_does_not_block_the_others(
    server, queued, number
):
    server.resets = f"s{number}@example.org"
    assert deliver(NOON) == 9
    assert (states(), mail_block()) == ({"sent": 9, "waiting": 1}, None)


def test_one_mailbox_that_speaks_of_senders_does_not_block_the_others(server, queued):
    server.answers["s0@example.org"] = "550 5.7.133 sender not authenticated for this group"
    assert deliver(NOON) == 9
    assert (states(), mail_block()) == ({"sent": 9, "refused": 1}, None)


def test_a_blockade_lasts_until_something_is_sent_even_where_all_that_waited_is_stale(
    server, queued
):
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
def test_one_mailbox_at_which_the_server_falls_silent_does_not_block_the_others(
    server, queued, settings, monkeypatch, by_socket
):
    settings.EMAIL_TIMEOUT = 0.5 if by_socket else 30
    monkeypatch.setattr(server_steps, "SECONDS", 30.0 if by_socket else 0.5)
    server.thinks_at = "s0@example.org"
    assert deliver(NOON) == 9
    assert (states(), mail_block()) == ({"sent": 9, "waiting": 1}, None)
    server.thinks_at = ""
    assert deliver(NOON + 5 * MINUTE) == 1


def test_any_answer_that_begins_with_a_two_is_a_yes(server, queued):
    """RFC 5321 §4.3.2: of an unknown code the first digit counts."""
    server.answers |= {"MAIL": "252 so be it", "TEXT": "259 queued as 4711"}
    server.answers |= {f"s{n}@example.org": "251 will forward" for n in range(10)}
    assert deliver(NOON) == 10
    assert (len(server.received), states()) == (0, {"sent": 10})


@pytest.mark.parametrize("answer", ["hello", "", "7.1 seconds", "150 go"])
def test_an_answer_that_is_none_at_the_recipient_costs_nothing(server, queued, answer):
    server.answers["s3@example.org"] = answer
    assert deliver(NOON) == 9
    assert states() == {"sent": 9, "waiting": 1}
    server.answers.clear()
    assert deliver(NOON + 5 * MINUTE) == 1
    assert len(set(server.recipients)) == len(server.recipients) == 10


@pytest.mark.parametrize("answer", ["hello", "", "354 go on", "250" + "x" * 9000, "650 custom"])
def test_an_answer_that_is_none_to_the_text_says_nothing_about_it(server, queued, answer):
    server.answers["TEXT"] = answer
    deliver(NOON)
    assert states() == {"unknown": 2, "waiting": 8}
    assert len(server.seen) == 2


@pytest.mark.parametrize("step", ["recipient", "TEXT", "MAIL", "CONNECT"])
def test_what_a_server_says_is_written_down_whatever_it_is(server, queued, step):
    said = "550 no\0such\x1b[31m user \udcff"
    server.answers["s3@example.org" if step == "recipient" else step] = said
    deliver(NOON)
    errors = {one.error for one in Message.objects.exclude(error="")}
    assert any(error.startswith("550 no") and "such" in error for error in errors)
    assert not any(set(error) & {"\0", "\x1b", "\udcff"} for error in errors)


def test_what_no_time_is_left_for_is_the_next_deliverys(server, queued):
    assert deliver(NOON, seconds=0) == 1
    assert (states(), mail_block()) == ({"sent": 1, "waiting": 9}, None)
    assert deliver(NOON, seconds=0) == 1
    assert deliver(NOON) == 8
    assert len(set(server.recipients)) == len(server.recipients) == 10


def test_a_connection_that_ends_before_the_text_costs_nothing(server, queued):
    server.answers["DATA"] = RESET_BEFORE
    assert deliver(NOON) == 0
    assert (states(), mail_block().since) == ({"waiting": 10}, NOON)
    del server.answers["DATA"]
    assert deliver(NOON + 5 * MINUTE) == 10
    assert mail_block() is None
    assert len(server.received) == 10


def test_without_an_answer_nothing_is_known_and_nobody_is_written_to_twice(server, queued):
    server.answers["TEXT"] = RESET_BEFORE
    assert deliver(NOON) == 0
    assert states() == {"unknown": 2, "waiting": 8}
    del server.answers["TEXT"]
    assert deliver(NOON) == 8
    later = NOON + timedelta(hours=1)
    assert deliver(later) == 0
    assert len({one["Message-ID"] for one in server.seen}) == len(server.seen) == 10
    found = list(Message.objects.filter(undelivered(NOON)))
    assert {one.state for one in found} == {"unknown"}
    assert len(found) == 2

    send_again(found[0], later)
    assert deliver(later) == 1
    first, again = (one for one in server.seen if one["Message-ID"] == found[0].message_id)
    assert first.as_string().partition("\n\n")[2] == again.as_string().partition("\n\n")[2]
    assert first["Subject"] == again["Subject"]


def test_a_connection_that_ends_after_the_answer_is_no_fault(server, queued):
    server.answers["TEXT"] = RESET_AFTER
    assert deliver(NOON) == 10
    assert len(set(server.recipients)) == len(server.recipients) == 10


def test_a_server_that_restarts_gets_the_others_later(settings, queued):
    with mail_server() as server:
        server.used_by(settings)
        server.most, server.goes_away = 4, True
        assert deliver(NOON) == 4
    assert deliver(NOON + MINUTE) == 0
    assert states() == {"sent": 4, "waiting": 6}
    assert mail_block().since == NOON
    server.most = None
    with mail_server(server):
        assert deliver(NOON + 15 * MINUTE) == 6
    assert len(set(server.recipients)) == len(server.recipients) == 10


def test_a_corrected_address_is_used_when_it_is_sent_again(server, queued):
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


def test_what_is_not_true_any_more_is_not_sent(server, queued):
    cancel(queued[2].pk, by="student", now=NOON)
    assert deliver(NOON) == 9
    one = Message.objects.get(state="stale")
    assert one.recipient == "s2@example.org"
    assert not Message.objects.filter(undelivered(NOON)).exists()


def test_the_task_delivers_by_the_real_clock(server):
    now = datetime.now(UTC)
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(hours=1))
    deliver_mail.call()
    assert server.recipients == ["teresa@example.org"]


@pytest.mark.django_db(transaction=True)
def test_two_that_deliver_at_the_same_time_send_each_once(server, queued):
    counts = []

    def one():
        try:
            counts.append(deliver(NOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10
    assert len(set(server.recipients)) == len(server.recipients) == 10
    assert states() == {"sent": 10}


@pytest.mark.django_db(transaction=True)
def test_a_worker_process_delivers(server):
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
def test_a_process_that_is_killed_while_the_server_thinks(server, step, state):
    """Before the text another process sends it; after the text a person decides."""
    now = datetime.now(UTC)
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(days=1))
    server.thinks_at = step
    deliver_mail.enqueue()
    environment = {"TASKS_BACKEND": "database", "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    worker = processes.popen("db_worker", "--batch", "--no-startup-delay", env=environment)
    assert server.is_thinking.wait(60)
    processes.end(worker)
    server.thinks_at = ""
    assert Message.objects.get().state == state
    assert deliver(now + timedelta(minutes=1)) == 0  # it is claimed
    assert not Message.objects.filter(undelivered(now)).exists()
    later = datetime.now(UTC) + timedelta(minutes=11)
    assert deliver(later) == (state == "waiting")
    assert Message.objects.filter(undelivered(later)).exists() == (state == "unknown")
    assert len(server.seen) == 1


def test_what_nobody_tried_to_send_in_time_is_shown(queued):
    later = queued[-1].starts_at
    assert deliver(later) == 0
    assert states() == {"stale": 10}
    assert Message.objects.filter(undelivered(later)).count() == 10


def test_blocked_mail_is_an_incident_of_check_jobs_and_the_webhook(server, queued, settings):
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
        assert len(webhook.heard) == 1
        said = webhook.json()
        assert (said["kind"], said["event"]) == ("mail", "begin")
        assert said["text"].startswith(
            "Class Tracker: E-mail: blocked\nE-mail: since 4 January 2026"
        )
        assert said["text"].endswith("504 5.5.2 need fully-qualified address")
        output = StringIO()
        with pytest.raises(SystemExit, match="3"):
            call_command("check_jobs", json=True, stdout=output)
        incidents = json.loads(output.getvalue())["troubles"]
        assert "mail" in [one["kind"] for one in incidents]
        # It would wait for its own end.
        assert not Message.objects.filter(kind="alert").exists()
        server.answers.clear()
        assert watch(NOON + 30 * MINUTE) == 0
        assert webhook.json()["event"] == "end"
    assert len(server.received) == 10
    assert Incident.objects.get().over_at == NOON + 30 * MINUTE


def watch(now):
    return run(request(Job.WATCH, now.date()), conduct(now)).incidents
