"""Days without classes: what they would cancel is said first, then exactly that is done."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.generation import run_window
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.workers import enqueue
from scheduling.jobs.workers.perform import perform
from scheduling.models import Closure, JobRun, RecurringSlot, ScheduledClass
from scheduling.services.schedule_changes import (
    AddClosure,
    AddHolidays,
    DeleteClosures,
    EditClosure,
    apply,
    preview,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import day
from scheduling.tests.jobs.helpers import calendar, dates, horizon, weekly

from .helpers import at_moment, do, look, said, touch

pytestmark = pytest.mark.django_db
BOTH = ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]


@pytest.fixture
def slot(settings):
    """Wednesdays at ten, four weeks of them."""
    settings.HORIZON_WEEKS = 4
    row = make.slot(make.teacher("Marta"), make.student("Ana Ruiz"), weekday=3)
    horizon(weeks=4)
    return row


def closing(first="2026-01-14", last="2026-01-21", **values) -> AddClosure:
    days = {"first_date": day(first), "last_date": day(last)}
    return AddClosure({"name": "Strike", **days, **values})


WHOSE = [
    pytest.param(lambda slot: {}, id="everyone"),
    pytest.param(lambda slot: {"teacher": slot.teacher}, id="teacher"),
    pytest.param(lambda slot: {"student": slot.student}, id="student"),
]


@pytest.mark.parametrize("whose", WHOSE)
def test_its_plan_names_the_classes_and_the_reason_and_writes_nothing(slot, whose):
    seen = look(closing(**whose(slot)))

    assert seen.planned_summary == "This would cancel 2 classes."
    assert {line.reason for line in seen.lines} == {"closed: Strike"}
    assert [str(line.day) for line in seen.lines] == ["2026-01-14", "2026-01-21"]
    assert not Closure.objects.exists()
    assert dates() == BOTH


@pytest.mark.parametrize("whose", WHOSE)
def test_then_exactly_that_is_done_and_comes_back_with_its_end(slot, whose):
    act = closing(**whose(slot))
    seen = look(act)
    done = apply(act, at_moment(), seen.fingerprint)
    assert done.done_summary == "Done. Classes: 2 cancelled."
    assert dates() == ["2026-01-07", "2026-01-28"]
    assert {row.cancel_reason for row in ScheduledClass.objects.filter(status="cancelled")} == {
        "Strike"
    }

    back = DeleteClosures((Closure.objects.get().pk,))
    assert look(back).planned_summary == "This would restore 2 classes."
    assert do(back).done_summary == "Done. Classes: 2 restored."
    assert dates() == BOTH


def test_what_takes_place_all_the_same_is_named(slot):
    touch(day("2026-01-14"))
    make.lesson(slot.student, on=day("2026-01-15"), whom=slot.teacher)
    # Moved away from the closed days: none of their business.
    touch(day("2026-01-21"), date=day("2026-01-24"))

    seen = look(closing())

    assert said(seen) == {"protected": 2}
    assert [str(line.day) for line in seen.lines] == ["2026-01-14", "2026-01-15"]
    assert "2 classes keep your changes." in seen.planned_summary


def test_what_a_person_cancelled_does_not_come_back_and_that_is_said(slot):
    do(closing())
    one = ScheduledClass.objects.get(date="2026-01-14")
    one.cancelled_by, one.edited_at = "student", at_moment().now
    one.save()

    seen = look(DeleteClosures((Closure.objects.get().pk,)))

    assert said(seen) == {"protected": 1, "restored": 1}
    assert seen.lines[0].reason == "cancelled by a person: stays cancelled"


def test_moved_to_other_days_it_gives_back_the_old_ones(slot):
    do(closing())
    one = Closure.objects.get()
    act = EditClosure(one.pk, {"first_date": day("2026-01-21"), "last_date": day("2026-01-28")})
    assert look(act).planned_summary == "This would cancel 1 class and restore 1 class."
    do(act)
    assert dates() == ["2026-01-07", "2026-01-14"]


def test_from_one_teacher_to_everyone_and_back(slot):
    other = make.slot(make.teacher("Luis"), weekday=3)
    horizon(weeks=4)
    do(closing(teacher=slot.teacher))
    one = Closure.objects.get()
    for_everyone = look(EditClosure(one.pk, {"teacher": None}))
    assert for_everyone.planned_summary == "This would cancel 2 classes."
    do(EditClosure(one.pk, {"teacher": None}))
    assert look(EditClosure(one.pk, {"teacher": other.teacher})).counts["restored"] == 2


def test_another_name_is_the_reason_from_then_on(slot):
    do(closing())
    one = Closure.objects.get()
    do(EditClosure(one.pk, {"name": "Works"}))
    cancelled = ScheduledClass.objects.filter(status="cancelled")
    assert {row.cancel_reason for row in cancelled} == {"Works"}
    with pytest.raises(ValidationError, match="No change: the values are the same"):
        look(EditClosure(one.pk, {"name": "Works"}))


def test_classes_of_other_days_and_new_ones_are_none_of_its_business(slot):
    """What the next run has to do is not told, or done, as the doing of a closure."""
    make.slot(make.teacher("Luis"), weekday=4)
    ScheduledClass.objects.filter(date="2026-01-28").delete()
    assert said(look(closing())) == {"cancelled": 2}
    do(closing())
    assert dates() == ["2026-01-07"]


def test_an_hour_that_was_taken_meanwhile_is_a_conflict(slot):
    do(closing())
    make.lesson(on=day("2026-01-14"), whom=slot.teacher)
    seen = look(DeleteClosures((Closure.objects.get().pk,)))
    assert said(seen) == {"conflict": 1, "restored": 1}


def test_fixed_schedules_of_this_week_follow_as_well(settings):
    make.schedule(weekday=5)
    weekly()
    assert said(look(closing("2026-01-09", "2026-01-09"))) == {"cancelled": 1}


@pytest.mark.parametrize(
    "act",
    [closing(), closing("2026-01-14", "2026-01-14"), DeleteClosures((1,)), EditClosure(1, {})],
)
def test_the_state_changes_between_them(slot, act):
    if not isinstance(act, AddClosure):
        do(closing())
        number = Closure.objects.get().pk
        values = {"last_date": day("2026-01-14")}
        act = (
            DeleteClosures((number,))
            if isinstance(act, DeleteClosures)
            else EditClosure(number, values)
        )
    seen = look(act)
    touch(day("2026-01-14"))
    ScheduledClass.objects.filter(date="2026-01-21").update(attendance="excused")
    before, closures = calendar(), list(Closure.objects.values())

    with pytest.raises(StalePlanError) as caught:
        apply(act, at_moment(), seen.fingerprint)

    assert (calendar(), list(Closure.objects.values())) == (before, closures)
    assert caught.value.new_plan.fingerprint == look(act).fingerprint


@pytest.mark.parametrize("values", [{"subject": "Cello"}, {"is_shared": True}], ids=list)
def test_what_comes_back_as_another_class_is_another_plan(slot, values):
    do(closing())
    act = DeleteClosures((Closure.objects.get().pk,))
    seen = look(act)
    RecurringSlot.objects.update(**values)
    with pytest.raises(StalePlanError):
        apply(act, at_moment(), seen.fingerprint)
    assert Closure.objects.exists()


def test_someone_else_takes_it_away_meanwhile(slot):
    do(closing())
    act = DeleteClosures((Closure.objects.get().pk,))
    Closure.objects.all().delete()
    with pytest.raises(ValidationError, match="gone"):
        look(act)


@pytest.mark.parametrize(
    ("act", "words"),
    [(closing(last="2026-01-13"), "before the first"), (closing(name=""), "blank")],
)
def test_what_makes_no_sense(slot, act, words):
    with pytest.raises(ValidationError, match=words):
        look(act)


def test_a_teacher_or_a_student(slot):
    with pytest.raises(ValidationError, match="not both"):
        look(closing(teacher=slot.teacher, student=slot.student))


def test_the_same_twice_and_days_that_are_closed_already(slot):
    do(closing())
    with pytest.raises(ValidationError, match="An identical closure already exists"):
        look(closing())
    seen = look(closing("2026-01-14", "2026-01-14", name="Feast"))
    assert seen.warnings == [
        "These days are closed already: Strike (Wed 14 Jan 2026 – Wed 21 Jan 2026)."
    ]


def test_what_is_long_over_changes_no_class(slot):
    done = do(closing("2025-12-01", "2025-12-31"))
    assert (done.done_summary, done.runs) == ("Done.", [])
    assert Closure.objects.count() == 1


def test_days_by_name_those_that_are_closed_already_aside(slot):
    do(closing("2026-01-14", "2026-01-14"))
    days = ((day("2026-01-14"), "Feast"), (day("2026-01-21"), "Founders’ Day"))

    assert said(look(AddHolidays(days))) == {"cancelled": 1}
    do(AddHolidays(days))

    assert sorted(Closure.objects.values_list("name", flat=True)) == ["Founders’ Day", "Strike"]
    with pytest.raises(ValidationError, match="closed already"):
        look(AddHolidays(days))


def test_what_was_done_is_in_the_log(slot):
    done = do(closing())
    run = JobRun.objects.get(pk__in=done.runs)
    assert (run.job, run.trigger, run.is_full) == ("horizon", "change", False)
    assert run.options["days"] == [["2026-01-14", "2026-01-21"]]
    assert run.counts["cancelled"] == 2


@pytest.fixture
def large(monkeypatch):
    """Every studio is too large for one transaction, and no worker comes."""
    nobody = SimpleNamespace(enqueue=lambda run_id: None, get_backend=lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr(run_window, "chunks", lambda *args: [1, 2])
        patch.setattr(enqueue, "perform_run", nobody)
        yield


@pytest.mark.usefixtures("large")
def test_a_large_studio_follows_in_the_background(slot):
    """The closure is stored at once, if the plan is still what was seen; runs do the rest."""
    seen = look(closing())
    assert seen.planned_summary == "This would cancel 2 classes."
    assert not seen.runs

    done = apply(closing(), at_moment(), seen.fingerprint)

    assert done.done_summary == "Saved. 2 classes follow in the background."
    assert Closure.objects.count() == 1
    assert dates() == BOTH
    runs = JobRun.objects.filter(pk__in=done.runs).order_by("pk")
    assert [(run.job, run.state) for run in runs] == [("weekly", "queued"), ("horizon", "queued")]
    for run in runs:
        perform(run.pk, lambda: at_moment().now)
    assert dates() == ["2026-01-07", "2026-01-28"]
    assert [run.state for run in runs.all()] == ["succeeded", "succeeded"]


@pytest.mark.usefixtures("large")
def test_nor_is_a_large_one_closed_where_the_state_has_changed(slot):
    seen = look(closing())
    touch(day("2026-01-14"))
    with pytest.raises(StalePlanError):
        apply(closing(), at_moment(), seen.fingerprint)
    assert not Closure.objects.exists()
    assert not JobRun.objects.filter(state="queued").exists()


def test_queries_do_not_grow_with_the_studio(settings):
    settings.HORIZON_WEEKS = 4
    taken = []
    for _size in range(2):
        for _number in range(5):
            make.slot(weekday=3)
        horizon(weeks=4)
        with CaptureQueriesContext(connection) as queries:
            preview(closing(), at_moment())
        taken.append(len(queries))
    assert taken[0] == taken[1]
