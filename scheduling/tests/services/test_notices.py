"""Families are told of a cancelled lesson: in their language, by the class's clock, once."""

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from scheduling.models import CancellationNotice
from scheduling.services.living import Absent
from scheduling.services.notices import cancelled_for, tell_families
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, day, moment
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.services.living.helpers import do, look, said

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
    return tell_families(cancelled_for(marta, MONDAY, last, now), now)


def test_teacher_ill_at_seven_in_the_morning(marta):
    assert said(do(Absent(marta, MONDAY, MONDAY, "Flu"))) == {"cancelled": 3}

    told = tell(marta)

    assert (told.sent, told.without_address, told.failed) == (2, ["Mia Roth"], [])
    first, second = mail.outbox
    assert (first.to, second.to) == (["ana@example.org"], ["leo@example.org"])
    assert second.subject == "Cancelled: Piano with Marta Gil, Monday, 5 January 2026, 17:00"
    assert "Monday, 5 January 2026, 17:00–18:00 (Europe/Madrid)" in second.body
    assert "16:00–17:00 (Europe/Madrid)" in first.body
    assert "lunes" in first.body.lower()
    # Why she can't come is hers alone.
    assert "Flu" not in first.body + second.body


def test_never_twice(marta):
    act = Absent(marta, MONDAY, MONDAY)
    do(act)
    tell(marta)
    do(act)
    told = tell(marta)
    assert (told.sent, told.before, len(mail.outbox)) == (0, 2, 2)


def test_a_failure_is_said_and_stops_nobody(marta, monkeypatch):
    real = EmailBackend.send_messages

    def refuse_ana(backend, messages):
        if messages[0].to == ["ana@example.org"]:
            raise OSError("mailbox unavailable")
        return real(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse_ana)
    do(Absent(marta, MONDAY, MONDAY))
    told = tell(marta)
    assert (told.sent, told.failed) == (1, [("Ana Ruiz", "mailbox unavailable")])
    errors = CancellationNotice.objects.values_list("error", flat=True).order_by("starts_at")
    assert list(errors) == ["OSError: mailbox unavailable", ""]
    assert tell(marta).sent == 0


def test_where_no_mail_server_answers_they_can_be_told_later(marta, monkeypatch):
    def away(backend):
        raise OSError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "open", away)
        do(Absent(marta, MONDAY, MONDAY))
        assert [name for name, _why in tell(marta).failed] == ["Ana Ruiz", "Leo Park"]
    assert not CancellationNotice.objects.exists()
    assert tell(marta).sent == 2


def test_what_has_begun_stays_and_nobody_is_told(marta):
    when = moment("2026-01-05 15:30")  # 16:30 in Madrid
    assert said(do(Absent(marta, MONDAY, MONDAY), clock="15:30")) == {"cancelled": 2}
    assert tell(marta, now=when).sent == 1
    assert mail.outbox[0].to == ["leo@example.org"]


def test_touched_classes_and_one_offs_are_cancelled_as_well(marta):
    noah = make.student("Noah Kim", email="noah@example.org")
    make.lesson(noah, MONDAY, "20:00", "21:00", marta)
    other = make.lesson(noah, day("2026-01-06"), "20:00", "21:00", marta)
    outlook = do(Absent(marta, MONDAY, MONDAY, "Flu"))
    assert said(outlook) == {"cancelled": 4}
    assert tell(marta).sent == 3
    other.refresh_from_db()
    assert other.status == "scheduled"


def test_lessons_of_a_holiday_were_told_of_long_ago(marta):
    make.closure("Holiday", MONDAY)
    horizon()
    assert said(look(Absent(marta, MONDAY, MONDAY))) == {}
    do(Absent(marta, MONDAY, MONDAY))
    assert tell(marta).sent == 0


def test_ill_for_several_days(marta):
    assert said(do(Absent(marta, MONDAY, day("2026-01-12")))) == {"cancelled": 6}
    assert tell(marta, day("2026-01-12")).sent == 4


def test_one_teachers_closure_that_goes_brings_the_classes_back(marta):
    do(Absent(marta, MONDAY, MONDAY))
    marta.closures.get().delete()
    assert horizon().counts["restored"] == 3
