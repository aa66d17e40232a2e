"""Families are told of a cancelled lesson: in their language, by the class's clock, once."""

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
    """A teacher in Madrid with three lessons today, of which one family has no address."""
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    ana = make.student("Ana Ruiz", email="ana@example.org", language="es")
    leo = make.student("Leo Park", email="leo@example.org", language="en")
    mia = make.student("Mia Roth")
    for hour, who in enumerate((ana, leo, mia)):
        make.slot(marta, who, start=f"{16 + hour}:00", subject="Piano")
    horizon()
    return marta


def tell(marta, last=MONDAY, now=EARLY):
    """Queue the notices and deliver them; what became of them."""
    email_families(cancelled_for(marta, MONDAY, last, now), now)
    deliver(now)
    return became_of(marta, last, now)


def became_of(marta, last=MONDAY, now=EARLY):
    return notices_of(cancelled_for(marta, MONDAY, last, now))


def test_teacher_ill_at_seven_in_the_morning(marta):
    assert said(do(TeacherAbsence(marta, MONDAY, MONDAY, "Flu"))) == {"cancelled": 3}

    told = tell(marta)

    assert (told.sent, told.without_address, told.undelivered) == (2, ["Mia Roth"], [])
    first, second = mail.outbox
    assert (first.to, second.to) == (["ana@example.org"], ["leo@example.org"])
    assert second.subject == "Cancelled: Piano with Marta Gil, Monday 5 January 2026, 17:00"
    assert "Monday 5 January 2026, 17:00–18:00 (Europe/Madrid)" in second.body
    assert "16:00–17:00 (Europe/Madrid)" in first.body
    assert "lunes" in first.body.lower()
    # Why she can't come is hers alone.
    assert "Flu" not in first.body + second.body


def test_never_twice(marta):
    act = TeacherAbsence(marta, MONDAY, MONDAY)
    do(act)
    tell(marta)
    do(act)
    told = tell(marta)
    assert (told.sent, told.are_sent, len(mail.outbox)) == (2, True, 2)


def test_what_waits_or_was_refused_is_not_told_of_as_sent(marta, settings):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    with mail_server() as server:
        server.used_by(settings)
        server.answers["ana@example.org"] = "550 5.1.1 no such user"
        server.answers["leo@example.org"] = "451 4.7.1 come back later"
        assert tell(marta).sent == 0
        found = became_of(marta)
        assert (found.undelivered, found.waiting, found.are_sent) == (["Ana Ruiz"], 1, False)
        assert "no such user" in Message.objects.get(state="refused").error
        server.answers.clear()
        deliver(EARLY + timedelta(minutes=5))
        assert (became_of(marta).sent, became_of(marta).undelivered) == (1, ["Ana Ruiz"])
        assert server.recipients == ["leo@example.org"]


def test_a_cancellation_that_is_taken_back_before_it_went_is_not_told(marta, settings):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert email_families(cancelled_for(marta, MONDAY, MONDAY, EARLY), EARLY) == 2
    marta.closures.get().delete()
    horizon()
    assert deliver(EARLY) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"stale"}
    # Cancelled again it is news.
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert tell(marta).sent == 2


def test_what_has_begun_stays_and_nobody_is_told(marta):
    when = moment("2026-01-05 15:30")  # 16:30 in Madrid
    assert said(do(TeacherAbsence(marta, MONDAY, MONDAY), clock="15:30")) == {"cancelled": 2}
    assert tell(marta, now=when).sent == 1
    assert mail.outbox[0].to == ["leo@example.org"]


def test_touched_classes_and_one_offs_are_cancelled_as_well(marta):
    noah = make.student("Noah Kim", email="noah@example.org")
    make.lesson(noah, MONDAY, "20:00", "21:00", marta)
    other = make.lesson(noah, day("2026-01-06"), "20:00", "21:00", marta)
    change_plan = do(TeacherAbsence(marta, MONDAY, MONDAY, "Flu"))
    assert said(change_plan) == {"cancelled": 4}
    assert tell(marta).sent == 3
    other.refresh_from_db()
    assert other.status == "scheduled"


def test_lessons_of_a_holiday_were_told_of_long_ago(marta):
    make.closure("Holiday", MONDAY)
    horizon()
    assert said(look(TeacherAbsence(marta, MONDAY, MONDAY))) == {}
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    assert tell(marta).sent == 0


def test_ill_for_several_days(marta):
    assert said(do(TeacherAbsence(marta, MONDAY, day("2026-01-12")))) == {"cancelled": 6}
    assert tell(marta, day("2026-01-12")).sent == 4


def test_one_teachers_closure_that_goes_brings_the_classes_back(marta):
    do(TeacherAbsence(marta, MONDAY, MONDAY))
    marta.closures.get().delete()
    assert horizon().counts["restored"] == 3
