"""Changes from a date on: the row ends, a successor is created, and edited classes stay."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from scheduling.models import Closure, RecurringSlot, ScheduledClass, WorkingHours
from scheduling.services.schedule_changes import ChangeAllFuture, ChangeFromDate
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, day, moment
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon, weekly

from .helpers import active, do, key_of, look, said, successor_of, touch

pytestmark = pytest.mark.django_db
WEDNESDAYS = ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]


@pytest.fixture
def slot(settings):
    """A slot on Wednesdays at 10:00, with four weeks of lessons."""
    settings.HORIZON_WEEKS = 4
    row = make.slot(weekday=3)
    horizon(weeks=4)
    assert dates() == WEDNESDAYS
    return row


def from_day(rule, on, **values):
    return ChangeFromDate(key_of(rule), day(on), values)


def test_change_ends_the_row_and_creates_a_successor(slot):
    change_plan = do(from_day(slot, "2026-01-19", weekday=5, start_time=at("16:00")))

    assert said(change_plan) == {"moved": 2}
    slot.refresh_from_db()
    assert slot.valid_until == day("2026-01-18")
    new = successor_of(slot)
    assert (new.valid_from, new.valid_until, new.weekday) == (day("2026-01-19"), None, 5)
    assert (new.teacher, new.duration_minutes, new.status) == (slot.teacher, 60, "active")
    assert active() == [
        ("2026-01-07", "10:00"),
        ("2026-01-14", "10:00"),
        ("2026-01-23", "16:00"),
        ("2026-01-30", "16:00"),
    ]
    assert counts(horizon(weeks=4))["exists"] == 4
    assert set(counts(horizon(weeks=4))) <= {"exists", "ended", "not_started"}


def test_moved_class_keeps_its_row_and_week(slot):
    before = dict(ScheduledClass.objects.values_list("week", "id"))
    do(from_day(slot, "2026-01-19", weekday=5))
    assert dict(ScheduledClass.objects.values_list("week", "id")) == before


def test_edited_classes_are_handed_over_and_fulfil_their_week(slot):
    touch(day("2026-01-21"))
    ScheduledClass.objects.filter(date="2026-01-28").update(
        status="cancelled", cancelled_by="student"
    )

    change_plan = do(from_day(slot, "2026-01-19", weekday=5))

    assert said(change_plan) == {"protected": 2}
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21"]
    new = successor_of(slot)
    assert new.classes.count() == 2
    horizon(weeks=4)
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21"]


def test_class_moved_by_hand_across_the_date_keeps_its_week(slot):
    touch(day("2026-01-14"), date=day("2026-01-20"))
    touch(day("2026-01-28"), date=day("2026-01-16"))

    do(from_day(slot, "2026-01-19", weekday=5))

    new = successor_of(slot)
    assert dates(slot.classes.all()) == ["2026-01-07", "2026-01-20"]
    assert dates(new.classes.all()) == ["2026-01-16", "2026-01-23"]
    horizon(weeks=4)
    assert len(dates()) == 4


def test_change_at_the_first_occurrence_changes_the_row(slot):
    slot.valid_from = day("2026-01-05")
    slot.save()
    do(from_day(slot, "2026-01-07", start_time=at("12:00")))
    assert RecurringSlot.objects.count() == 1
    assert {start for _, start in active()} == {"12:00"}


def test_change_at_the_last_occurrence_leaves_one_class(slot):
    slot.valid_until = day("2026-01-21")
    slot.save()
    horizon(weeks=4)

    do(from_day(slot, "2026-01-21", start_time=at("12:00")))

    assert active()[-1] == ("2026-01-21", "12:00")
    assert len(active()) == 3
    assert successor_of(slot).valid_until == day("2026-01-21")


def test_change_after_the_last_occurrence_is_refused(slot):
    slot.valid_until = day("2026-01-21")
    slot.save()
    with pytest.raises(ValidationError, match="ends on"):
        look(from_day(slot, "2026-01-22", start_time=at("12:00")))


def test_change_in_the_past_is_refused(slot):
    with pytest.raises(ValidationError, match="today or a later day"):
        look(from_day(slot, "2026-01-04", start_time=at("12:00")))


def test_equal_values_are_refused(slot):
    with pytest.raises(ValidationError, match="No change: the values are the same"):
        look(from_day(slot, "2026-01-19", weekday=3, start_time=at("10:00")))


def test_another_teacher_from_a_date_on(slot):
    noor = make.teacher("Noor", "Europe/Madrid")

    change_plan = do(from_day(slot, "2026-01-19", teacher=noor))

    assert said(change_plan) == {"moved": 2}
    rows = ScheduledClass.objects.order_by("date")
    assert [row.teacher for row in rows] == [slot.teacher] * 2 + [noor] * 2
    assert rows[2].starts_at == moment("2026-01-21 09:00")


def test_fixed_schedule_changed_after_the_weekly_run():
    rule = make.schedule(make.student(), make.teacher(), weekday=4)
    other = make.schedule(make.student(), make.teacher(), weekday=1)
    weekly()
    wednesday = MONDAY + timedelta(2)

    for one in (rule, other):
        do(from_day(one, "2026-01-07", start_time=at("09:00")), wednesday, "12:00")

    # The class on Monday has taken place; the one on Thursday is moved.
    assert active() == [("2026-01-05", "10:00"), ("2026-01-08", "09:00")]
    weekly(MONDAY + timedelta(7))
    assert active()[2:] == [("2026-01-12", "09:00"), ("2026-01-15", "09:00")]


def test_begun_class_of_today_stays(slot):
    change_plan = do(from_day(slot, "2026-01-07", weekday=5), day("2026-01-07"), "10:30")
    assert active()[0] == ("2026-01-07", "10:00")
    assert said(change_plan) == {"moved": 3}
    assert len({row.week for row in ScheduledClass.objects.all()}) == 4


def test_change_and_change_back_leaves_one_class_a_week(slot):
    do(from_day(slot, "2026-01-19", weekday=5))
    second = successor_of(slot)
    do(from_day(second, "2026-01-19", weekday=3))
    assert dates() == WEDNESDAYS
    assert RecurringSlot.objects.count() == 2


def test_warning_of_two_classes_in_the_week_of_the_change(slot):
    change_plan = look(from_day(slot, "2026-01-15", weekday=5))
    assert change_plan.warnings == [
        "The week of Monday 12 January 2026 has two classes: one on Wednesday 14 January 2026 "
        "and one on Friday 16 January 2026."
    ]
    assert said(change_plan) == {"moved": 2, "created": 1}


def test_warning_of_no_class_in_the_week_of_the_change(slot):
    change_plan = do(from_day(slot, "2026-01-14", weekday=1))
    assert change_plan.warnings == [
        "The week of Monday 12 January 2026 has no class: its new day would be before that date."
    ]
    assert dates() == ["2026-01-07", "2026-01-19", "2026-01-26"]


def test_class_moved_by_hand_fulfils_the_week_of_the_change(slot):
    touch(day("2026-01-14"), date=day("2026-01-13"))
    change_plan = do(from_day(slot, "2026-01-14", weekday=1))
    assert change_plan.warnings == []
    assert dates() == ["2026-01-07", "2026-01-13", "2026-01-19", "2026-01-26"]


def test_class_cancelled_by_hand_counts_as_no_class(slot):
    touch(day("2026-01-14"), status="cancelled", cancelled_by="student")
    change_plan = look(from_day(slot, "2026-01-14", weekday=1))
    assert ["has no class" in warning for warning in change_plan.warnings] == [True]


def test_begun_class_fulfils_the_week_of_the_change(slot):
    change_plan = look(from_day(slot, "2026-01-14", weekday=1), day("2026-01-14"), "10:30")
    assert change_plan.warnings == []


def test_unchanged_interval_continues_in_the_same_weeks(settings):
    settings.HORIZON_WEEKS = 8
    slot = make.slot(weekday=3, interval_weeks=2, valid_from=MONDAY)
    horizon(weeks=8)
    do(from_day(slot, "2026-01-12", start_time=at("12:00")))
    assert dates() == ["2026-01-07", "2026-01-21", "2026-02-04", "2026-02-18"]
    assert [start for _, start in active()] == ["10:00", "12:00", "12:00", "12:00"]


def test_new_interval_starts_on_the_first_new_date(slot):
    change_plan = do(from_day(slot, "2026-01-15", interval_weeks=2))
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21"]
    assert said(change_plan) == {"removed": 1}
    horizon(weeks=6)
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21", "2026-02-04"]


def test_pause_continues_for_the_successor(slot):
    Closure.objects.create(
        name="Travelling",
        first_date=day("2026-01-14"),
        last_date=day("2026-01-21"),
        student=slot.student,
        recurring_slot=slot,
    )
    horizon(weeks=4)

    change_plan = do(from_day(slot, "2026-01-19", start_time=at("12:00")))

    assert said(change_plan) == {"moved": 1}
    assert active() == [("2026-01-07", "10:00"), ("2026-01-28", "12:00")]
    spans = Closure.objects.order_by("first_date").values_list("first_date", "last_date")
    assert list(spans) == [
        (day("2026-01-14"), day("2026-01-18")),
        (day("2026-01-19"), day("2026-01-21")),
    ]
    assert set(counts(horizon(weeks=4))) <= {"exists", "closed", "ended", "not_started"}


def test_change_of_all_future_classes_keeps_past_ones(slot):
    change_plan = do(
        ChangeAllFuture(key_of(slot), {"start_time": at("12:00")}), day("2026-01-14"), "11:00"
    )
    assert said(change_plan) == {"moved": 2, "created": 1}
    assert [start for _, start in active()] == ["10:00", "10:00", "12:00", "12:00", "12:00"]
    assert RecurringSlot.objects.count() == 1


def test_preview_names_conflicts(slot):
    make.lesson(on=day("2026-01-23"), start="10:30", end="11:30", teacher=slot.teacher)
    change_plan = do(from_day(slot, "2026-01-19", weekday=5))
    assert said(change_plan) == {"conflict": 1, "moved": 1}
    assert ("2026-01-21", "10:00") in active()


def test_preview_writes_nothing(slot):
    before = calendar()
    look(from_day(slot, "2026-01-19", weekday=5))
    assert calendar() == before
    assert RecurringSlot.objects.get().valid_until is None


@pytest.mark.parametrize("change", ["from_date", "all_future"])
def test_a_time_outside_the_working_hours_is_a_warning(slot, change):
    WorkingHours.objects.create(
        teacher=slot.teacher, weekday=3, start_time=at("09:00"), end_time=at("12:00")
    )

    def warnings(**values):
        if change == "all_future":
            return look(ChangeAllFuture(key_of(slot), values)).warnings
        return look(from_day(slot, "2026-01-19", **values)).warnings

    assert warnings(start_time=at("11:00")) == []
    teacher = slot.teacher.name
    assert warnings(start_time=at("11:30")) == [
        f"Outside the working hours of {teacher} on Wednesday: 09:00–12:00."
    ]
    assert warnings(weekday=5)[-1] == f"{teacher} does not work on Friday."
    assert warnings(weekday=5, teacher=make.teacher()) == warnings(teacher=make.teacher())
