"""E-mails about cancelled lessons: once, in the family's language and the lesson's zone."""

from datetime import timedelta

import pytest
from django.core import mail

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import Message, ScheduledClass
from scheduling.selectors.messages import cancellation_report
from scheduling.services.classes.make_ups import make_ups_owed, schedule
from scheduling.services.schedule_changes import DeleteClosures, TeacherAbsence, cancelled_for
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, day, moment
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.services.schedule_changes.helpers import do, look, said
from scheduling.tests.support.servers.mail_server import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


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


def absent(marta, last=MONDAY, name="", **values):
    """Enter the absence, notify, deliver; return the plan."""
    done = do(TeacherAbsence(marta, MONDAY, last, name), notify=True, **values)
    deliver(EARLY)
    return done


def delivery_report(marta, last=MONDAY, now=EARLY):
    return cancellation_report(cancelled_for(marta, MONDAY, last, now))


def test_families_are_notified_when_a_teacher_is_ill(marta):
    done = absent(marta, name="Flu")
    assert said(done) == {"cancelled": 3}
    assert (done.notified.queued, done.notified.without_address) == (2, ["Mia Roth"])
    report = delivery_report(marta)
    assert (report.sent, report.waiting, report.undelivered) == (2, 0, [])
    first, second = mail.outbox
    assert (first.to, second.to) == (["ana@example.org"], ["leo@example.org"])
    assert (
        second.subject == "Cancelled: Piano with Marta Gil, Monday 5 January, 17:00 (Europe/Madrid)"
    )
    assert "Monday 5 January, 17:00–18:00 (Europe/Madrid)" in second.body
    assert "16:00–17:00 (Europe/Madrid)" in first.body
    assert "lunes" in first.body.lower()
    # The reason of the absence is private.
    assert "Flu" not in first.body + second.body


def test_repeated_absence_sends_no_second_email(marta):
    assert absent(marta).notified.queued == 2
    assert absent(marta).notified.queued == 0
    assert (delivery_report(marta).sent, len(mail.outbox)) == (2, 2)


def test_absence_that_was_entered_silently_is_notified_later(marta):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert not Message.objects.exists()
    assert len(look(TeacherAbsence(marta, MONDAY, MONDAY)).changes) == 3
    assert absent(marta).notified.queued == 2
    assert delivery_report(marta).sent == 2


def test_waiting_and_refused_messages_are_not_counted_as_sent(marta, settings):
    with mail_server() as server:
        server.configure(settings)
        server.answers["ana@example.org"] = "550 5.1.1 no such user"
        server.answers["leo@example.org"] = "451 4.7.1 come back later"
        absent(marta)
        found = delivery_report(marta)
        assert (found.undelivered, found.waiting, found.sent) == (["Ana Ruiz"], 1, 0)
        assert "no such user" in Message.objects.get(state="refused").error
        server.answers.clear()
        deliver(EARLY + timedelta(minutes=5))
        assert (delivery_report(marta).sent, delivery_report(marta).undelivered) == (
            1,
            ["Ana Ruiz"],
        )
        assert server.recipients == ["leo@example.org"]


def test_message_is_not_sent_if_cancellation_is_undone(marta, settings):
    do(TeacherAbsence(marta, MONDAY, MONDAY), notify=True)
    marta.closures.get().delete()
    horizon()
    assert deliver(EARLY) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"stale"}
    # A second cancellation sends a message again.
    absent(marta)
    assert delivery_report(marta).sent == 2


def test_begun_class_stays_and_its_family_is_not_notified(marta):
    done = absent(marta, clock="15:30")  # 16:30 in Madrid
    assert (said(done), done.notified.queued) == ({"cancelled": 2}, 1)
    deliver(moment("2026-01-05 15:30"))
    assert mail.outbox[0].to == ["leo@example.org"]


def test_edited_classes_and_one_offs_are_cancelled_too(marta):
    noah = make.student("Noah Kim", email="noah@example.org")
    make.lesson(noah, MONDAY, "20:00", "21:00", marta)
    other = make.lesson(noah, day("2026-01-06"), "20:00", "21:00", marta)
    assert said(absent(marta, name="Flu")) == {"cancelled": 4}
    assert delivery_report(marta).sent == 3
    other.refresh_from_db()
    assert other.status == "scheduled"


def test_lessons_cancelled_by_a_holiday_send_no_email(marta):
    make.closure("Holiday", MONDAY)
    horizon()
    assert said(look(TeacherAbsence(marta, MONDAY, MONDAY))) == {}
    assert absent(marta).notified.queued == 0


def test_absence_of_several_days(marta):
    assert said(absent(marta, day("2026-01-12"))) == {"cancelled": 6}
    assert delivery_report(marta, day("2026-01-12")).sent == 2
    assert mail.outbox[1].subject == "2 lessons are cancelled"
    assert mail.outbox[1].body.count("- Piano with Marta Gil: Monday ") == 2


def test_deleting_the_closure_restores_the_classes(marta):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    marta.closures.get().delete()
    assert horizon().counts["restored"] == 3


def test_lessons_that_no_run_has_created_are_cancelled_and_earn_a_make_up(marta):
    ivy = make.student("Ivy Sun", email="ivy@example.org")
    make.schedule(ivy, marta, weekday=2, start="09:00", end="10:00")
    flu = TeacherAbsence(marta, day("2026-01-12"), day("2026-01-13"), "Flu")
    plan = look(flu)
    assert said(plan) == {"cancelled": 4}
    # The row of a preview is gone again: no page links to it.
    assert [line.class_id for line in plan.lines if line.student == "Ivy Sun"] == [None]
    assert not ScheduledClass.objects.filter(student=ivy).exists()

    done = do(flu, notify=True)

    assert (said(done), done.notified.queued) == ({"cancelled": 4}, 3)
    lost = ScheduledClass.objects.get(student=ivy)
    assert (lost.status, lost.closure, lost.edited_at) == ("cancelled", marta.closures.get(), None)
    assert lost in ScheduledClass.objects.filter(make_ups_owed(MONDAY))
    assert said(do(DeleteClosures((marta.closures.get().pk,)))) == {"restored": 4}
    assert not ScheduledClass.objects.filter(make_ups_owed(MONDAY)).exists()


def test_end_of_an_absence_warns_of_make_ups(marta):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    lost = ScheduledClass.objects.get(date=MONDAY, student__first_name="Leo")
    schedule(lost.pk, to_date=day("2026-01-09"), start_time=at("16:00"), now=EARLY)
    reopen = look(DeleteClosures((marta.closures.get().pk,)))
    assert said(reopen) == {"restored": 3}
    assert reopen.warnings == [
        "Its make-up takes place too: Leo Park · Fri 9 Jan 2026, 16:00–17:00 (Europe/Madrid). "
        "Cancel the make-up if it is no longer needed."
    ]
