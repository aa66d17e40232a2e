"""One sentence that says whether all is well."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from scheduling.domain.windows import week_window
from scheduling.jobs.status import Level, status
from scheduling.jobs.week import week_status
from scheduling.jobs.week_count import WeekCount, count_week
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Teacher, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, moment
from scheduling.tests.history import add_run
from scheduling.tests.jobs.helpers import counts, horizon, weekly

pytestmark = pytest.mark.django_db
NOW = moment("2026-02-18 21:00")  # a Wednesday


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"
    settings.JOB_LOG_RETENTION_DAYS = 60


def all_well() -> None:
    make.slot()
    add_run(Job.WEEKLY, moment("2026-02-16 06:00"), created=148)
    for day in (17, 18):
        add_run(Job.HORIZON, moment(f"2026-02-{day} 02:00"), created=20)


def active(job: Job = Job.HORIZON, **values) -> JobRun:
    now = NOW - timedelta(minutes=3)
    values = {"state": RunState.RUNNING, "finished_at": None, "started_at": now} | values
    run = add_run(job, now, **values)
    JobRun.objects.filter(pk=run.pk).update(host="")
    return run


def week(standing: int = 148, missing: int | None = 0) -> WeekCount:
    return WeekCount(week_window(NOW.date()), standing, missing)


def test_all_is_well():
    all_well()
    found = status(NOW, week())
    assert (found.level, found.title) == (Level.OK, "Everything is up to date.")
    assert found.detail == (
        "This week: 148 of 148 classes. Lessons stand until Tuesday 12 May 2026. "
        "Next run tomorrow at 02:00, in 5 hours."
    )


def test_it_is_said_in_the_readers_language():
    with translation.override("es"):
        assert status(NOW).title


def test_nothing_yet():
    found = status(NOW)
    assert (found.level, found.title) == (Level.WARN, "Nothing has been generated yet.")
    assert found.detail == "Next run tomorrow at 02:00, in 5 hours."


def test_each_job_counts_as_never_run_on_its_own():
    add_run(Job.HORIZON, moment("2026-02-18 02:00"))
    found = status(NOW)
    assert (found.level, found.title) == (
        Level.WARN,
        "The weekly classes have never been generated.",
    )
    JobRun.objects.all().delete()
    add_run(Job.WEEKLY, moment("2026-02-16 06:00"))
    assert status(NOW).title == "The lesson horizon has never been generated."


def test_without_an_active_slot_no_lesson_is_said_to_stand():
    all_well()
    Teacher.objects.update(is_active=False)
    assert "Lessons stand" not in status(NOW).detail


def test_lessons_that_were_taken_back_are_not_said_to_stand():
    all_well()
    run = JobRun.objects.filter(job=Job.HORIZON).latest("id")
    JobRun.objects.filter(pk=run.pk).update(undone_at=NOW, undone_by="teresa", classes_undone=19)
    found = status(NOW)
    assert (found.level, found.title) == (Level.WARN, "A run of the lesson horizon was undone.")
    assert found.detail == (
        "Undone: 19 of 20 lessons removed. "
        "The next run makes them again unless the schedules change. "
        "Next run tomorrow at 02:00, in 5 hours."
    )
    assert found.run == run
    add_run(Job.HORIZON, NOW + timedelta(minutes=1), created=19)
    assert status(NOW + timedelta(minutes=2)).title == "Everything is up to date."


def test_an_undo_of_an_older_run_counts_as_well():
    all_well()
    run = JobRun.objects.filter(job=Job.HORIZON).earliest("id")
    JobRun.objects.filter(pk=run.pk).update(undone_at=NOW, classes_undone=20)
    assert status(NOW).run == run


def test_an_undo_that_found_nothing_to_take_back_changes_nothing():
    all_well()
    JobRun.objects.update(undone_at=NOW, classes_undone=0)
    assert status(NOW).level == Level.OK


def test_a_job_that_is_late_by_days():
    all_well()
    found = status(NOW + timedelta(days=2, hours=7))
    assert (found.level, found.title) == (Level.BAD, "The daily lesson job is 2 days late.")


def test_a_job_that_is_late_by_hours_is_a_warning():
    all_well()
    found = status(moment("2026-02-19 05:00"))
    assert (found.level, found.title) == (Level.WARN, "The daily lesson job is 3 hours late.")


def test_the_weekly_job_is_late():
    all_well()
    add_run(Job.HORIZON, moment("2026-02-25 02:00"))
    found = status(moment("2026-02-25 06:30"))
    assert found.title == "The weekly job is 2 days late."


def test_both_are_late():
    all_well()
    assert status(NOW + timedelta(days=9)).title == "Both jobs are late, by up to 1 week."


def test_within_the_grace_nothing_is_late():
    all_well()
    assert status(moment("2026-02-19 02:59")).level == Level.OK


def test_a_job_that_fails_every_night_is_late_and_says_why():
    all_well()
    for day in (19, 20):
        run = add_run(
            Job.HORIZON, moment(f"2026-02-{day} 02:00"), state=RunState.FAILED, error="No disk."
        )
    found = status(moment("2026-02-20 09:00"))
    assert found.title == "The daily lesson job is 1 day late."
    assert found.detail.startswith("No disk. ")
    assert found.run == run


def test_the_last_run_failed_and_it_is_not_late_yet():
    all_well()
    run = add_run(Job.HORIZON, moment("2026-02-18 20:00"), state=RunState.CRASHED, error="Gone.")
    found = status(NOW)
    assert (found.level, found.run) == (Level.BAD, run)
    assert found.title == "The last run of the lesson horizon did not come to its end."
    assert found.detail.startswith("Gone. ")


def test_what_a_person_cancelled_is_no_failure():
    all_well()
    add_run(Job.HORIZON, moment("2026-02-18 20:00"), state=RunState.CANCELLED)
    assert status(NOW).level == Level.OK


def test_errors_of_the_last_runs_are_counted():
    all_well()
    add_run(
        Job.HORIZON,
        moment("2026-02-18 20:00"),
        state=RunState.PARTIAL,
        counts={"invalid": 2, "error": 1, "exists": 5},
    )
    found = status(NOW)
    assert (found.level, found.title) == (Level.WARN, "3 schedules could not be dealt with.")


def test_classes_of_this_week_are_missing():
    all_well()
    found = status(NOW, week(147, 1))
    assert (found.level, found.title) == (Level.WARN, "1 class of this week is missing.")
    assert found.detail.startswith("This week: 147 of 148 classes.")


def test_what_was_not_counted_is_not_said():
    all_well()
    found = status(NOW, week(0, None))
    assert (found.level, "This week" in found.detail) == (Level.OK, False)


def test_a_run_is_under_way(monkeypatch):
    monkeypatch.setattr("scheduling.jobs.status.is_dead", lambda run: False)
    User.objects.create_user("teresa", first_name="Teresa", last_name="Ortega")
    run = active(progress_done=37, progress_total=60, trigger=Trigger.ADMIN, triggered_by="teresa")
    found = status(NOW)
    assert (found.level, found.run) == (Level.BUSY, run)
    assert found.title == "Lessons are being generated."
    assert found.detail == "37 of 60 schedules; started by Teresa Ortega, 3 minutes ago."


def test_a_run_that_was_narrowed_keeps_nobody_busy():
    all_well()
    active(is_full=False)
    assert status(NOW).level == Level.OK


def test_a_run_without_a_sign_of_life():
    active()
    found = status(NOW)
    assert (found.level, found.title) == (
        Level.BAD,
        "A run has given no sign of life for a while.",
    )


def test_its_queries_do_not_grow_with_the_log(django_assert_max_num_queries):
    all_well()
    with django_assert_max_num_queries(12):
        status(NOW, week())
    for n in range(40):
        add_run(Job.HORIZON, NOW - timedelta(days=n))
    with django_assert_max_num_queries(12):
        status(NOW, week())


class TestTheWeek:
    def test_is_complete_after_a_run(self):
        for n in range(3):
            make.schedule(weekday=n + 1)
        weekly()
        found = count_week(MONDAY, EARLY)
        assert (found.standing, found.missing, found.expected) == (3, 0, 3)

    def test_before_a_run_all_of_it_is_missing(self):
        make.schedule()
        make.schedule(make.student(is_active=False))
        make.schedule(make.student(start=None))
        make.schedule(valid_until=MONDAY - timedelta(days=1))
        make.schedule(interval_weeks=2, valid_from=MONDAY - timedelta(weeks=1))
        found = count_week(MONDAY, EARLY)
        assert (found.standing, found.missing) == (0, 1)

    def test_a_conflict_is_missing_and_a_closure_is_not(self):
        ana = make.student()
        make.schedule(ana)
        make.schedule(ana)
        away = make.schedule().student
        make.closure("Away", MONDAY, student=away)
        weekly()
        found = count_week(MONDAY, EARLY)
        assert (found.standing, found.missing) == (1, 1)

    def test_what_a_person_cancelled_is_neither(self):
        make.schedule()
        weekly()
        ScheduledClass.objects.update(status="cancelled", cancelled_by="student")
        found = count_week(MONDAY, EARLY)
        assert (found.standing, found.missing) == (0, 0)

    def test_a_closure_that_is_gone_leaves_classes_to_restore(self):
        who = make.schedule().student
        weekly()
        closure = make.closure("Away", MONDAY, student=who)
        weekly()
        assert count_week(MONDAY, EARLY).missing == 0
        closure.delete()
        assert count_week(MONDAY, EARLY).missing == 1

    def test_a_one_off_that_stands_in_for_one_that_a_closure_cancelled_is_enough(self):
        rule = make.schedule(weekday=3)
        weekly()
        wednesday = MONDAY + timedelta(days=2)
        strike = make.closure("Strike", wednesday)
        weekly()
        make.lesson(rule.student, wednesday)
        strike.delete()
        assert count_week(MONDAY, EARLY).missing == 0
        assert counts(weekly()) == {"exists": 1}

    def test_slots_are_the_horizons_affair(self):
        make.slot()
        horizon(weeks=1)
        found = count_week(MONDAY, EARLY)
        assert (found.standing, found.missing) == (0, 0)

    def test_it_agrees_with_the_plan_of_the_whole_week(self):
        for n in range(1, 8):
            make.schedule(weekday=n)
        weekly()
        ScheduledClass.objects.filter(date__gte=MONDAY + timedelta(days=4)).delete()
        planned = week_status(MONDAY, lambda: EARLY)
        found = count_week(MONDAY, EARLY)
        assert (found.missing, found.expected) == (planned.missing, planned.expected) == (3, 7)

    def test_too_many_to_count_are_not_counted(self):
        for n in range(1, 4):
            make.schedule(weekday=n)
        assert count_week(MONDAY, EARLY, most=2).missing is None
        assert count_week(MONDAY, EARLY, most=3).missing == 3

    def test_its_queries_do_not_grow_with_the_studio(self, django_assert_max_num_queries):
        for size in (2, 10):
            for _ in range(size):
                make.schedule()
            with django_assert_max_num_queries(7):
                count_week(MONDAY, EARLY)
