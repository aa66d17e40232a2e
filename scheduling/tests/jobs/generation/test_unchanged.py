"""The survey of unchanged series, which saves planning and changes no result."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks, generator
from scheduling.jobs.generation.unchanged import UnchangedSeries
from scheduling.models import FixedSchedule, JobRun, RecurringSlot, ScheduledClass, Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import Recorder, counts, dry_run, horizon, missing, weekly

pytestmark = pytest.mark.django_db

THURSDAY = MONDAY + timedelta(3)
ZONES = ("Europe/Madrid", "America/New_York", "Asia/Kolkata")


@pytest.fixture
def planned(monkeypatch):
    """Return a list that collects the ids of individually planned series."""
    ids = []
    inner = generator.plan_series

    def record(context, series, now):
        ids.extend(row.key.id for row in series)
        return inner(context, series, now)

    monkeypatch.setattr(generator, "plan_series", record)
    return ids


@pytest.fixture
def slots():
    """Return twelve slots of three teachers in different zones."""
    return [
        make.slot(teacher, weekday=n % 4 + 1, start=f"{9 + n:02}:00")
        for teacher in (make.teacher(zone=zone) for zone in ZONES)
        for n in range(4)
    ]


def rerun(planned, run=horizon, **values):
    """Run twice; return the second result and the ids planned in it."""
    run(**values)
    planned.clear()
    return run(**values), planned


def test_unchanged_series_are_not_planned(slots, planned):
    result, planned_ids = rerun(planned, weeks=12)
    assert planned_ids == []
    assert counts(result) == {"exists": 12 * 12}
    assert result.students == {slot.student_id for slot in slots}
    assert result.teachers == {slot.teacher_id for slot in slots}
    assert (result.done, result.total) == (12, 12)
    assert JobRun.objects.latest("id").progress_done == 12


def test_unchanged_fixed_schedules_are_not_planned(planned):
    make.schedule(None, make.teacher(zone="Europe/Madrid"))
    make.schedule()
    result, planned_ids = rerun(planned, run=weekly)
    assert planned_ids == []
    assert counts(result) == {"exists": 2}


def test_unchanged_series_across_clock_change_are_not_planned(slots, planned):
    result, planned_ids = rerun(planned, today=MONDAY.replace(month=3), weeks=12)
    assert planned_ids == []
    assert counts(result) == {"exists": 12 * 12}


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(seconds=1), timedelta(days=-1)])
def test_only_series_with_wrong_instant_is_planned(slots, planned, wrong):
    horizon(weeks=4)
    row = ScheduledClass.objects.filter(recurring_slot=slots[5]).last()
    ScheduledClass.objects.filter(pk=row.pk).update(
        starts_at=row.starts_at + wrong, ends_at=row.ends_at + wrong
    )
    planned.clear()
    assert counts(horizon(weeks=4)) == {"exists": 47, "moved": 1}
    assert planned == [slots[5].pk]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"notes": "recital"}, "protected"),
        ({"attendance": "present"}, "protected"),
        ({"teacher": None}, "moved"),
        ({"subject": "Drums"}, "moved"),
        ({"is_shared": True}, "moved"),
        ({"time_zone": "UTC"}, "moved"),
        ({"start_time": make.at("07:00")}, "moved"),
        ({"end_time": make.at("23:00")}, "moved"),
        ({"status": "completed"}, "protected"),
    ],
    ids=str,
)
def test_only_series_with_differing_class_is_planned(slots, planned, changes, outcome):
    horizon(weeks=4)
    row = ScheduledClass.objects.filter(recurring_slot=slots[7]).last()
    ScheduledClass.objects.filter(pk=row.pk).update(**changes)
    planned.clear()
    assert counts(horizon(weeks=4)) == {"exists": 47, outcome: 1}
    assert planned == [slots[7].pk]


def test_only_series_with_missing_class_are_planned(slots, planned):
    horizon(weeks=4)
    ScheduledClass.objects.filter(recurring_slot__in=slots[2:4]).last().delete()
    ScheduledClass.objects.filter(recurring_slot=slots[9])[1].delete()
    planned.clear()
    assert counts(horizon(weeks=4)) == {"exists": 46, "created": 2}
    assert sorted(planned) == [slots[3].pk, slots[9].pk]


def test_next_day_plans_only_series_of_new_weekday(slots, planned):
    horizon(weeks=4)
    planned.clear()
    result = horizon(MONDAY + timedelta(1), weeks=4)
    assert counts(result) == {"exists": 45, "created": 3}
    assert sorted(planned) == [slot.pk for slot in slots if slot.weekday == 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda slot: RecurringSlot.objects.filter(pk=slot.pk).update(start_time=make.at("20:00")),
        lambda slot: RecurringSlot.objects.filter(pk=slot.pk).update(duration_minutes=45),
        lambda slot: RecurringSlot.objects.filter(pk=slot.pk).update(status="paused"),
        lambda slot: RecurringSlot.objects.filter(pk=slot.pk).update(interval_weeks=2),
        lambda slot: RecurringSlot.objects.filter(pk=slot.pk).update(valid_until=THURSDAY),
        lambda slot: make.closure("Ill", MONDAY, THURSDAY, student=slot.student),
        lambda slot: make.closure(
            "Pause", MONDAY, THURSDAY, student=slot.student, recurring_slot=slot
        ),
        lambda slot: type(slot.student).objects.filter(pk=slot.student_id).update(is_active=False),
    ],
)
def test_only_changed_series_is_planned(slots, planned, change):
    horizon(weeks=4)
    change(slots[0])
    planned.clear()
    horizon(weeks=4)
    assert planned == [slots[0].pk]


def test_changed_series_of_several_chunks_are_planned_together(slots, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=20))
    recorder = Recorder()
    horizon(weeks=4, observer=recorder)
    assert recorder.progress == [(4, 12), (8, 12), (12, 12)]  # a chunk for each teacher
    ScheduledClass.objects.filter(recurring_slot__in=slots[3:5]).delete()
    recorder = Recorder()
    assert counts(horizon(weeks=4, observer=recorder)) == {"exists": 40, "created": 8}
    assert recorder.progress == [(10, 12), (12, 12)]


def test_series_of_teacher_with_changed_zone_are_planned(slots, planned):
    horizon(weeks=4)
    Teacher.objects.filter(pk=slots[0].teacher_id).update(time_zone="Europe/Lisbon")
    planned.clear()
    assert counts(horizon(weeks=4))["moved"] == 16
    assert sorted(planned) == [slot.pk for slot in slots[:4]]


def test_fortnightly_series_with_different_weeks_are_unchanged(planned):
    for week in (0, 1, 0, 1):
        make.slot(interval_weeks=2, valid_from=MONDAY - timedelta(weeks=4 - week))
    result, planned_ids = rerun(planned, weeks=6)
    assert planned_ids == []
    assert counts(result) == {"exists": 4 * 3}


def test_series_with_known_holiday_is_not_planned(slots, planned):
    holiday = MONDAY + timedelta(7)
    make.closure("Holiday", holiday, holiday)
    previewed, _lines = dry_run(JobRun(job="horizon").job, weeks=4)
    result, planned_ids = rerun(planned, weeks=4)
    assert counts(previewed) == {"created": 45, "closed": 3}
    assert planned_ids == []
    assert counts(result) == {"exists": 45, "closed": 3}
    items = JobRun.objects.latest("id").items.filter(outcome="closed")
    assert [(item.date, item.occurrences) for item in items] == [(holiday, 3)]


def test_new_holiday_cancels_existing_classes(slots, planned):
    horizon(weeks=4)
    holiday = MONDAY + timedelta(7)
    make.closure("Holiday", holiday, holiday)
    planned.clear()
    assert counts(horizon(weeks=4)) == {"exists": 45, "cancelled": 3}
    assert sorted(planned) == [slot.pk for slot in slots if slot.weekday == 1]


def test_unchanged_series_are_found_on_next_monday(slots, planned):
    horizon(MONDAY, weeks=4)
    planned.clear()
    result = horizon(MONDAY + timedelta(7), weeks=3)
    assert planned == []
    assert counts(result) == {"exists": 36}


def test_series_with_too_many_weeks_are_planned_individually(planned):
    slot = make.slot()
    result, planned_ids = rerun(planned, weeks=104)
    assert planned_ids == [slot.pk]
    assert counts(result) == {"exists": 104}


def test_failing_survey_changes_no_result(slots, monkeypatch):
    def fail(*_args):
        raise ValueError("failed")

    horizon(weeks=4)
    monkeypatch.setattr(generator, "find_unchanged", fail)
    assert counts(horizon(weeks=4)) == {"exists": 48}


def full_result(run, **values):
    result = run(**values)
    stored = Counter()
    for item in JobRun.objects.latest("id").items.all():
        stored[item.outcome, item.series_id, item.date, item.code] += item.occurrences
    return counts(result), result.students, result.teachers, stored


@pytest.mark.parametrize("limit", [8_000, 1], ids=["one chunk", "a chunk for each owner"])
@pytest.mark.parametrize("run", [horizon, weekly, missing])
def test_result_is_same_with_and_without_survey(run, limit, slots, monkeypatch):
    make.schedule(None, slots[0].teacher, weekday=6)
    make.schedule(weekday=5)
    make.schedule(make.student(start=None))
    RecurringSlot.objects.filter(pk=slots[1].pk).update(valid_until=THURSDAY + timedelta(7))
    make.closure("Holiday", MONDAY + timedelta(8), MONDAY + timedelta(8))
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=limit))
    run(now=MONDAY)
    ScheduledClass.objects.filter(week__isnull=False)[0].delete()
    FixedSchedule.objects.filter(weekday=5).update(subject="Harp")
    run(now=THURSDAY)
    with_survey = full_result(run, now=THURSDAY)
    monkeypatch.setattr(generator, "find_unchanged", lambda *_args: UnchangedSeries())
    assert full_result(run, now=THURSDAY) == with_survey
