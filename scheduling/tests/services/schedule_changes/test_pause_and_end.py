"""Pause, resume and end, for one series and for all series of a person."""

import pytest
from django.core.exceptions import ValidationError

from scheduling.models import Closure, ScheduledClass
from scheduling.services.explain import explain
from scheduling.services.schedule_changes import EndPerson, EndSeries, PauseSeries, ResumeSeries
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, day
from scheduling.tests.jobs.helpers import calendar_content, counts, dates, horizon, weekly

from .helpers import do, key_of, look, said, touch

pytestmark = pytest.mark.django_db
WEDNESDAYS = ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]


@pytest.fixture
def slot(settings):
    settings.HORIZON_WEEKS = 4
    row = make.slot(weekday=3)
    horizon(weeks=4)
    return row


def pause(rule, first="2026-01-14", last="2026-01-21", **values):
    return PauseSeries(key_of(rule), day(first), day(last), **values)


def test_pause_and_resume(slot):
    before = calendar_content()
    assert said(do(pause(slot, name="Travelling"))) == {"cancelled": 2}
    assert dates() == ["2026-01-07", "2026-01-28"]
    reasons = ScheduledClass.objects.filter(status="cancelled").values_list("cancel_reason")
    assert set(reasons) == {("Travelling",)}
    assert said(do(ResumeSeries(key_of(slot), MONDAY))) == {"restored": 2}
    assert calendar_content() == before
    assert not Closure.objects.exists()


def test_resume_during_the_pause(slot):
    do(pause(slot))
    assert said(do(ResumeSeries(key_of(slot), day("2026-01-20")))) == {"restored": 1}
    assert dates() == ["2026-01-07", "2026-01-21", "2026-01-28"]


def test_pause_does_not_affect_other_schedules(slot):
    other = make.slot(student=slot.student, weekday=4)
    horizon(weeks=4)
    do(pause(slot))
    assert len(dates(other.classes.exclude(status="cancelled"))) == 4
    assert set(counts(horizon(weeks=4))) == {"exists", "closed"}


def test_edited_class_is_protected_from_a_pause(slot):
    touch(day("2026-01-21"))
    change_plan = do(pause(slot))
    assert said(change_plan) == {"cancelled": 1, "protected": 1}
    assert dates() == ["2026-01-07", "2026-01-21", "2026-01-28"]


def test_paused_fixed_schedule_has_no_classes():
    rule = make.schedule(weekday=3)
    do(pause(rule, "2026-01-05", "2026-01-11", name="Exams"))
    assert counts(weekly()) == {"closed": 1}
    explained = explain(
        student_id=rule.student_id, teacher_id=None, day=day("2026-01-07"), now=EARLY
    )
    assert "closed: Exams" in explained.rules[0].reason
    weekly(day("2026-01-12"))
    assert dates() == ["2026-01-14"]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [("2026-01-21", "2026-01-14", "before the first"), ("2026-01-01", "2026-01-04", "are over")],
)
def test_invalid_pauses_are_refused(slot, first, last, words):
    with pytest.raises(ValidationError, match=words):
        look(pause(slot, first, last))


def test_identical_pause_is_refused(slot):
    do(pause(slot))
    with pytest.raises(ValidationError, match="already"):
        look(pause(slot))


def test_resume_without_a_pause_is_refused(slot):
    with pytest.raises(ValidationError, match="not paused"):
        look(ResumeSeries(key_of(slot), MONDAY))


def test_series_ends_on_a_date(slot):
    assert said(do(EndSeries(key_of(slot), day("2026-01-14")))) == {"removed": 2}
    assert dates() == ["2026-01-07", "2026-01-14"]
    slot.refresh_from_db()
    assert slot.valid_until == day("2026-01-14")


@pytest.mark.parametrize("cancel", [False, True])
def test_edited_classes_after_the_end_are_named_or_cancelled(slot, cancel):
    touch(day("2026-01-21"))
    change = EndSeries(key_of(slot), day("2026-01-14"), cancel_rest=cancel, reason="moved away")

    change_plan = do(change)

    assert said(change_plan) == {"removed": 1, "cancelled" if cancel else "protected": 1}
    kept = ScheduledClass.objects.get(date="2026-01-21")
    assert (kept.status, kept.cancelled_by, kept.cancel_reason) == (
        ("cancelled", "studio", "moved away") if cancel else ("scheduled", "", "")
    )


def test_series_can_end_before_it_begins():
    slot = make.slot(weekday=3, valid_from=day("2026-01-12"))
    horizon(weeks=4)
    assert said(do(EndSeries(key_of(slot), day("2026-01-06"))))["removed"] == 3
    rule = make.schedule(weekday=3, valid_from=day("2026-01-05"))
    weekly()
    assert said(do(EndSeries(key_of(rule), day("2026-01-04")))) == {"removed": 1}
    assert dates() == []


def test_second_end_is_refused(slot):
    do(EndSeries(key_of(slot), day("2026-01-14")))
    with pytest.raises(ValidationError, match="already"):
        look(EndSeries(key_of(slot), day("2026-01-14")))


def test_lesson_of_a_leaver_frees_its_hour(slot):
    touch(day("2026-01-21"))
    make.lesson(slot.student, day("2026-01-30"), teacher=slot.teacher)
    make.schedule(slot.student, weekday=5)
    weekly()

    change_plan = do(EndPerson(slot.student, day("2026-01-08"), cancel_rest=True, reason="left"))

    assert said(change_plan) == {"cancelled": 2, "removed": 3}
    assert dates() == ["2026-01-07"]
    slot.student.refresh_from_db()
    assert (slot.student.end_date, slot.student.is_active) == (day("2026-01-08"), True)
    newcomer = make.slot(slot.teacher, weekday=3, valid_from=day("2026-01-12"))
    horizon(weeks=4)
    assert dates(newcomer.classes.all()) == ["2026-01-14", "2026-01-21", "2026-01-28"]


def test_remaining_classes_of_a_leaver_are_named(slot):
    touch(day("2026-01-21"))
    one_off = make.lesson(slot.student, day("2026-01-30"), teacher=slot.teacher)
    change_plan = do(EndPerson(slot.student, day("2026-01-08")))
    kept = [(line.class_id, line.code) for line in change_plan.lines if line.outcome == "protected"]
    assert kept == [
        (ScheduledClass.objects.get(date="2026-01-21").pk, "edited_by_hand"),
        (one_off.pk, "one_off"),
    ]
    assert dates() == ["2026-01-07", "2026-01-21", "2026-01-30"]


def test_teacher_leaves(slot):
    other = make.slot(slot.teacher, weekday=4)
    horizon(weeks=4)
    touch(day("2026-01-29"))
    change_plan = do(EndPerson(slot.teacher, day("2026-01-14"), cancel_rest=True, reason="new job"))
    assert said(change_plan) == {"cancelled": 1, "removed": 4}
    assert dates() == ["2026-01-07", "2026-01-08", "2026-01-14"]
    other.refresh_from_db()
    assert other.valid_until == day("2026-01-14")
    slot.teacher.refresh_from_db()
    assert slot.teacher.is_active
    with pytest.raises(ValidationError, match="already"):
        look(EndPerson(slot.teacher, day("2026-01-14")))


def test_student_is_deactivated_and_reactivated(slot):
    do(EndPerson(slot.student, day("2026-01-04")))
    slot.student.refresh_from_db()
    assert not slot.student.is_active
    assert dates() == []
    slot.student.is_active, slot.student.end_date = True, None
    slot.student.save()
    slot.refresh_from_db()
    slot.valid_until = None
    slot.save()
    horizon(weeks=4)
    assert dates() == WEDNESDAYS
