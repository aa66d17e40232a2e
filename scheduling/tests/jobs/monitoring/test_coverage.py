"""Coverage: the missing classes and clashes of the calendar, compared with the next runs."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.domain.windows import DAY, WEEK
from scheduling.jobs.monitoring.coverage import A_SERIES, Coverage, coverage
from scheduling.jobs.monitoring.status import status
from scheduling.models import (
    Closure,
    FixedSchedule,
    JobRun,
    JobRunItem,
    RecurringSlot,
    ScheduledClass,
    Trigger,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, moment
from scheduling.tests.jobs.helpers import counts, horizon, weekly
from scheduling.tests.jobs.long_lives.random_studio import Studio

pytestmark = pytest.mark.django_db
NOON = moment("2026-01-05 12:00")
WEDNESDAY = MONDAY + 2 * DAY


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"
    settings.HORIZON_WEEKS = 4


def numbers(cover: Coverage) -> tuple[int, int, int, int]:
    """Return the numbers of classes this week, missing this week and later, and of clashes."""
    return (
        cover.stored,
        cover.missing_this_week,
        cover.missing_later,
        len(cover.conflicts),
    )


def at(now: datetime = EARLY) -> tuple[int, int, int, int]:
    return numbers(coverage(now))


def run_both(now: datetime = EARLY) -> None:
    weekly(now.date(), now)
    horizon(now.date(), now, weeks=4)


@pytest.fixture
def call_jobs():
    """Return a function that starts both jobs at a moment, as cron does."""

    def call(now: datetime) -> None:
        for job in (weekly, horizon):
            result = job(now.date(), now, trigger=Trigger.CRON, weeks=4)
            JobRun.objects.filter(pk=result.run_id).update(started_at=now)

    return call


def test_raised_horizon_misses_nothing_until_the_next_run(call_jobs, settings):
    make.slot(created_at=EARLY - 7 * DAY)
    call_jobs(moment("2026-01-05 02:00"))
    settings.HORIZON_WEEKS = 6
    cover = coverage(NOON)
    assert numbers(cover) == (1, 0, 0, 0)
    # The next run is that of Tuesday.
    assert (cover.through, cover.extended) == (MONDAY + 4 * WEEK - DAY, MONDAY + 6 * WEEK)
    assert status(NOON, cover).facts[1:3] == [
        "Lessons are scheduled through Sunday 1 February 2026.",
        "Those through Monday 16 February 2026 are created by the next run.",
    ]
    # Missing in the former horizon is missing.
    ScheduledClass.objects.filter(date=MONDAY + WEEK).delete()
    assert numbers(coverage(NOON)) == (1, 0, 1, 0)
    run = horizon(MONDAY, NOON, weeks=6)
    JobRun.objects.filter(pk=run.run_id).update(started_at=NOON)
    cover = coverage(NOON)
    assert (numbers(cover), cover.extended) == ((1, 0, 0, 0), None)


def test_raised_horizon_is_missing_where_nothing_starts_the_next_run(settings):
    make.slot()
    horizon(weeks=4)
    settings.HORIZON_WEEKS = 6
    cover = coverage(EARLY)
    assert (numbers(cover), cover.extended) == ((1, 0, 2, 0), None)


class TestThisWeek:
    def test_classes_are_missing_only_before_run(self):
        for n in range(3):
            make.schedule(weekday=n + 1)
        assert at() == (0, 3, 0, 0)
        weekly()
        assert at() == (3, 0, 0, 0)

    def test_series_without_occurrences_miss_nothing(self):
        make.schedule(make.student(is_active=False))
        make.schedule(make.student(start=None))
        make.schedule(make.student(end_date=MONDAY - DAY))
        make.schedule(teacher=make.teacher(is_active=False))
        make.schedule(valid_until=MONDAY - DAY)
        make.schedule(valid_from=MONDAY + WEEK)
        make.schedule(interval_weeks=2, valid_from=MONDAY - WEEK)
        make.slot(status="paused")
        make.slot(valid_from=MONDAY + 4 * WEEK)
        assert at() == (0, 0, 0, 0)

    def test_clashing_occurrence_is_not_missing(self):
        ana = make.student()
        make.schedule(ana)
        make.schedule(ana)
        assert at() == (0, 1, 0, 1)
        weekly()
        assert at() == (1, 0, 0, 1)
        assert coverage(EARLY).expected == 2

    def test_class_cancelled_by_person_is_not_missing(self):
        make.schedule()
        weekly()
        ScheduledClass.objects.update(status="cancelled", cancelled_by="student")
        assert at() == (0, 0, 0, 0)

    def test_class_moved_to_other_week_is_not_missing(self):
        make.schedule()
        weekly()
        ScheduledClass.objects.update(date=MONDAY + WEEK, edited_at=EARLY)
        assert at() == (0, 0, 0, 0)

    def test_active_one_offs_are_counted(self):
        make.lesson(on=WEDNESDAY)
        make.lesson(on=WEDNESDAY, status="cancelled")
        assert at() == (1, 0, 0, 0)

    def test_occurrence_is_missing_only_after_closure_is_deleted(self):
        open_series, closed_series = make.schedule(), make.schedule()
        make.closure("Away", MONDAY, student=closed_series.student)
        assert at() == (0, 1, 0, 0)
        weekly()
        closure = make.closure("Strike", MONDAY)
        assert at() == (1, 0, 0, 0)
        weekly()
        assert at() == (0, 0, 0, 0)
        closure.delete()
        assert at() == (0, 1, 0, 0)
        weekly()
        assert ScheduledClass.objects.get(status="scheduled").student == open_series.student

    def test_shortened_closure_makes_occurrence_missing(self):
        make.schedule(weekday=1)
        make.schedule(weekday=3)
        closure = make.closure("Strike", MONDAY, WEDNESDAY)
        weekly()
        assert at() == (0, 0, 0, 0)
        Closure.objects.filter(pk=closure.pk).update(last_date=MONDAY)
        assert at() == (0, 1, 0, 0)

    def test_one_off_fulfils_occurrence_after_closure(self):
        rule = make.schedule(weekday=3)
        weekly()
        strike = make.closure("Strike", WEDNESDAY)
        weekly()
        make.lesson(rule.student, WEDNESDAY)
        strike.delete()
        assert at() == (1, 0, 0, 0)
        assert counts(weekly()) == {"exists": 1}


class TestTheHorizon:
    def test_slots_miss_classes_of_this_and_later_weeks(self):
        make.slot()
        make.slot(weekday=3, interval_weeks=2, valid_from=MONDAY)
        assert at() == (0, 2, 4, 0)
        horizon(weeks=4)
        assert at() == (2, 0, 0, 0)

    def test_deleted_class_is_missing(self):
        make.slot()
        horizon(weeks=4)
        ScheduledClass.objects.get(date=MONDAY + 2 * WEEK).delete()
        assert at() == (1, 0, 1, 0)

    def test_past_occurrence_is_not_missing(self):
        make.slot()
        make.slot(weekday=2)
        assert at(moment("2026-01-06 12:00")) == (0, 1, 7, 0)

    def test_horizon_of_two_years_is_counted_to_its_end(self, settings):
        settings.HORIZON_WEEKS = 104
        make.slot()
        horizon(weeks=104)
        ScheduledClass.objects.get(date=MONDAY + 103 * WEEK).delete()
        ScheduledClass.objects.get(date=MONDAY + 61 * WEEK).delete()
        assert at() == (1, 0, 2, 0)

    def test_class_in_other_week_does_not_fill_gap(self):
        slot = make.slot(interval_weeks=2, valid_from=MONDAY)
        horizon(weeks=4)
        ScheduledClass.objects.filter(date=MONDAY + 2 * WEEK).delete()
        make.lesson(on=MONDAY + WEEK, recurring_slot=slot, edited_at=EARLY)
        assert at() == (1, 0, 1, 0)

    def test_slots_and_fixed_schedules_clash_with_each_other(self):
        teacher = make.teacher()
        make.slot(teacher)
        make.schedule(teacher=teacher)
        assert at() == (0, 1, 3, 1)
        run_both()
        assert at() == (1, 0, 0, 1)


class TestClashes:
    def test_overlapping_slots_clash_each_week(self):
        teacher = make.teacher()
        make.slot(teacher)
        make.slot(teacher, start="10:30")
        assert at() == (0, 1, 3, 4)
        horizon(weeks=4)
        assert at() == (1, 0, 0, 4)

    def test_existing_class_that_cannot_follow_its_series_clashes(self):
        teacher = make.teacher()
        make.slot(teacher)
        other = make.slot(teacher, start="12:00")
        horizon(weeks=4)
        RecurringSlot.objects.filter(pk=other.pk).update(start_time="10:30")
        assert at() == (2, 0, 0, 4)
        assert coverage(EARLY).expected == 2
        assert counts(horizon(weeks=4))["conflict"] == 4

    def test_lengthened_class_clashes_with_next(self):
        teacher = make.teacher()
        slot = make.slot(teacher)
        make.slot(teacher, start="11:00")
        horizon(weeks=4)
        RecurringSlot.objects.filter(pk=slot.pk).update(duration_minutes=90)
        assert at() == (2, 0, 0, 4)
        assert counts(horizon(weeks=4))["conflict"] == 4

    def test_occurrence_is_missing_once_its_rival_is_cancelled(self):
        teacher = make.teacher()
        make.slot(teacher)
        make.slot(teacher)
        horizon(weeks=4)
        assert at() == (1, 0, 0, 4)
        ScheduledClass.objects.filter(date=MONDAY).update(
            status="cancelled", cancelled_by="student", edited_at=EARLY
        )
        assert at() == (0, 1, 0, 3)

    def test_occurrence_is_missing_once_its_rival_is_paused(self):
        teacher = make.teacher()
        first = make.slot(teacher)
        make.slot(teacher)
        horizon(weeks=4)
        RecurringSlot.objects.filter(pk=first.pk).update(status="paused")
        assert at() == (1, 1, 3, 0)
        horizon(weeks=4)
        assert at() == (1, 0, 0, 0)

    def test_series_that_swap_hours_do_not_clash(self):
        teacher = make.teacher()
        first, second = make.slot(teacher), make.slot(teacher, start="12:00")
        horizon(weeks=4)
        RecurringSlot.objects.filter(pk=first.pk).update(start_time="12:00")
        RecurringSlot.objects.filter(pk=second.pk).update(start_time="10:00")
        assert at() == (2, 0, 0, 0)


class TestTheNight:
    """Before the nightly run its classes are not missing yet, if something calls it."""

    def test_new_day_is_not_missing_before_nightly_run(self, call_jobs):
        make.slot()
        call_jobs(moment("2026-01-05 02:00"))
        night = moment("2026-01-06 00:30")
        found = coverage(night)
        assert numbers(found) == (1, 0, 0, 0)
        assert found.through == MONDAY + 4 * WEEK - DAY
        assert numbers(coverage(moment("2026-01-06 03:30"))) == (1, 0, 1, 0)

    def test_new_day_is_missing_at_midnight_without_caller(self):
        make.slot()
        horizon(weeks=4)
        assert at(moment("2026-01-06 00:30")) == (1, 0, 1, 0)

    def test_new_week_is_not_missing_before_weekly_run(self, call_jobs):
        make.schedule(weekday=1)
        call_jobs(moment("2026-01-05 02:00"))
        call_jobs(moment("2026-01-11 02:00"))
        assert at(moment("2026-01-12 00:30")) == (0, 0, 0, 0)
        assert at(moment("2026-01-12 03:30")) == (0, 1, 0, 0)


class TestTheCount:
    def test_limited_count_is_marked_incomplete(self):
        for n in range(1, 5):
            make.schedule(weekday=n)
        found = coverage(EARLY, most=4 * (A_SERIES + 1) - 1)
        assert (found.missing_this_week, found.is_complete) == (3, False)
        found = coverage(EARLY, most=4 * (A_SERIES + 1))
        assert (found.missing_this_week, found.is_complete) == (4, True)

    def test_closed_series_do_not_hide_missing_classes(self):
        """Three slots are closed beyond the horizon, and a later one misses its classes."""
        for _n in range(3):
            make.closure("Away", MONDAY, MONDAY + 8 * WEEK, student=make.slot().student)
        make.slot()
        found = coverage(EARLY, most=A_SERIES + 4)
        assert (found.missing.total(), found.is_complete) == (4, True)

    def test_limited_count_prefers_oldest_series(self):
        teacher = make.teacher()
        make.slot(teacher)
        make.slot(teacher)
        found = coverage(EARLY, most=A_SERIES + 4)
        assert (found.missing.total(), len(found.conflicts), found.is_complete) == (4, 0, False)

    @pytest.mark.usefixtures("one_reading_of_the_studio")
    def test_query_count_is_constant(self):
        query_counts = []
        for size in (3, 12):
            teacher = make.teacher()
            for n in range(size):
                make.schedule(weekday=n % 7 + 1)
                make.slot(teacher)
                make.slot(make.teacher(), weekday=n % 7 + 1)
            run_both()
            for kind in (FixedSchedule, RecurringSlot):
                make.lesson()
                assert kind.objects.exists()
            ScheduledClass.objects.filter(date=WEDNESDAY, week__isnull=False).delete()
            with CaptureQueriesContext(connection) as captured:
                found = coverage(EARLY)
            assert found.missing.total()
            assert found.conflicts
            query_counts.append(len(captured))
        assert query_counts[0] == query_counts[1] < 30


def run_until_done(studio: Studio) -> tuple[int, set[tuple[str, int, object]]]:
    """Run both jobs until neither creates classes; return the number created and the conflicts."""
    made = 0
    for _round in range(4):
        conflicts: set[tuple[str, int, object]] = set()
        created = 0
        for run in (horizon, weekly):
            result = run(studio.today, studio.now, weeks=4, dated=True)
            created += result.counts["created"] + result.counts["restored"]
            items = JobRunItem.objects.filter(run_id=result.run_id, outcome="conflict")
            conflicts |= set(items.values_list("series_kind", "series_id", "date"))
        made += created
        if not created:
            return made, conflicts
    raise AssertionError("the runs never end")


def is_clash_between_kinds(cover: Coverage) -> bool:
    """Return whether a slot and a fixed schedule clash; the first job to run gets the hour."""
    pairs = (
        (conflict.clash.booking.series, conflict.planned.series) for conflict in cover.conflicts
    )
    return any(booking is not None and booking.kind != planned.kind for booking, planned in pairs)


def check_life(seed: int) -> None:
    studio = Studio(seed)
    story: list[object] = [f"seed {seed}"]
    for _round in range(8):
        story += [studio.change() for _ in range(studio.dice.randint(1, 4))]
        before = coverage(studio.now)
        made, clashes = run_until_done(studio)
        after = coverage(studio.now)
        assert not after.missing, story
        found = {(*line.planned.series.key, line.planned.day) for line in after.conflicts}
        assert found == clashes, story
        total = before.missing.total() + len(before.conflicts)
        assert total == made + len(clashes) or is_clash_between_kinds(before), story


@pytest.mark.parametrize("seed", range(3))
def test_missing_classes_are_those_next_runs_create(seed):
    check_life(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3, 100))
def test_missing_classes_are_those_next_runs_create_in_many_lives(seed):
    check_life(seed)
