"""The first days of a studio of 120 students, from an empty database.

The first sentence of the home page and of the jobs' page is compared with counts in plain SQL.
"""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from scheduling.domain.windows import DAY, WEEK, monday_of
from scheduling.models import Job, JobRun, RecurringSlot, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.browser.harness.layouts import assert_good
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.services.timetable_import.timetable_files import csv_bytes, row

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database(name="sqlite"),
]

HOME, JOBS = "/admin/", "/admin/background-jobs/"
RUN_TIMEOUT = 60_000  # milliseconds: a process is started for the run
STUDENTS, TEACHERS = 120, 8
UP_TO_DATE = "Everything is up to date."
# Occurrences on one of ``days`` of a slot ``s`` without a class.
MISSING = """
    FROM scheduling_recurringslot AS s JOIN days AS d ON d.weekday = s.weekday
    WHERE s.status = 'active' AND s.valid_from <= d.day AND NOT EXISTS (
        SELECT 1 FROM classes AS c WHERE c.recurring_slot_id = s.id AND c.week = d.week)"""
CLASHES = """ EXISTS (
    SELECT 1 FROM classes AS k WHERE k.teacher_id = s.teacher_id AND k.date = d.day
       AND k.start_time = s.start_time AND k.status <> 'cancelled')"""


def count_rows(sql: str) -> int:
    """Return the count that the query returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def days_table(first: date, last: date) -> str:
    """Return SQL with the days from ``first`` to ``last`` as a table."""
    kind = "DATE " if connection.vendor == "postgresql" else ""
    rows = []
    while first <= last:
        week = monday_of(first)
        rows.append(f"({kind}'{first}', {kind}'{week}', {first.isoweekday()})")
        first += DAY
    return f"WITH days (day, week, weekday) AS (VALUES {', '.join(rows)}) "


class Calendar:
    """Counts of the calendar on ``today`` in plain SQL."""

    def __init__(self, today: date) -> None:
        sunday, last = monday_of(today) + 6 * DAY, today + 12 * WEEK - DAY
        week, all_days = days_table(today, sunday), days_table(today, last)
        self.this_week = count_rows(f"{week} SELECT count(*) {MISSING} AND NOT {CLASHES}")
        self.missing = count_rows(f"{all_days} SELECT count(*) {MISSING} AND NOT {CLASHES}")
        self.clashes = count_rows(f"{all_days} SELECT count(DISTINCT s.id) {MISSING} AND {CLASHES}")
        self.classes = count_rows(
            f"SELECT count(*) FROM classes WHERE date BETWEEN '{monday_of(today)}' AND '{sunday}'"
            " AND status <> 'cancelled'"
        )

    @property
    def sentence(self) -> str:
        """The expected first sentence."""
        if self.this_week:
            return plural(self.this_week, "class", "classes", "of this week {} missing.")
        if self.missing:
            return plural(self.missing, "class", "classes", "of the weeks ahead {} missing.")
        if self.clashes == 1:
            return "1 clash of lessons to resolve."
        if self.clashes:
            return f"{self.clashes} clashes of lessons to resolve."
        return ""


def plural(count: int, singular: str, plural_noun: str, rest: str) -> str:
    if count == 1:
        return f"1 {singular} {rest.format('is')}"
    return f"{count:,} {plural_noun} {rest.format('are')}"


def timetable() -> bytes:
    """Return a CSV file with a slot of each student, two of the first, without conflicts."""
    rows = []
    for n in range(STUDENTS + 1):
        teacher, position = n % TEACHERS, n // TEACHERS
        start = time(14 + position // 7)
        student = n % STUDENTS
        rows.append(
            row(
                teacher=f"Teacher {teacher}",
                teacher_time_zone="UTC",
                student_first_name=f"Student{student}",
                student_last_name="Vega",
                student_email=f"s{student}@example.com",
                days=str(position % 7 + 1),
                start_time=f"{start:%H:%M}",
                end_time=f"{start.replace(minute=45):%H:%M}",
                valid_from=str(timezone.now().astimezone(UTC).date() - WEEK),
            )
        )
    return csv_bytes(*rows)


def first_sentence(page: Page) -> str:
    """Return the first sentence of the home page; that of the jobs' page must be the same."""
    jobs = jobs_sentence(page)
    page.goto(HOME)
    home = page.locator(".ct-aside > .ct-status h2").last.inner_text()
    assert home == jobs
    return home


def jobs_sentence(page: Page) -> str:
    """Return the first sentence of the jobs' page."""
    page.goto(JOBS)
    return page.get_by_role("heading", level=1).inner_text()


def status_text(page: Page) -> str:
    """Return the text of the status card."""
    return page.locator(".ct-status").last.inner_text()


def set_server_time(page: Page, moment: datetime) -> None:
    """Set the clock of the server for requests of ``page``."""
    page.set_extra_http_headers({"X-Test-Clock": moment.isoformat()})


def run_cron_jobs(moment: datetime) -> None:
    """Run the jobs of a night as cron would have at ``moment``."""
    for run in (horizon, weekly):
        result = run(moment.date(), moment, trigger=Trigger.CRON)
        JobRun.objects.filter(pk=result.run_id).update(started_at=moment, finished_at=moment)
    call_command("watch_jobs", trigger=Trigger.CRON.value)
    JobRun.objects.filter(pk=JobRun.objects.latest("id").pk).update(started_at=moment)


@pytest.fixture
def today() -> date:
    return timezone.now().astimezone(UTC).date()


def test_status_from_empty_database_to_a_night_without_cron(
    owner_page: Page, workers: None, today: date, tmp_path: Any
) -> None:
    page = owner_page
    # An empty studio.
    page.goto(JOBS)
    expect(page.get_by_role("heading", level=1)).to_have_text("There are no active weekly lessons.")
    page.goto(HOME)
    expect(page.get_by_role("heading", name="The first classes, step by step")).to_be_visible()
    assert count_rows("SELECT count(*) FROM scheduling_recurringslot") == 0
    assert_good(page)

    # After the import, before a run.
    page.goto("/admin/import/")
    page.get_by_label("Timetable (CSV or .xlsx)").set_input_files(
        {"name": "week.csv", "mimeType": "text/csv", "buffer": timetable()}
    )
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Imported: ")).to_be_visible()
    assert count_rows("SELECT count(*) FROM scheduling_recurringslot") == STUDENTS + 1
    calendar = Calendar(today)
    assert (calendar.classes, calendar.clashes) == (0, 0)
    assert calendar.missing > STUDENTS * 11
    assert first_sentence(page) == calendar.sentence
    assert "Nothing runs by itself yet." in status_text(page)
    assert "Next run" not in page.content()
    assert_good(page)
    assert_good(page, JOBS)

    # The first run, started on the home page.
    page.goto(HOME)
    page.get_by_role("button", name="Generate Lessons Now").click()
    expect(page.get_by_text("lessons created").first).to_be_visible(timeout=RUN_TIMEOUT)
    calendar = Calendar(today)
    assert (calendar.missing, calendar.sentence) == (0, "")
    assert first_sentence(page) == "Nothing runs by itself yet."
    assert f"This week: {calendar.classes} of {calendar.classes} classes." in status_text(page)
    assert not page.get_by_role("button", name="Generate").count()
    page.get_by_role("link", name="How to make it run by itself").click()
    expect(page.get_by_role("heading", name="Make it run by itself")).to_be_in_viewport()
    expect(page.get_by_text("manage.py install_cron", exact=False).first).to_be_visible()

    # Cron is installed and starts the first watch.
    call_command("watch_jobs", trigger=Trigger.CRON.value)
    assert first_sentence(page) == UP_TO_DATE
    (last,) = [str(day) for day in ScheduledClass.objects.values_list("date", flat=True)][-1:]
    assert date.fromisoformat(last) <= today + 12 * WEEK - DAY
    assert "Lessons are scheduled through" in status_text(page)
    assert "Next run" in status_text(page)
    assert_good(page)

    # Three slots at taken times: conflicts, which no run resolves.
    taken = list(RecurringSlot.objects.order_by("id")[:3])
    for slot in taken:
        start = slot.start_time.strftime("%H:%M")
        make.slot(slot.teacher, weekday=slot.weekday, start=start, minutes=45, valid_from=today)
    calendar = Calendar(today)
    assert (calendar.missing, calendar.clashes) == (0, 3)
    assert jobs_sentence(page) == calendar.sentence == "3 clashes of lessons to resolve."
    page.goto(HOME)
    assert "The jobs are up to date." in status_text(page)
    assert not page.get_by_role("button", name="Generate").count()
    assert_good(page)
    page.get_by_role("link", name="3 clashes of lessons", exact=True).click()
    expect(page.get_by_role("link", name="Resolve…")).to_have_count(3)
    expect(page.get_by_role("main")).to_contain_text("36 lessons clash with other lessons.")
    RecurringSlot.objects.order_by("-id").filter(pk__gt=taken[-1].pk, valid_from=today).update(
        status="cancelled"
    )
    assert first_sentence(page) == UP_TO_DATE

    # The next morning; cron did not run at night.
    morning = datetime.combine(today + DAY, time(9), UTC)
    set_server_time(page, morning)
    calendar = Calendar(morning.date())
    # The last run was today. If it was before 02:00, the run of today is missing too.
    last_start = JobRun.objects.filter(job=Job.HORIZON).latest("id").started_at
    assert last_start is not None
    late = "7 hours" if last_start.hour >= 2 else "1 day"
    assert first_sentence(page) == f"The daily lesson job is {late} late."
    if calendar.missing:
        sentence = plural(calendar.missing, "class", "classes", "of the weeks ahead {} missing.")
        assert sentence in status_text(page)
    assert "Nothing has run by itself since yesterday at" in status_text(page)
    assert "Next run" not in status_text(page)
    assert_good(page)
    page.goto(JOBS)
    expect(page.get_by_text("nothing starts it")).to_have_count(2)

    # Cron runs again.
    run_cron_jobs(morning)
    assert Calendar(morning.date()).missing == 0
    assert first_sentence(page) == UP_TO_DATE

    # Nine days later no lesson is marked; once one is marked, the others are counted.
    later = datetime.combine(today + 9 * DAY, time(9), UTC)
    run_cron_jobs(later)
    set_server_time(page, later)
    over = f"ends_at <= '{(later - WEEK):%Y-%m-%d %H:%M:%S}' AND status = 'scheduled'"
    unmarked = f"SELECT count(*) FROM classes WHERE attendance = '' AND {over}"
    count = count_rows(unmarked)
    assert count > 1
    assert first_sentence(page) == "No lesson has been marked yet."
    marked = ScheduledClass.objects.order_by("ends_at").first()
    assert marked is not None
    ScheduledClass.objects.filter(pk=marked.pk).update(attendance="present")
    assert count_rows(unmarked) == count - 1
    assert jobs_sentence(page) == f"{count - 1} lessons are not marked."
    page.goto(HOME)
    page.get_by_role("link", name=f"{count - 1} lessons not marked in time").first.click()
    expect(page.get_by_text(f"{count - 1} classes").first).to_be_visible()
