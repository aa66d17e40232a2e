"""Changes of closures: the preview, the application and the restored classes."""

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
    """A slot on Wednesdays at 10:00, with four weeks of lessons."""
    settings.HORIZON_WEEKS = 4
    row = make.slot(make.teacher("Marta"), make.student("Ana Ruiz"), weekday=3)
    horizon(weeks=4)
    return row


def closing(first="2026-01-14", last="2026-01-21", **values) -> AddClosure:
    days = {"first_date": day(first), "last_date": day(last)}
    return AddClosure({"name": "Strike", **days, **values})


SCOPES = [
    pytest.param(lambda slot: {}, id="everyone"),
    pytest.param(lambda slot: {"teacher": slot.teacher}, id="teacher"),
    pytest.param(lambda slot: {"student": slot.student}, id="student"),
]


@pytest.mark.parametrize("scope", SCOPES)
def test_preview_names_classes_and_reason_and_writes_nothing(slot, scope):
    previewed = look(closing(**scope(slot)))

    assert previewed.planned_summary == "This would cancel 2 classes."
    assert {line.reason for line in previewed.lines} == {"closed: Strike"}
    assert [str(line.day) for line in previewed.lines] == ["2026-01-14", "2026-01-21"]
    assert not Closure.objects.exists()
    assert dates() == BOTH


@pytest.mark.parametrize("scope", SCOPES)
def test_closure_cancels_and_its_deletion_restores(slot, scope):
    change = closing(**scope(slot))
    previewed = look(change)
    applied = apply(change, at_moment(), previewed.fingerprint)
    assert applied.done_summary == "Done. Classes: 2 cancelled."
    assert dates() == ["2026-01-07", "2026-01-28"]
    assert {row.cancel_reason for row in ScheduledClass.objects.filter(status="cancelled")} == {
        "Strike"
    }

    back = DeleteClosures((Closure.objects.get().pk,))
    assert look(back).planned_summary == "This would restore 2 classes."
    assert do(back).done_summary == "Done. Classes: 2 restored."
    assert dates() == BOTH


def test_classes_that_stay_are_named(slot):
    touch(day("2026-01-14"))
    make.lesson(slot.student, on=day("2026-01-15"), teacher=slot.teacher)
    # Moved away from the closed days, so not affected.
    touch(day("2026-01-21"), date=day("2026-01-24"))

    previewed = look(closing())

    assert said(previewed) == {"protected": 2}
    assert [str(line.day) for line in previewed.lines] == ["2026-01-14", "2026-01-15"]
    assert "2 classes keep your changes." in previewed.planned_summary


def test_class_cancelled_by_hand_is_not_restored_but_named(slot):
    do(closing())
    closure = ScheduledClass.objects.get(date="2026-01-14")
    closure.cancelled_by, closure.edited_at = "student", at_moment().now
    closure.save()

    previewed = look(DeleteClosures((Closure.objects.get().pk,)))

    assert said(previewed) == {"protected": 1, "restored": 1}
    assert previewed.lines[0].reason == "cancelled by a person: stays cancelled"


def test_new_dates_restore_the_old_ones(slot):
    do(closing())
    closure = Closure.objects.get()
    change = EditClosure(
        closure.pk, {"first_date": day("2026-01-21"), "last_date": day("2026-01-28")}
    )
    assert look(change).planned_summary == "This would cancel 1 class and restore 1 class."
    do(change)
    assert dates() == ["2026-01-07", "2026-01-14"]


def test_closure_changes_from_one_teacher_to_everyone_and_back(slot):
    other = make.slot(make.teacher("Luis"), weekday=3)
    horizon(weeks=4)
    do(closing(teacher=slot.teacher))
    closure = Closure.objects.get()
    for_everyone = look(EditClosure(closure.pk, {"teacher": None}))
    assert for_everyone.planned_summary == "This would cancel 2 classes."
    do(EditClosure(closure.pk, {"teacher": None}))
    assert look(EditClosure(closure.pk, {"teacher": other.teacher})).counts["restored"] == 2


def test_new_name_becomes_the_reason(slot):
    do(closing())
    closure = Closure.objects.get()
    do(EditClosure(closure.pk, {"name": "Works"}))
    cancelled = ScheduledClass.objects.filter(status="cancelled")
    assert {row.cancel_reason for row in cancelled} == {"Works"}
    with pytest.raises(ValidationError, match="No change: the values are the same"):
        look(EditClosure(closure.pk, {"name": "Works"}))


def test_other_days_and_new_classes_are_not_part_of_the_plan(slot):
    """Changes that the next run makes anyway are not reported as the closure's."""
    make.slot(make.teacher("Luis"), weekday=4)
    ScheduledClass.objects.filter(date="2026-01-28").delete()
    assert said(look(closing())) == {"cancelled": 2}
    do(closing())
    assert dates() == ["2026-01-07"]


def test_taken_hour_is_a_conflict(slot):
    do(closing())
    make.lesson(on=day("2026-01-14"), teacher=slot.teacher)
    previewed = look(DeleteClosures((Closure.objects.get().pk,)))
    assert said(previewed) == {"conflict": 1, "restored": 1}


def test_closure_applies_to_fixed_schedules_of_this_week(settings):
    make.schedule(weekday=5)
    weekly()
    assert said(look(closing("2026-01-09", "2026-01-09"))) == {"cancelled": 1}


@pytest.mark.parametrize(
    "change",
    [closing(), closing("2026-01-14", "2026-01-14"), DeleteClosures((1,)), EditClosure(1, {})],
)
def test_state_changes_between_preview_and_apply(slot, change):
    if not isinstance(change, AddClosure):
        do(closing())
        number = Closure.objects.get().pk
        values = {"last_date": day("2026-01-14")}
        change = (
            DeleteClosures((number,))
            if isinstance(change, DeleteClosures)
            else EditClosure(number, values)
        )
    previewed = look(change)
    touch(day("2026-01-14"))
    ScheduledClass.objects.filter(date="2026-01-21").update(attendance="excused")
    before, closures = calendar(), list(Closure.objects.values())

    with pytest.raises(StalePlanError) as caught:
        apply(change, at_moment(), previewed.fingerprint)

    assert (calendar(), list(Closure.objects.values())) == (before, closures)
    assert caught.value.new_plan.fingerprint == look(change).fingerprint


@pytest.mark.parametrize("values", [{"subject": "Cello"}, {"is_shared": True}], ids=list)
def test_different_restored_class_is_a_different_plan(slot, values):
    do(closing())
    change = DeleteClosures((Closure.objects.get().pk,))
    previewed = look(change)
    RecurringSlot.objects.update(**values)
    with pytest.raises(StalePlanError):
        apply(change, at_moment(), previewed.fingerprint)
    assert Closure.objects.exists()


def test_concurrent_deletion_is_an_error(slot):
    do(closing())
    change = DeleteClosures((Closure.objects.get().pk,))
    Closure.objects.all().delete()
    with pytest.raises(ValidationError, match="no longer exists"):
        look(change)


@pytest.mark.parametrize(
    ("change", "words"),
    [(closing(last="2026-01-13"), "before the first"), (closing(name=""), "blank")],
)
def test_invalid_closures_are_refused(slot, change, words):
    with pytest.raises(ValidationError, match=words):
        look(change)


def test_closure_is_for_a_teacher_or_a_student(slot):
    with pytest.raises(ValidationError, match="not both"):
        look(closing(teacher=slot.teacher, student=slot.student))


def test_identical_closure_is_refused_and_closed_days_warn(slot):
    do(closing())
    with pytest.raises(ValidationError, match="An identical closure already exists"):
        look(closing())
    previewed = look(closing("2026-01-14", "2026-01-14", name="Feast"))
    assert previewed.warnings == [
        "These days are closed already: Strike (Wed 14 Jan 2026 – Wed 21 Jan 2026)."
    ]


def test_past_closure_changes_no_class(slot):
    applied = do(closing("2025-12-01", "2025-12-31"))
    assert (applied.done_summary, applied.runs) == ("Done.", [])
    assert Closure.objects.count() == 1


def test_holidays_skip_days_already_closed(slot):
    do(closing("2026-01-14", "2026-01-14"))
    days = ((day("2026-01-14"), "Feast"), (day("2026-01-21"), "Founders’ Day"))

    assert said(look(AddHolidays(days))) == {"cancelled": 1}
    do(AddHolidays(days))

    assert sorted(Closure.objects.values_list("name", flat=True)) == ["Founders’ Day", "Strike"]
    with pytest.raises(ValidationError, match="closed already"):
        look(AddHolidays(days))


def test_applied_closure_is_logged(slot):
    applied = do(closing())
    run = JobRun.objects.get(pk__in=applied.runs)
    assert (run.job, run.trigger, run.is_full) == ("horizon", "change", False)
    assert run.options["days"] == [["2026-01-14", "2026-01-21"]]
    assert run.counts["cancelled"] == 2


@pytest.fixture
def large(monkeypatch):
    """Treat every studio as too large for one transaction, and start no worker."""
    nobody = SimpleNamespace(enqueue=lambda run_id: None, get_backend=lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr(run_window, "chunks", lambda *args: [1, 2])
        patch.setattr(enqueue, "perform_run", nobody)
        yield


@pytest.mark.usefixtures("large")
def test_large_studio_is_updated_in_the_background(slot):
    """The closure is stored immediately if the plan is unchanged; runs update the classes."""
    previewed = look(closing())
    assert previewed.planned_summary == "This would cancel 2 classes."
    assert not previewed.runs

    applied = apply(closing(), at_moment(), previewed.fingerprint)

    assert applied.done_summary == "Saved. 2 classes follow in the background."
    assert Closure.objects.count() == 1
    assert dates() == BOTH
    runs = JobRun.objects.filter(pk__in=applied.runs).order_by("pk")
    assert [(run.job, run.state) for run in runs] == [("weekly", "queued"), ("horizon", "queued")]
    for run in runs:
        perform(run.pk, lambda: at_moment().now)
    assert dates() == ["2026-01-07", "2026-01-28"]
    assert [run.state for run in runs.all()] == ["succeeded", "succeeded"]


@pytest.mark.usefixtures("large")
def test_stale_plan_of_a_large_studio_is_refused(slot):
    previewed = look(closing())
    touch(day("2026-01-14"))
    with pytest.raises(StalePlanError):
        apply(closing(), at_moment(), previewed.fingerprint)
    assert not Closure.objects.exists()
    assert not JobRun.objects.filter(state="queued").exists()


def test_number_of_queries_is_constant(settings):
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
