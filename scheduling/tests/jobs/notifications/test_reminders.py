"""Reminders: at most once, for classes that take place, in the reader's language and zone."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.execution.runner import run
from scheduling.jobs.notifications import mail_server, reminders
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.mail_server import MailServer
from scheduling.models import Job, Message, MessageItem, MessageState, ScheduledClass
from scheduling.services.classes.edit import cancel, move, restore
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import horizon, request, run_job, run_options
from scheduling.tests.support.servers.hanging_server import hanging_server

pytestmark = pytest.mark.django_db
# Noon of the day before the classes.
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)


@pytest.fixture
def marta():
    return make.teacher("Marta Gil", email="marta@example.org")


@pytest.fixture
def ana():
    return make.student("Ana Ruiz", email="ana@example.org")


@pytest.fixture
def lesson(ana, marta):
    """Return Ana's class on Monday at ten."""
    return make.lesson(ana, MONDAY, teacher=marta, subject="Piano")


def remind(now):
    """Queue due reminders and deliver them, as the watch does; return the number delivered."""
    reminders.remind(now)
    return deliver(now)


def states():
    return sorted(Message.objects.values_list("state", flat=True))


def take_recipients():
    """Return the recipients of the e-mails in order and empty the outbox."""
    found = [message.to[0] for message in mail.outbox]
    mail.outbox.clear()
    return found


def test_student_and_teacher_are_reminded_once(lesson):
    assert remind(NOON) == 2
    assert sorted(take_recipients()) == ["ana@example.org", "marta@example.org"]
    assert remind(NOON) == 0
    assert remind(NOON + timedelta(minutes=15)) == 0
    assert Message.objects.filter(state="sent", sent_at=NOON, error="").count() == 2


def test_reminder_is_sent_only_within_its_window(lesson, settings):
    assert remind(lesson.starts_at - timedelta(hours=24, minutes=1)) == 0
    assert remind(lesson.starts_at) == 0
    settings.REMINDER_HOURS = 48
    assert remind(lesson.starts_at - timedelta(hours=47)) == 2


def test_watch_sends_reminders(lesson):
    assert run(request(Job.WATCH, NOON.date()), run_options(NOON)).incidents >= 0
    assert set(take_recipients()) == {"ana@example.org", "marta@example.org"}


def test_zero_hours_turn_reminders_off(lesson, settings):
    settings.REMINDER_HOURS = 0
    assert remind(NOON) == 0


@pytest.mark.parametrize("role", ["student", "teacher"])
@pytest.mark.parametrize("values", [{"reminders": False}, {"email": ""}, {"is_active": False}])
def test_person_can_opt_out(lesson, role, values):
    type(getattr(lesson, role)).objects.filter(pk=getattr(lesson, role).pk).update(**values)
    remind(NOON)
    other = {"student": "marta@example.org", "teacher": "ana@example.org"}[role]
    assert take_recipients() == [other]


def test_cancelled_class_gets_no_reminder(lesson):
    cancel(lesson.pk, by="student", now=NOON)
    assert remind(NOON) == 0


def test_restored_class_is_announced_once(lesson):
    cancel(lesson.pk, by="student", now=NOON)
    remind(NOON)
    restore(lesson.pk, now=NOON)
    assert remind(NOON) == 2
    cancel(lesson.pk, by="student", now=NOON)
    restore(lesson.pk, now=NOON)
    assert remind(NOON) == 0


def test_moved_class_is_announced_only_for_new_time(lesson):
    move(lesson.pk, to_date=MONDAY + timedelta(7), now=NOON)
    assert remind(NOON) == 0
    assert remind(NOON + timedelta(7)) == 2
    assert "12 January 2026" in mail.outbox[0].subject


def test_class_moved_after_reminder_is_announced_again(lesson):
    remind(NOON)
    take_recipients()
    move(lesson.pk, start_time=at("11:00"), end_time=at("12:00"), now=NOON)
    assert remind(NOON) == 2
    assert "11:00–12:00" in mail.outbox[0].body


def test_recreated_class_is_not_announced_again(ana, marta):
    make.slot(marta, ana)
    horizon(now=NOON, weeks=1)
    assert remind(NOON) == 2
    ScheduledClass.objects.all().delete()
    horizon(now=NOON, weeks=1)
    assert ScheduledClass.objects.exists()
    assert remind(NOON) == 0


def test_change_of_teacher_is_announced(lesson):
    remind(NOON)
    take_recipients()
    tom = make.teacher("Tom Lee", email="tom@example.org")
    move(lesson.pk, teacher=tom, now=NOON)
    remind(NOON)
    assert sorted(take_recipients()) == ["ana@example.org", "tom@example.org"]


def test_class_without_teacher_reminds_student_once(ana):
    make.lesson(ana)
    assert (remind(NOON), remind(NOON)) == (1, 0)
    assert "Hello Ana,\n\nLesson: Monday 5 January 2026, 10:00–11:00." in mail.outbox[0].body


def test_student_gets_zone_of_class_and_teacher_own_zone(ana, marta):
    marta.time_zone = "America/New_York"
    marta.save()
    make.lesson(ana, MONDAY, "16:00", "17:00", marta, time_zone="Europe/Madrid", subject="Piano")
    remind(NOON + timedelta(hours=6))
    by_recipient = {message.to[0]: message for message in mail.outbox}
    assert "16:00–17:00 (Europe/Madrid)" in by_recipient["ana@example.org"].body
    assert "10:00–11:00 (America/New_York)" in by_recipient["marta@example.org"].body
    assert by_recipient["marta@example.org"].subject == (
        "Reminder: Piano with Ana Ruiz, Monday 5 January 2026, 10:00"
    )


def test_reminder_is_in_language_of_reader(lesson, ana, marta):
    ana.language, marta.language = "es", "en"
    ana.save()
    marta.save()
    remind(NOON)
    by_recipient = {message.to[0]: message for message in mail.outbox}
    assert "lunes 5 de enero de 2026" in by_recipient["ana@example.org"].body.lower()
    assert "5 January 2026" in by_recipient["marta@example.org"].body


def test_subject_cannot_inject_headers(ana, marta):
    make.lesson(ana, MONDAY, teacher=marta, subject="Piano\r\nBcc: all@example.org")
    assert remind(NOON) == 2
    assert "\n" not in mail.outbox[0].subject


def test_message_of_process_killed_before_handover_is_sent_later(lesson, monkeypatch):
    def die(*args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(MailServer, "offer", die)
        with pytest.raises(SystemExit):
            remind(NOON)
    assert states() == ["waiting", "waiting"]
    assert remind(NOON) == 1  # the other message; the first is claimed
    assert remind(NOON + timedelta(minutes=9)) == 0
    assert remind(NOON + timedelta(minutes=10)) == 1
    assert sorted(take_recipients()) == ["ana@example.org", "marta@example.org"]


def test_message_of_process_killed_after_handover_is_unknown(lesson, monkeypatch):
    def die(*args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(MailServer, "hand_over", die)
        with pytest.raises(SystemExit):
            remind(NOON)
    assert states() == ["unknown", "waiting"]
    assert [remind(NOON), remind(NOON + timedelta(hours=1))] == [1, 0]
    assert len(take_recipients()) == 1
    assert states() == ["sent", "unknown"]


def test_reminders_wait_for_unreachable_mail_server(lesson, monkeypatch):
    def refuse(backend):
        raise ConnectionRefusedError("refused")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "open", refuse)
        assert remind(NOON) == 0
    assert states() == ["waiting", "waiting"]
    assert remind(NOON) == 2


@pytest.mark.parametrize("byte", [b"", b"2"], ids=["silent", "a byte at a time"])
def test_hanging_mail_server_loses_no_reminder(lesson, settings, monkeypatch, byte):
    monkeypatch.setattr(mail_server, "SECONDS", 0.5)
    settings.EMAIL_TIMEOUT = 2
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with hanging_server(byte) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        assert remind(NOON) == 0
    assert states() == ["waiting", "waiting"]
    settings.EMAIL_BACKEND = backend
    assert remind(NOON) == 2


def test_mail_server_that_hangs_during_sending_is_not_tried_twice(lesson, monkeypatch):
    monkeypatch.setattr(mail_server, "SECONDS", 0.2)
    awake = threading.Event()

    def hang(backend, messages):
        awake.wait(10)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", hang)
        assert remind(NOON) == 0
        awake.set()
    assert states() == ["unknown", "waiting"]
    assert Message.objects.get(state="unknown").error == "the mail server did not answer in time"
    assert remind(NOON) == 1


def test_error_in_reminders_does_not_fail_watch(lesson, monkeypatch):
    def broken(now):
        raise RuntimeError("no table")

    monkeypatch.setattr(reminders, "due", broken)
    assert run(request(Job.WATCH, NOON.date()), run_options(NOON)).state in {"succeeded", "partial"}


def test_class_cancelled_after_selection_gets_no_reminder(lesson, monkeypatch):
    due = reminders.due

    def cancel_after_selection(now):
        found = due(now)
        cancel(lesson.pk, by="student", now=NOON)
        return found

    monkeypatch.setattr(reminders, "due", cancel_after_selection)
    assert remind(NOON) == 0
    assert states() == ["stale", "stale"]
    restore(lesson.pk, now=NOON)
    monkeypatch.undo()
    assert remind(NOON) == 2


def test_nearest_classes_are_reminded_first(marta, monkeypatch):
    monkeypatch.setattr(reminders, "MOST", 3)
    marta.reminders = False
    marta.save()
    for hour in (13, 9, 12, 10):
        student = make.student(email=f"at{hour}@example.org")
        make.lesson(student, MONDAY, f"{hour:02}:00", f"{hour:02}:30", marta)
    remind(NOON)
    assert take_recipients() == ["at9@example.org", "at10@example.org", "at12@example.org"]
    later = NOON + timedelta(hours=2)
    remind(later)
    assert take_recipients() == ["at13@example.org"]


def prune(now):
    run_job(Job.PRUNE, now.date(), now)


def test_messages_are_pruned_after_their_class_and_retention(lesson, settings):
    settings.MESSAGE_RETENTION_DAYS = 40
    remind(NOON)
    for days, left in ((40, 2), (41, 0)):
        prune(NOON + timedelta(days))
        assert Message.objects.count() == MessageItem.objects.count() == left


def test_pruning_sends_no_reminder_twice(lesson, settings):
    """However old its message is, as long as the class is ahead."""
    settings.MESSAGE_RETENTION_DAYS, settings.REMINDER_HOURS = 1, 168
    assert remind(lesson.starts_at - timedelta(days=7)) == 2
    for hours in (2, 1):
        now = lesson.starts_at - timedelta(hours=hours)
        prune(now)
        assert remind(now) == 0
    assert len(mail.outbox) == 2


def test_waiting_message_is_never_pruned(lesson):
    remind(NOON)
    waiting = Message.objects.latest("id")
    Message.objects.filter(pk=waiting.pk).update(state=MessageState.WAITING)
    prune(NOON + timedelta(days=5000))
    assert list(Message.objects.all()) == [waiting]
    assert MessageItem.objects.get().message == waiting


def test_retention_of_zero_keeps_messages_for_ever(lesson, settings):
    settings.MESSAGE_RETENTION_DAYS = 0
    remind(NOON)
    prune(NOON + timedelta(days=5000))
    assert Message.objects.count() == MessageItem.objects.count() == 2


@pytest.mark.usefixtures("one_reading_of_the_studio")
def test_due_reminders_take_three_queries(lesson, marta):
    for hour in range(11, 18):
        make.lesson(make.student(email="x@example.org"), MONDAY, f"{hour}:00", f"{hour}:30", marta)
    with CaptureQueriesContext(connection) as context:
        assert len(reminders.due(NOON + timedelta(hours=6))) == 16
    assert len(context) == 3


def test_reminder_names_the_room(ana):
    make.lesson(ana, room=make.room("Hall"))
    remind(NOON)
    assert "Lesson: Monday 5 January 2026, 10:00–11:00, Hall." in mail.outbox[0].body
