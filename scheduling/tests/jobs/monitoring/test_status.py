"""The status sentence of the studio and the conditions for “up to date”."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from scheduling.domain.windows import DAY, WEEK, week_window
from scheduling.jobs.monitoring.coverage import Coverage, coverage
from scheduling.jobs.monitoring.status import Level, Status, status
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.selectors.classes.attendance import Marks
from scheduling.tests import factories as make
from scheduling.tests.factories import moment
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.history import add_run

pytestmark = pytest.mark.django_db
NOW = moment("2026-02-18 21:00")  # a Wednesday
TODAY = NOW.date()
NEXT_RUN = "Next run tomorrow at 02:00, in 5 hours."


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"
    settings.JOB_LOG_RETENTION_DAYS = 60


def store_successful_runs() -> None:
    add_run(Job.WEEKLY, moment("2026-02-16 06:00"), created=148)
    for day in (17, 18):
        add_run(Job.HORIZON, moment(f"2026-02-{day} 02:00"), created=20)


def store_active_run(job: Job = Job.HORIZON, **values) -> JobRun:
    now = NOW - timedelta(minutes=3)
    values = {"state": RunState.RUNNING, "finished_at": None, "started_at": now} | values
    run = add_run(job, now, **values)
    JobRun.objects.filter(pk=run.pk).update(host="")
    return run


def cover(this_week: int = 0, later: int = 0, **values: Any) -> Coverage:
    """Return a coverage with the given numbers of missing classes."""
    missing = Counter({(Job.WEEKLY, TODAY): this_week, (Job.HORIZON, TODAY + WEEK): later})
    defaults = {
        "week": week_window(TODAY),
        "through": TODAY + 12 * WEEK - DAY,
        "stored": 148 - this_week,
        "missing": +missing,
    }
    return Coverage(**defaults | values)


def at(now: datetime = NOW, **values: Any) -> Status:
    return status(now, cover(**values))


def summary(found: Status) -> tuple[Level, str]:
    return found.level, found.title


def test_everything_is_up_to_date():
    store_successful_runs()
    found = at()
    assert summary(found) == (Level.OK, "Everything is up to date.")
    assert found.detail == (
        "This week: 148 of 148 classes. Lessons are scheduled through Tuesday 12 May 2026. "
        f"{NEXT_RUN}"
    )


def test_status_is_in_language_of_reader():
    store_successful_runs()
    with translation.override("es"):
        found = at()
    assert found.title == "Todo está al día."
    assert found.detail.startswith("Esta semana: 148 de 148 clases.")


class TestCalendar:
    """The coverage of the calendar decides, not the last run."""

    @pytest.fixture(autouse=True)
    def log(self):
        store_successful_runs()

    def test_missing_classes_of_this_week_are_reported(self):
        found = at(this_week=1)
        assert summary(found) == (Level.WARN, "1 class of this week is missing.")
        assert found.detail == (
            "Generate them now. This week: 147 of 148 classes. "
            f"Lessons are scheduled through Tuesday 12 May 2026. {NEXT_RUN}"
        )

    def test_missing_classes_of_later_weeks_are_reported(self):
        found = at(later=1_342)
        assert summary(found) == (Level.WARN, "1,342 classes of the weeks ahead are missing.")
        assert found.detail == f"Generate them now. This week: 148 of 148 classes. {NEXT_RUN}"

    def test_missing_classes_of_this_week_come_first(self):
        found = at(this_week=3, later=20)
        assert found.title == "3 classes of this week are missing."
        assert "20 classes of the weeks ahead are missing." in found.detail

    def test_incomplete_count_is_reported_as_more_than(self):
        found = at(this_week=100, later=2_900, is_complete=False)
        assert summary(found) == (Level.WARN, "More than 3,000 classes are missing or clash.")
        assert found.detail == f"Generate them now. {NEXT_RUN}"

    def test_clashes_are_reported(self):
        teacher = make.teacher()
        make.slot(teacher)
        make.slot(teacher)
        horizon(TODAY, NOW)
        found = status(NOW, coverage(NOW))
        assert summary(found) == (Level.WARN, "1 clash of lessons to resolve.")
        assert found.detail.startswith("Move, share or pause one of the two;")
        ScheduledClass.objects.all().delete()
        assert status(NOW, coverage(NOW)).title == "12 classes of the weeks ahead are missing."

    def test_unmarked_classes_are_reported(self):
        found = at(marks=Marks(5, is_kept=True))
        assert summary(found) == (Level.WARN, "5 lessons are not marked.")
        assert found.detail.startswith("Mark who came. This week: ")

    def test_studio_that_never_marks_is_shown_setting(self):
        found = at(marks=Marks(500, is_kept=False))
        assert summary(found) == (Level.WARN, "No lesson has been marked yet.")
        assert "set the days to mark attendance to 0 under Settings" in found.detail

    def test_unmarked_classes_come_last(self):
        found = at(later=2, marks=Marks(5, is_kept=True))
        assert found.title == "2 classes of the weeks ahead are missing."
        assert "5 lessons are not marked." in found.detail

    def test_end_of_horizon_is_not_shown_without_slots(self):
        found = at(jobs_with_series=frozenset({Job.WEEKLY}))
        assert found.level == Level.OK
        assert "scheduled through" not in found.detail

    def test_studio_without_series_is_warned(self):
        found = at(jobs_with_series=frozenset(), stored=0)
        assert summary(found) == (Level.WARN, "There are no active weekly lessons.")


class TestCallers:
    def test_nothing_runs_by_itself_before_first_call(self):
        found = at()
        assert summary(found) == (Level.WARN, "Nothing runs by itself yet.")
        assert "manage.py install_cron" in found.detail
        assert "Next run" not in found.detail

    def test_manual_runs_do_not_count_as_automatic(self):
        for trigger in (Trigger.ADMIN, Trigger.COMMAND, Trigger.API, Trigger.CHANGE):
            add_run(Job.WEEKLY, NOW - timedelta(minutes=5), trigger=trigger)
            add_run(Job.HORIZON, NOW - timedelta(minutes=5), trigger=trigger)
        assert at().title == "Nothing runs by itself yet."

    def test_missing_classes_come_before_missing_caller(self):
        found = at(later=1_342)
        assert found.title == "1,342 classes of the weeks ahead are missing."
        assert "Nothing runs by itself yet." in found.detail

    def test_stopped_caller_is_reported_before_job_is_late(self):
        store_successful_runs()
        add_run(Job.WATCH, moment("2026-02-18 10:15"))
        found = at()
        assert summary(found) == (
            Level.WARN,
            "Nothing has run by itself since today at 10:15.",
        )
        assert "Next run" not in found.detail

    def test_single_called_job_is_reported(self):
        add_run(Job.HORIZON, moment("2026-02-18 02:00"), trigger=Trigger.HTTP)
        found = at()
        sentence = (
            "Only the lessons of the next weeks are generated automatically; this week’s fixed "
            "schedules, reminders and alerts need /api/cron/tick."
        )
        assert summary(found) == (Level.WARN, sentence)
        assert NEXT_RUN in found.detail
        assert "docs/cron.md" in found.detail
        assert at(jobs_with_series=frozenset({Job.HORIZON})).title == sentence
        add_run(Job.WATCH, NOW - timedelta(minutes=5), trigger=Trigger.HTTP)
        assert sentence not in at().detail

    def test_crontab_without_weekly_job_is_reported(self):
        add_run(Job.HORIZON, moment("2026-02-18 02:00"))
        found = at()
        assert summary(found) == (Level.WARN, "“This week's lessons” does not run by itself.")
        assert NEXT_RUN in found.detail
        assert at(jobs_with_series=frozenset({Job.HORIZON})).level == Level.OK

    def test_job_late_by_days_is_error(self):
        store_successful_runs()
        found = at(NOW + timedelta(days=2, hours=7))
        assert summary(found) == (Level.BAD, "The daily lesson job is 2 days late.")
        assert "Next run" not in found.detail

    def test_job_late_by_hours_is_warning(self):
        store_successful_runs()
        found = at(moment("2026-02-19 05:00"))
        assert summary(found) == (Level.WARN, "The daily lesson job is 3 hours late.")

    def test_late_weekly_job_is_reported(self):
        store_successful_runs()
        add_run(Job.HORIZON, moment("2026-02-25 02:00"))
        assert at(moment("2026-02-25 06:30")).title == "The weekly job is 2 days late."

    def test_two_late_jobs_are_reported_together(self):
        store_successful_runs()
        assert at(NOW + timedelta(days=9)).title == "Both jobs are late, by up to 1 week."

    def test_nothing_is_late_within_grace_period(self):
        store_successful_runs()
        assert at(moment("2026-02-19 02:59")).level == Level.OK

    def test_job_that_never_ran_is_late_once_it_has_series(self):
        add_run(Job.HORIZON, moment("2026-02-18 02:00"))
        make.schedule(created_at=moment("2026-02-16 05:00"))
        assert at().title == "The weekly job is 2 days late."


class TestRuns:
    @pytest.fixture(autouse=True)
    def log(self):
        store_successful_runs()

    def test_job_that_fails_every_night_is_late_with_error(self):
        for day in (19, 20):
            run = add_run(
                Job.HORIZON, moment(f"2026-02-{day} 02:00"), state=RunState.FAILED, error="No disk."
            )
        found = at(moment("2026-02-20 09:00"))
        assert found.title == "The daily lesson job is 1 day late."
        assert found.detail.startswith("No disk. ")
        assert found.run == run

    def test_failed_last_run_is_reported_before_job_is_late(self):
        run = add_run(
            Job.HORIZON, moment("2026-02-18 20:00"), state=RunState.CRASHED, error="Gone."
        )
        found = at()
        assert (found.level, found.run) == (Level.BAD, run)
        assert found.title == "The last run of the daily lesson job did not finish."
        assert found.detail.startswith("Gone. ")

    def test_cancelled_run_is_no_failure(self):
        add_run(Job.HORIZON, moment("2026-02-18 20:00"), state=RunState.CANCELLED)
        assert at().level == Level.OK

    def test_errors_of_last_runs_are_counted(self):
        add_run(
            Job.HORIZON,
            moment("2026-02-18 20:00"),
            state=RunState.PARTIAL,
            counts={"invalid": 2, "error": 1, "exists": 5},
        )
        assert summary(at()) == (Level.WARN, "3 schedules could not be dealt with.")

    def test_resolved_conflicts_of_last_run_are_ignored(self):
        add_run(Job.HORIZON, moment("2026-02-18 20:00"), counts={"conflict": 36, "exists": 5})
        assert at().level == Level.OK

    def test_undone_classes_that_are_missing_are_reported(self):
        run = JobRun.objects.filter(job=Job.HORIZON).latest("id")
        JobRun.objects.filter(pk=run.pk).update(
            undone_at=NOW, undone_by="teresa", classes_undone=19
        )
        found = at(later=19)
        assert summary(found) == (Level.WARN, "A run of the daily lesson job was undone.")
        assert found.detail == (
            "Undone: 19 of 20 lessons removed. "
            "The next run makes them again unless the schedules change. "
            "19 classes of the weeks ahead are missing. "
            f"This week: 148 of 148 classes. {NEXT_RUN}"
        )
        assert found.run == run
        assert at().level == Level.OK

    def test_undo_of_older_run_is_reported(self):
        run = JobRun.objects.filter(job=Job.HORIZON).earliest("id")
        JobRun.objects.filter(pk=run.pk).update(undone_at=NOW, classes_undone=20)
        assert at(later=20).run == run

    def test_undo_before_later_run_is_ignored(self):
        JobRun.objects.filter(job=Job.HORIZON).update(undone_at=NOW, classes_undone=20)
        add_run(Job.HORIZON, NOW + timedelta(minutes=1), created=19)
        found = at(NOW + timedelta(minutes=2), later=1)
        assert found.title == "1 class of the weeks ahead is missing."

    def test_undo_that_removed_nothing_is_ignored(self):
        JobRun.objects.update(undone_at=NOW, classes_undone=0)
        assert at(later=1).run is None


class TestActiveRun:
    def test_active_run_hides_other_findings(self, monkeypatch):
        monkeypatch.setattr("scheduling.jobs.monitoring.status.is_dead", lambda run: False)
        User.objects.create_user("teresa", first_name="Teresa", last_name="Ortega")
        run = store_active_run(
            progress_done=37, progress_total=60, trigger=Trigger.ADMIN, triggered_by="teresa"
        )
        found = at(this_week=148)
        assert (found.level, found.run) == (Level.BUSY, run)
        assert found.title == "Lessons are being generated."
        assert found.detail == "37 of 60 schedules; started by Teresa Ortega, 3 minutes ago."

    def test_active_narrowed_run_is_ignored(self):
        store_successful_runs()
        store_active_run(is_full=False)
        assert at().level == Level.OK

    def test_stalled_run_is_reported(self):
        store_active_run()
        assert summary(at()) == (Level.BAD, "A run has stalled.")


def test_each_condition_alone_prevents_all_is_well():
    """“Up to date” requires all conditions."""
    store_successful_runs()
    assert at().level == Level.OK
    teacher = make.teacher()
    make.slot(teacher)
    make.slot(teacher)
    horizon(TODAY, NOW)
    clashing = coverage(NOW).conflicts
    assert clashing
    for values in (
        {"this_week": 1},
        {"later": 1},
        {"conflicts": clashing},
        {"marks": Marks(1, is_kept=True)},
    ):
        assert at(**values).level == Level.WARN, values
    assert at(NOW + timedelta(hours=7)).level == Level.WARN  # late
    JobRun.objects.update(trigger=Trigger.ADMIN)
    assert at().level == Level.WARN  # nothing starts the next run


def test_new_timetable_is_not_up_to_date_before_runs():
    """An imported timetable before the runs, after them, and after a class is deleted."""
    add_run(Job.WATCH, moment("2026-02-18 20:45"))
    for n in range(3):
        make.slot(weekday=n + 1, created_at=NOW)
    make.schedule(weekday=5, created_at=NOW)
    found = status(NOW, coverage(NOW))
    assert found.title == "2 classes of this week are missing."
    assert "35 classes of the weeks ahead are missing." in found.detail
    weekly(TODAY, NOW)
    assert status(NOW, coverage(NOW)).title == "1 class of this week is missing."
    horizon(TODAY, NOW)
    assert summary(status(NOW, coverage(NOW))) == (Level.OK, "Everything is up to date.")
    ScheduledClass.objects.latest("starts_at").delete()
    assert status(NOW, coverage(NOW)).title == "1 class of the weeks ahead is missing."


@pytest.mark.usefixtures("one_reading_of_the_studio")
def test_query_count_is_constant(django_assert_max_num_queries):
    store_successful_runs()
    found = cover()
    with django_assert_max_num_queries(15):
        status(NOW, found)
    for n in range(40):
        add_run(Job.HORIZON, NOW - timedelta(days=n))
    with django_assert_max_num_queries(15):
        status(NOW, found)
