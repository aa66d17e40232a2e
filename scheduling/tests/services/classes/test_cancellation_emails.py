"""E-mails about cancelled lessons: once, in the family's language and the lesson's zone."""

from datetime import timedelta

import pytest
from django.core import mail

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import Message
from scheduling.services.classes.cancellation_emails import (
    cancelled_for,
    email_families,
    notices_of,
)
from scheduling.services.schedule_changes import TeacherAbsence
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, day, moment
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.services.schedule_changes.helpers import do, look, said
from scheduling.tests.support.mail_server import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]


@pytest.fixture
def marta():
    """A teacher in Madrid with three lessons today; one family has no address."""
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz", email="ana@example.org", language="es")
    leo = make.student("Leo Park", email="leo@example.org", language="en")
    mia = make.student("Mia Roth")
    for hour, student in enumerate((ana, leo, mia)):
        make.slot(marta, student, start=f"{16 + hour}:00", subject="Piano")
    horizon()
    return marta


def notify(marta, last=MONDAY, now=EARLY):
    """Queue and deliver the messages; return the report."""
    email_families(cancelled_for(marta, MONDAY, last, now), now)
    deliver(now)
    return delivery_report(marta, last, now)


def delivery_report(marta, last=MONDAY, now=EARLY):
    return notices_of(cancelled_for(marta, MONDAY, last, now))


def test_families_are_notified_when_a_teacher_is_ill(marta):
    assert said(do(TeacherAbsence(marta, MONDAY, MONDAY, "Flu"))) == {"cancelled": 3}

    report = notify(marta)

    assert (report.sent, report.without_address, report.undelivered) == (2, ["Mia Roth"], [])
    first, second = mail.outbox
    assert (first.to, second.to) == (["ana@example.org"], ["leo@example.org"])
    assert second.subject == "Cancelled: Piano with Marta Gil, Monday 5 January 2026, 17:00"
    assert "Monday 5 January 2026, 17:00–18:00 (Europe/Madrid)" in second.body
    assert "16:00–17:00 (Europe/Madrid)" in first.body
    assert "lunes" in first.body.lower()
    # The reason of the absence is private.
    assert "Flu" not in first.body + second.body


def test_repeated_absence_sends_no_second_email(marta):
    change = TeacherAbsence(marta, MONDAY, MONDAY)
    do(change)
    notify(marta)
    do(change)
    report = notify(marta)
    assert (report.sent, report.are_sent, len(mail.outbox)) == (2, True, 2)


def test_waiting_and_refused_messages_are_not_counted_as_sent(marta, settings):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    with mail_server() as server:
        server.configure(settings)
        server.answers["ana@example.org"] = "550 5.1.1 no such user"
        server.answers["leo@example.org"] = "451 4.7.1 come back later"
        assert notify(marta).sent == 0
        found = delivery_report(marta)
        assert (found.undelivered, found.waiting, found.are_sent) == (["Ana Ruiz"], 1, False)
        assert "no such user" in Message.objects.get(state="refused").error
        server.answers.clear()
        deliver(EARLY + timedelta(minutes=5))
        assert (delivery_report(marta).sent, delivery_report(marta).undelivered) == (
            1,
            ["Ana Ruiz"],
        )
        assert server.recipients == ["leo@example.org"]


def test_message_is_not_sent_if_cancellation_is_undone(marta, settings):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert email_families(cancelled_for(marta, MONDAY, MONDAY, EARLY), EARLY) == 2
    marta.closures.get().delete()
    horizon()
    assert deliver(EARLY) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"stale"}
    # A second cancellation sends a message again.
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert notify(marta).sent == 2


def test_begun_class_stays_and_its_family_is_not_notified(marta):
    when = moment("2026-01-05 15:30")  # 16:30 in Madrid
    assert said(do(TeacherAbsence(marta, MONDAY, MONDAY), clock="15:30")) == {"cancelled": 2}
    assert notify(marta, now=when).sent == 1
    assert mail.outbox[0].to == ["leo@example.org"]


def test_edited_classes_and_one_offs_are_cancelled_too(marta):
    noah = make.student("Noah Kim", email="noah@example.org")
    make.lesson(noah, MONDAY, "20:00", "21:00", marta)
    other = make.lesson(noah, day("2026-01-06"), "20:00", "21:00", marta)
    change_plan = do(TeacherAbsence(marta, MONDAY, MONDAY, "Flu"))
    assert said(change_plan) == {"cancelled": 4}
    assert notify(marta).sent == 3
    other.refresh_from_db()
    assert other.status == "scheduled"


def test_lessons_cancelled_by_a_holiday_send_no_email(marta):
    make.closure("Holiday", MONDAY)
    horizon()
    assert said(look(TeacherAbsence(marta, MONDAY, MONDAY))) == {}
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert notify(marta).sent == 0


def test_absence_of_several_days(marta):
    assert said(do(TeacherAbsence(marta, MONDAY, day("2026-01-12")))) == {"cancelled": 6}
    assert notify(marta, day("2026-01-12")).sent == 4


def test_deleting_the_closure_restores_the_classes(marta):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    marta.closures.get().delete()
    assert horizon().counts["restored"] == 3
