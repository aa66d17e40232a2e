"""Notices about weekly lessons, whose occurrences no run has stored."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.notices import notices_about, texts_of_notices
from scheduling.models import Closure, Message, MessageItem, MessageState, ScheduledClass, Student
from scheduling.services.schedule_changes import (
    AddClosure,
    ChangeFromDate,
    ChangeZone,
    DeactivatePeople,
    DeleteClosures,
    EndSeries,
    PauseSeries,
    ResumeSeries,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, day, moment
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.services.schedule_changes.helpers import (
    do,
    key_of,
    look,
    successor_of,
    touch,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
LATER = EARLY + timedelta(minutes=1)
FEBRUARY = day("2026-02-09")  # a Monday
THURSDAYS = {"weekday": 4, "start_time": at("17:00"), "end_time": at("18:00")}
MONDAYS = {"weekday": 1, "start_time": at("16:00"), "end_time": at("17:00")}
PIANO = "- Ana: Piano with Marta Gil: "


@pytest.fixture
def piano():
    """Mondays 16:00, of which this week's class alone is stored."""
    ana = make.student("Ana Ruiz")
    make.guardian("Eva Ruiz", ana, email="eva@example.org", language="en")
    marta = make.teacher("Marta Gil", email="marta@example.org")
    piano = make.schedule(ana, marta, start="16:00", end="17:00", subject="Piano")
    weekly()
    return piano


@pytest.fixture
def slot():
    """Mondays 16:00, with the stored classes of twelve weeks."""
    ana = make.student("Ana Ruiz")
    make.guardian("Eva Ruiz", ana, email="eva@example.org", language="en")
    slot = make.slot(make.teacher("Marta Gil"), ana, start="16:00", subject="Piano")
    horizon()
    return slot


def tell(change, **values):
    return do(change, notify=True, **values).notified.queued


def sent(now=EARLY):
    """Deliver; return the messages by recipient."""
    mail.outbox.clear()
    deliver(now)
    return {message.to[0]: message for message in mail.outbox}


def lines(now=EARLY):
    """Deliver; return the lines of the family's message."""
    found = sent(now).get("eva@example.org")
    return [line for line in found.body.splitlines() if line.startswith("- ")] if found else []


def test_new_weekday_is_told_although_no_class_of_it_is_stored(piano):
    change = ChangeFromDate(key_of(piano), FEBRUARY, THURSDAYS)
    plan = look(change)
    assert plan.lines == []  # no run has stored any of these classes
    notice, _teacher = notices_about(plan.changes, EARLY).notices
    assert tell(change) == 2
    found = sent()
    family = found["eva@example.org"]
    assert family.subject == (
        "New time: Ana: Piano with Marta Gil, Thursdays, 17:00, from Thursday 12 February"
    )
    assert family.body == (
        "Hello Eva,\n\n"
        "These lessons have a new time:\n"
        "- Ana: Piano with Marta Gil: Thursdays, 17:00–18:00, from Thursday 12 February "
        "(before: Mondays, 16:00–17:00)"
    )
    assert texts_of_notices([notice], EARLY) == [(family.subject, family.body)]
    assert found["marta@example.org"].subject.startswith("New time: Piano with Ana Ruiz, Thursdays")
    # What a run stores later is no other change.
    horizon(FEBRUARY)
    weekly(FEBRUARY)
    assert sent() == {}


def test_new_weekday_in_spanish_every_second_week(piano):
    piano.interval_weeks, piano.valid_from = 2, MONDAY
    piano.save()
    piano.student.guardians.update(language="es")
    tell(ChangeFromDate(key_of(piano), day("2026-02-02"), THURSDAYS))
    assert lines() == [
        "- Ana: Piano con Marta Gil: los jueves, cada 2 semanas, 17:00–18:00, "
        "a partir del jueves 5 de febrero (antes: los lunes, cada 2 semanas, 16:00–17:00)"
    ]


def test_change_that_is_reversed_before_it_is_sent_is_not_sent(piano):
    tell(ChangeFromDate(key_of(piano), FEBRUARY, THURSDAYS))
    assert tell(ChangeFromDate(key_of(successor_of(piano)), FEBRUARY, MONDAYS)) == 0
    assert sent() == {}
    # The same without a notice: the message that waits becomes stale.
    tell(ChangeFromDate(key_of(successor_of(piano)), FEBRUARY, THURSDAYS))
    do(ChangeFromDate(key_of(successor_of(piano)), FEBRUARY, MONDAYS))
    assert sent() == {}
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.STALE}


def test_lesson_that_changes_twice_is_told_once_with_its_last_rule(piano):
    tell(ChangeFromDate(key_of(piano), FEBRUARY, THURSDAYS))
    new = successor_of(piano)
    assert tell(ChangeFromDate(key_of(new), FEBRUARY, {"weekday": 5})) == 2
    assert Message.objects.count() == 2
    assert lines() == [
        f"{PIANO}Fridays, 17:00–18:00, from Friday 13 February (before: Mondays, 16:00–17:00)"
    ]


def test_message_that_waits_follows_its_lesson_to_a_successor(piano):
    tell(ChangeFromDate(key_of(piano), FEBRUARY, THURSDAYS))
    new = successor_of(piano)
    # Split at an earlier date than the first lesson that the message is about.
    do(ChangeFromDate(key_of(new), day("2026-02-10"), {"weekday": 5}))
    assert lines() == [
        f"{PIANO}Fridays, 17:00–18:00, from Friday 13 February (before: Mondays, 16:00–17:00)"
    ]


def test_lesson_that_has_begun_is_left_out_of_a_late_message(piano):
    tell(ChangeFromDate(key_of(piano), FEBRUARY, THURSDAYS))
    assert lines(moment("2026-02-13 12:00")) == [
        f"{PIANO}Thursdays, 17:00–18:00, from Thursday 19 February (before: Mondays, 16:00–17:00)"
    ]


def test_stored_classes_are_part_of_their_weekly_lesson(slot):
    tell(ChangeFromDate(key_of(slot), FEBRUARY, {"weekday": 4, "start_time": at("17:00")}))
    assert lines() == [
        f"{PIANO}Thursdays, 17:00–18:00, from Thursday 12 February (before: Mondays, 16:00–17:00)"
    ]
    assert ScheduledClass.objects.filter(date__gte=FEBRUARY).count() == 7


def test_class_that_stays_where_a_person_put_it_is_not_told(slot):
    touch(day("2026-02-23"))
    tell(ChangeFromDate(key_of(slot), FEBRUARY, {"start_time": at("17:00")}))
    assert lines() == [
        f"{PIANO}Monday 9 February, 17:00–18:00 (before: Monday 9 February, 16:00–17:00)",
        f"{PIANO}Monday 16 February, 17:00–18:00 (before: Monday 16 February, 16:00–17:00)",
        f"{PIANO}Mondays, 17:00–18:00, from Monday 2 March (before: Mondays, 16:00–17:00)",
    ]


def test_end_is_told_and_told_again_when_it_is_taken_back(piano):
    tell(EndSeries(key_of(piano), FEBRUARY))
    assert sent()["eva@example.org"].subject == (
        "Cancelled: Ana: Piano with Marta Gil, Mondays, 16:00, from Monday 16 February"
    )
    assert sent() == {}
    assert tell(EndSeries(key_of(piano), day("2026-02-02"))) == 2
    assert lines() == [f"{PIANO}Monday 9 February, 16:00–17:00"]


def test_pause_is_told_by_its_lessons_and_so_is_its_end(piano):
    assert tell(PauseSeries(key_of(piano), FEBRUARY, day("2026-02-16"))) == 2
    assert lines() == [
        f"{PIANO}Monday 9 February, 16:00–17:00",
        f"{PIANO}Monday 16 February, 16:00–17:00",
    ]
    tell(ResumeSeries(key_of(piano), day("2026-02-10")), clock="00:06")
    assert "take place after all" in sent(LATER)["eva@example.org"].body


def test_long_pause_is_one_line(piano):
    tell(PauseSeries(key_of(piano), FEBRUARY, day("2026-06-30")))
    assert lines() == [f"{PIANO}Mondays, 16:00–17:00, from Monday 9 February to Monday 29 June"]


def test_closure_beyond_the_horizon_is_told_once(slot):
    july = {"first_date": day("2026-07-06"), "last_date": day("2026-07-06"), "name": "Fair"}
    tell(AddClosure(july | {"teacher": slot.teacher}))
    assert lines() == [f"{PIANO}Monday 6 July, 16:00–17:00"]
    assert Student.objects.get().classes.filter(status="cancelled").count() == 0
    # Other days are not compared.
    tell(DeleteClosures((Closure.objects.get().pk,)), clock="00:06")
    assert lines(LATER) == [f"{PIANO}Monday 6 July, 16:00–17:00"]


def test_both_teachers_learn_who_gives_the_lesson(piano):
    clara = make.teacher("Clara Sanz", email="clara@example.org")
    assert tell(ChangeFromDate(key_of(piano), FEBRUARY, {"teacher": clara})) == 3
    found = sent()
    assert found["clara@example.org"].subject == (
        "Now yours: Piano with Ana Ruiz, Mondays, 16:00, from Monday 9 February"
    )
    assert found["marta@example.org"].subject.startswith(
        "Handed over: Piano with Ana Ruiz, Mondays"
    )
    assert found["eva@example.org"].body.endswith("from Monday 9 February (before: with Marta Gil)")


def test_lesson_in_more_weeks_is_told_as_new(piano):
    piano.interval_weeks, piano.valid_from = 2, MONDAY
    piano.save()
    tell(ChangeFromDate(key_of(piano), FEBRUARY, {"interval_weeks": 1}))
    found = sent()
    assert "These lessons are new:" in found["eva@example.org"].body
    assert "You now teach these lessons:" in found["marta@example.org"].body


def test_zone_of_the_teacher_moves_the_lesson_across_both_changes_of_clocks(slot):
    make.studio(time_zone="Europe/Madrid")
    tell(ChangeZone(slot.teacher, "Europe/Madrid"))
    assert lines() == [
        f"{PIANO}Mondays, 16:00–17:00, from Monday 5 January (before: Mondays, 16:00–17:00 (UTC))"
    ]


def test_student_who_stops_and_whose_family_has_no_address(piano):
    piano.student.guardians.update(email="")
    change = DeactivatePeople(Student, (piano.student_id,))
    done = do(change, notify=True)
    assert (done.notified.queued, done.notified.without_address) == (1, ["Ana Ruiz"])
    assert "Mondays, 16:00–17:00, from Monday 5 January" in sent()["marta@example.org"].body


def test_nothing_is_compared_if_the_studio_never_tells(piano):
    make.studio(notify_families="never")
    assert look(ChangeFromDate(key_of(piano), FEBRUARY, THURSDAYS)).changes == []


def test_database_refuses_a_second_notice_of_one_change(piano):
    tell(EndSeries(key_of(piano), FEBRUARY))
    item = MessageItem.objects.filter(reader="guardian").get()
    item.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save(force_insert=True)


def test_message_expires_some_weeks_after_the_first_lesson(piano):
    tell(EndSeries(key_of(piano), FEBRUARY))
    first = moment("2026-02-16 16:00")
    assert set(Message.objects.values_list("expires_at", flat=True)) == {first + timedelta(weeks=4)}
