"""E-mails about a child's lessons go to the guardians who want them."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.notifications import reminders
from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import CancelledBy, Message, MessageItem, ScheduledClass, StudentGuardian
from scheduling.selectors.messages import cancellation_report
from scheduling.services.classes.edit import cancel
from scheduling.services.notices import notifying
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY

pytestmark = pytest.mark.django_db
# Noon of the day before the classes.
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)


@pytest.fixture
def ana():
    return make.student("Ana Ruiz", email="ana@example.org")


@pytest.fixture
def eva(ana):
    return make.guardian("Eva Ruiz", ana, email="eva@example.org", language="es")


@pytest.fixture
def lesson(ana):
    return make.lesson(ana, MONDAY, subject="Piano")


def remind():
    """Queue and deliver the reminders; return the recipients in order."""
    reminders.remind(NOON)
    deliver(NOON)
    found = [message.to[0] for message in mail.outbox]
    mail.outbox.clear()
    return sorted(found)


def cancelled(lesson):
    """Cancel the class and notify the family."""
    with notifying([lesson.pk], True, NOON) as notified:
        cancel(lesson.pk, by=CancelledBy.STUDIO, now=NOON)
    return notified


def test_guardian_is_reminded_instead_of_the_student(lesson, eva):
    reminders.remind(NOON)
    assert deliver(NOON) == 1
    (message,) = mail.outbox
    assert message.to == ["eva@example.org"]
    assert message.subject.startswith("Recordatorio: Ana: Piano")
    assert message.body.startswith("Hola, Eva")
    mail.outbox.clear()
    assert remind() == []


def test_each_guardian_is_reminded_of_each_child(lesson, ana, eva):
    leo = make.student("Leo Ruiz")
    make.lesson(leo, MONDAY, start="12:00", end="13:00")
    StudentGuardian.objects.create(student=leo, guardian=eva)
    make.guardian("Iker Ruiz", leo, email="iker@example.org")
    assert remind() == ["eva@example.org", "eva@example.org", "iker@example.org"]


def test_guardian_who_wants_no_reminders_gets_none_and_neither_does_the_student(lesson, eva):
    eva.reminders = False
    eva.save()
    assert remind() == []


def test_student_is_reminded_if_no_guardian_has_an_address(lesson, ana, eva):
    eva.email = ""
    eva.save()
    assert remind() == ["ana@example.org"]


def test_inactive_students_guardian_is_not_reminded(lesson, ana, eva):
    ana.is_active = False
    ana.save()
    assert remind() == []


def test_guardian_who_left_before_the_delivery_gets_nothing(lesson, eva):
    reminders.remind(NOON)
    StudentGuardian.objects.all().delete()
    assert deliver(NOON) == 0
    assert Message.objects.get().state == "stale"


def test_reminders_take_the_same_number_of_queries_for_many_guardians(lesson, ana, eva):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert reminders.due(NOON)
        return len(queries)

    before = count()
    for number in range(5):
        make.guardian(f"Guardian {number}", ana, email=f"g{number}@example.org")
    assert count() == before
    assert len(reminders.due(NOON)) == 6


def test_each_guardian_gets_the_notice_once(lesson, ana, eva):
    make.guardian("Iker Ruiz", ana, email="iker@example.org")
    make.guardian("Rosa Gil", ana, email="rosa@example.org", notices=False)
    assert cancelled(lesson).queued == 2
    assert cancelled(lesson).queued == 0
    assert deliver(NOON) == 2
    assert sorted(message.to[0] for message in mail.outbox) == [
        "eva@example.org",
        "iker@example.org",
    ]
    assert cancellation_report([ScheduledClass.objects.get(pk=lesson.pk)]).sent == 2


def test_family_without_any_address_is_named(lesson, ana, eva):
    eva.email = ana.email = ""
    eva.save()
    ana.save()
    notified = cancelled(lesson)
    assert (notified.queued, notified.without_address) == (0, ["Ana Ruiz"])


def test_family_that_wants_no_notices_gets_none_and_is_not_named(lesson, eva):
    eva.notices = False
    eva.save()
    notified = cancelled(lesson)
    assert (notified.queued, notified.without_address) == (0, [])


def test_database_refuses_a_second_item_for_one_guardian(lesson, eva):
    reminders.remind(NOON)
    item = MessageItem.objects.get()
    item.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save(force_insert=True)


def test_database_refuses_a_second_payer(ana, eva):
    other = make.guardian("Iker Ruiz", ana)
    StudentGuardian.objects.filter(guardian=eva).update(is_payer=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        StudentGuardian.objects.filter(guardian=other).update(is_payer=True)
