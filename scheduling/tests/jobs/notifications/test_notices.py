"""Notices: each change of each lesson reaches each person once, with its final place."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import CancelledBy, Message, MessageItem, MessageKind, StudentGuardian
from scheduling.services.classes import edit
from scheduling.services.notices import notifying
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.support.servers.mail_server import mail_server

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def marta():
    return make.teacher("Marta Gil", email="marta@example.org")


@pytest.fixture
def ana():
    return make.student("Ana Ruiz")


@pytest.fixture
def eva(ana):
    return make.guardian("Eva Ruiz", ana, email="eva@example.org", language="en")


@pytest.fixture
def lesson(ana, eva, marta):
    return make.lesson(ana, MONDAY, "17:00", "18:00", marta, subject="Piano")


def move(lesson, start, now=NOON, wanted=True, author=None, **values):
    with notifying([lesson.pk], wanted, now, author) as notified:
        edit.move(lesson.pk, start_time=at(start), now=now, **values)
    return notified


def cancel(lesson, now=NOON, wanted=True):
    with notifying([lesson.pk], wanted, now) as notified:
        edit.cancel(lesson.pk, by=CancelledBy.STUDIO, reason="Flu", now=now)
    return notified


def restore(lesson, now=NOON, wanted=True):
    with notifying([lesson.pk], wanted, now) as notified:
        edit.restore(lesson.pk, now=now)
    return notified


def sent(now=NOON):
    """Deliver; return the messages by recipient, the family's first."""
    mail.outbox.clear()
    deliver(now)
    return {message.to[0]: message for message in mail.outbox}


def test_family_and_teacher_read_the_old_and_the_new_time(lesson):
    assert move(lesson, "18:30").queued == 2
    found = sent()
    family, teacher = found["eva@example.org"], found["marta@example.org"]
    assert family.subject == "New time: Ana: Piano with Marta Gil, Monday 5 January, 18:30"
    assert family.body == (
        "Hello Eva,\n\n"
        "These lessons have a new time:\n"
        "- Ana: Piano with Marta Gil: Monday 5 January, 18:30–19:30 "
        "(before: Monday 5 January, 17:00–18:00)"
    )
    assert teacher.subject == "New time: Piano with Ana Ruiz, Monday 5 January, 18:30"
    assert sent() == {}


def test_notice_in_spanish(lesson, eva):
    eva.language = "es"
    eva.save()
    cancel(lesson)
    message = sent()["eva@example.org"]
    assert message.subject == "Cancelada: Ana: Piano con Marta Gil, lunes 5 de enero, 17:00"
    assert message.body == (
        "Hola, Eva:\n\n"
        "Estas clases se cancelan:\n"
        "- Ana: Piano con Marta Gil: lunes 5 de enero, 17:00–18:00"
    )
    assert "Flu" not in message.body


def test_one_message_has_all_lessons_of_all_children(lesson, eva, marta):
    leo = make.student("Leo Ruiz")
    StudentGuardian.objects.create(student=leo, guardian=eva)
    other = make.lesson(leo, MONDAY, "15:00", "16:00", marta, subject="Guitar")
    with notifying([lesson.pk, other.pk], True, NOON) as notified:
        edit.move(lesson.pk, start_time=at("18:00"), now=NOON)
        edit.cancel(other.pk, by=CancelledBy.TEACHER, now=NOON)
    assert notified.queued == 2
    message = sent()["eva@example.org"]
    assert message.subject == "2 lessons have changed"
    assert "are cancelled:\n- Leo: Guitar" in message.body
    assert "new time:\n- Ana: Piano" in message.body


def test_lesson_that_moved_twice_is_reported_once_with_its_final_place(lesson):
    move(lesson, "18:00")
    move(lesson, "19:00")
    assert Message.objects.count() == 2
    message = sent()["eva@example.org"]
    assert "19:00–20:00 (before: Monday 5 January, 17:00–18:00)" in message.body
    assert "18:00–19:00 (" not in message.body
    assert len(mail.outbox) == 2


def test_second_move_without_notice_changes_the_message_that_waits(lesson):
    move(lesson, "18:00")
    move(lesson, "19:00", wanted=False)
    assert "19:00–20:00 (before: Monday 5 January, 17:00" in sent()["eva@example.org"].body


@pytest.mark.parametrize("wanted", [True, False])
def test_change_that_is_reversed_before_the_delivery_is_not_sent(lesson, wanted):
    cancel(lesson)
    assert restore(lesson, wanted=wanted).queued == 0
    assert sent() == {}
    assert set(Message.objects.values_list("state", flat=True)) <= {"stale"}
    assert cancel(lesson).queued == 2
    assert len(sent()) == 2


def test_the_same_move_is_reported_again_after_it_was_reversed(lesson):
    subjects = []
    for start in ("18:00", "17:00", "18:00"):
        move(lesson, start)
        subjects.append(sent()["eva@example.org"].subject[-5:])
    assert subjects == ["18:00", "17:00", "18:00"]


def test_restored_lesson_takes_place_after_all(lesson):
    cancel(lesson)
    sent()
    restore(lesson)
    assert sent()["eva@example.org"].subject == (
        "Takes place after all: Ana: Piano with Marta Gil, Monday 5 January, 17:00"
    )


def test_both_teachers_and_the_family_learn_of_a_substitute(lesson):
    clara = make.teacher("Clara Sanz", email="clara@example.org")
    assert move(lesson, "17:00", teacher=clara).queued == 3
    found = sent()
    assert found["clara@example.org"].subject.startswith("Now yours: Piano with Ana Ruiz")
    assert found["marta@example.org"].subject.startswith("Handed over: Piano with Ana Ruiz")
    assert "Clara Sanz: Monday 5 January, 17:00–18:00 (before: with Marta Gil)" in (
        found["eva@example.org"].body
    )


def test_teacher_gets_no_notice_of_their_own_change(lesson, marta):
    assert move(lesson, "18:00", author=marta.pk).queued == 1
    assert list(sent()) == ["eva@example.org"]


def test_changes_of_notes_and_of_past_lessons_are_not_reported(lesson):
    with notifying([lesson.pk], True, NOON) as notified:
        edit.mark(lesson.pk, attendance="", notes="Bring the score", now=NOON)
    assert notified.queued == 0
    assert cancel(lesson, now=lesson.starts_at).queued == 0
    assert not Message.objects.exists()


def test_deleted_one_off_is_reported_as_cancelled(lesson):
    with notifying([lesson.pk], True, NOON) as notified:
        edit.cancel_or_delete(lesson, NOON)
    assert notified.queued == 2
    assert sent()["eva@example.org"].subject.startswith("Cancelled: Ana: Piano")


def test_notice_is_rolled_back_with_its_change(lesson):
    other = make.lesson(lesson.student, MONDAY, "20:00", "21:00")
    with pytest.raises(edit.DoubleBookedError), notifying([lesson.pk], True, NOON):
        _cancel_and_fail(lesson, other)
    lesson.refresh_from_db()
    assert (lesson.status, Message.objects.count()) == ("scheduled", 0)


def _cancel_and_fail(lesson, other):
    edit.cancel(lesson.pk, by=CancelledBy.STUDIO, now=NOON)
    blocking = make.lesson(lesson.student, MONDAY, "22:00", "23:00")
    edit.move(other.pk, start_time=blocking.start_time, now=NOON)


def test_database_refuses_a_second_notice_of_one_change(lesson):
    cancel(lesson)
    item = MessageItem.objects.filter(reader="guardian").get()
    item.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save(force_insert=True)


def test_temporary_refusal_is_retried_until_the_lesson_begins(lesson, settings):
    cancel(lesson)
    with mail_server() as server:
        server.configure(settings)
        server.answers["eva@example.org"] = "451 4.7.1 come back later"
        now = NOON
        while now < lesson.starts_at:
            deliver(now)
            now += QUARTER
        assert server.offers["eva@example.org"] > 10
        server.answers.clear()
        assert deliver(lesson.starts_at) == 0
        assert server.recipients == ["marta@example.org"]


def test_message_that_is_being_delivered_is_replaced_by_a_later_change(lesson):
    """The claim of the first delivery is lost, and nothing is sent twice."""
    move(lesson, "18:00")
    Message.objects.filter(recipient="marta@example.org").delete()
    message = Message.objects.get()
    Message.objects.update(attempts=1, next_try=NOON + QUARTER)
    move(lesson, "19:00")
    assert not Message.objects.filter(pk=message.pk).exists()
    assert "19:00" in sent()["eva@example.org"].subject


@pytest.mark.django_db(transaction=True)
def test_concurrent_deliveries_send_each_notice_once(lesson, settings):
    classes = [lesson.pk]
    for number in range(9):
        student = make.student(f"Student {number}", email=f"s{number}@example.org")
        classes.append(
            make.lesson(student, MONDAY, f"{number + 6:02}:00", f"{number + 6:02}:45").pk
        )
    with notifying(classes, True, NOON) as notified:
        for pk in classes:
            edit.cancel(pk, by=CancelledBy.STUDIO, now=NOON)
    assert notified.queued == 11

    def deliver_in_thread():
        try:
            deliver(NOON)
        finally:
            connection.close()

    with mail_server() as server:
        server.configure(settings)
        threads = [threading.Thread(target=deliver_in_thread) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deliver(NOON)
        assert len(set(server.recipients)) == len(server.recipients) == 11


# The second is a closure of a whole season.
@pytest.mark.parametrize("many", [100, pytest.param(500, marks=pytest.mark.soak)])
def test_each_of_many_notices_arrives_once_although_the_mail_server_dies(settings, marta, many):
    classes = []
    for number in range(many):
        student = make.student(f"Student {number}", email=f"s{number}@example.org")
        day = MONDAY + timedelta(days=number // 20)
        start = f"{number % 20:02}:00"
        classes.append(make.lesson(student, day, start, f"{number % 20:02}:45").pk)
    with notifying(classes, True, NOON - timedelta(days=1)) as notified:
        for pk in classes:
            edit.cancel(pk, by=CancelledBy.STUDIO, now=NOON - timedelta(days=1))
    assert notified.queued == many
    Message.objects.update(next_try=NOON - timedelta(hours=13))
    morning = NOON - timedelta(hours=13)
    with mail_server() as server:
        server.configure(settings)
        server.max_messages, server.goes_away = 46, True
        assert deliver(morning) == 46
    assert deliver(morning + QUARTER) == 0
    server.max_messages = None
    with mail_server(server):
        assert deliver(morning + 2 * QUARTER) == many - 46
        assert deliver(morning + 3 * QUARTER) == 0
    assert len(set(server.recipients)) == len(server.recipients) == many
    assert set(Message.objects.values_list("state", "kind")) == {("sent", MessageKind.NOTICE)}
