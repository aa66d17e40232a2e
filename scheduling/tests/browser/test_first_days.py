"""A studio of 120 students from an empty database on: what its pages say first, and what is so.

Each first sentence of home and of the jobs' page is held against what plain SQL counts.
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
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.services.timetable_import.timetable_files import csv_bytes, row

from .looking import assert_good

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

HOME, JOBS = "/admin/", "/admin/background-jobs/"
DONE = 60_000  # milliseconds: a process is started for the run
STUDENTS, TEACHERS = 120, 8
WELL = "Everything is up to date."
# Lessons that a slot asks for on one of ``days`` and that have no class; ``s`` is the slot.
LACKING = """
    FROM scheduling_recurringslot AS s JOIN days AS d ON d.weekday = s.weekday
    WHERE s.status = 'active' AND s.valid_from <= d.day AND NOT EXISTS (
        SELECT 1 FROM classes AS c WHERE c.recurring_slot_id = s.id AND c.week = d.week)"""
CLASHING = """ EXISTS (
    SELECT 1 FROM classes AS k WHERE k.teacher_id = s.teacher_id AND k.date = d.day
       AND k.start_time = s.start_time AND k.status <> 'cancelled')"""


def number(sql: str) -> int:
    """What plain SQL counts."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def days(first: date, last: date) -> str:
    """The days from ``first`` to ``last`` as a table."""
    kind = "DATE " if connection.vendor == "postgresql" else ""
    rows = []
    while first <= last:
        week = monday_of(first)
        rows.append(f"({kind}'{first}', {kind}'{week}', {first.isoweekday()})")
        first += DAY
    return f"WITH days (day, week, weekday) AS (VALUES {', '.join(rows)}) "


class Calendar:
    """What plain SQL finds on the day ``today``."""

    def __init__(self, today: date) -> None:
        sunday, last = monday_of(today) + 6 * DAY, today + 12 * WEEK - DAY
        week, all_days = days(today, sunday), days(today, last)
        self.this_week = number(f"{week} SELECT count(*) {LACKING} AND NOT {CLASHING}")
        self.missing = number(f"{all_days} SELECT count(*) {LACKING} AND NOT {CLASHING}")
        self.clashes = number(f"{all_days} SELECT count(*) {LACKING} AND {CLASHING}")
        self.classes = number(
            f"SELECT count(*) FROM classes WHERE date BETWEEN '{monday_of(today)}' AND '{sunday}'"
            " AND status <> 'cancelled'"
        )

    @property
    def sentence(self) -> str:
        """What is to be said of it first."""
        if self.this_week:
            return plural(self.this_week, "class", "classes", "of this week {} missing.")
        if self.missing:
            return plural(self.missing, "class", "classes", "of the weeks ahead {} missing.")
        if self.clashes:
            one = self.clashes == 1
            return (
                f"{self.clashes} lesson clashes with another."
                if one
                else (f"{self.clashes} lessons clash with others.")
            )
        return ""


def plural(count: int, one: str, many: str, rest: str) -> str:
    if count == 1:
        return f"1 {one} {rest.format('is')}"
    return f"{count:,} {many} {rest.format('are')}"


def timetable() -> bytes:
    """A slot for each of the students, and a second one for the first: nobody meets another."""
    rows = []
    for n in range(STUDENTS + 1):
        teacher, place = n % TEACHERS, n // TEACHERS
        start = time(14 + place // 7)
        who = n % STUDENTS
        rows.append(
            row(
                teacher=f"Teacher {teacher}",
                teacher_time_zone="UTC",
                student_first_name=f"Student{who}",
                student_last_name="Vega",
                student_email=f"s{who}@example.com",
                days=str(place % 7 + 1),
                start_time=f"{start:%H:%M}",
                end_time=f"{start.replace(minute=45):%H:%M}",
                valid_from=str(timezone.now().astimezone(UTC).date() - WEEK),
            )
        )
    return csv_bytes(*rows)


def first_sentences(page: Page) -> str:
    """That of home and of the jobs' page, which have to be the same."""
    page.goto(JOBS)
    jobs = page.get_by_role("heading", level=1).inner_text()
    page.goto(HOME)
    home = page.locator(".ct-front > .ct-status h2").last.inner_text()
    assert home == jobs
    return home


def shown(page: Page) -> str:
    """All that the card on the page says."""
    return page.locator(".ct-status").last.inner_text()


def at(page: Page, moment: datetime) -> None:
    """From now on the server's clock stands there."""
    page.set_extra_http_headers({"X-Test-Clock": moment.isoformat()})


def cron_runs(moment: datetime) -> None:
    """Cron's entries of a night, as if it had been ``moment``."""
    for run in (horizon, weekly):
        result = run(moment.date(), moment, trigger=Trigger.CRON)
        JobRun.objects.filter(pk=result.run_id).update(started_at=moment, finished_at=moment)
    call_command("watch_jobs", trigger=Trigger.CRON.value)
    JobRun.objects.filter(pk=JobRun.objects.latest("id").pk).update(started_at=moment)


@pytest.fixture
def today() -> date:
    return timezone.now().astimezone(UTC).date()


def test_from_an_empty_database_to_a_night_without_cron(
    owner_page: Page, workers: None, today: date, tmp_path: Any
) -> None:
    page = owner_page
    # Empty: there is nothing to be up to date.
    page.goto(JOBS)
    expect(page.get_by_role("heading", level=1)).to_have_text("There are no active weekly lessons.")
    page.goto(HOME)
    expect(page.get_by_role("heading", name="The first classes, step by step")).to_be_visible()
    assert number("SELECT count(*) FROM scheduling_recurringslot") == 0
    assert_good(page)

    # Imported, and no run.
    page.goto("/admin/import/")
    page.get_by_label("Timetable (CSV or .xlsx)").set_input_files(
        {"name": "week.csv", "mimeType": "text/csv", "buffer": timetable()}
    )
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Imported: ")).to_be_visible()
    assert number("SELECT count(*) FROM scheduling_recurringslot") == STUDENTS + 1
    there = Calendar(today)
    assert (there.classes, there.clashes) == (0, 0)
    assert there.missing > STUDENTS * 11
    assert first_sentences(page) == there.sentence
    assert "Nothing runs by itself yet." in shown(page)
    assert "Next run" not in page.content()
    assert_good(page)
    assert_good(page, JOBS)

    # The first run, at the press of the button on home.
    page.goto(HOME)
    page.get_by_role("button", name="Generate Lessons Now").click()
    expect(page.get_by_text("lessons created").first).to_be_visible(timeout=DONE)
    there = Calendar(today)
    assert (there.missing, there.sentence) == (0, "")
    assert first_sentences(page) == "Nothing runs by itself yet."
    assert f"This week: {there.classes} of {there.classes} classes." in shown(page)
    assert not page.get_by_role("button", name="Generate").count()
    page.get_by_role("link", name="How to make it run by itself").click()
    expect(page.get_by_role("heading", name="Make it run by itself")).to_be_in_viewport()
    expect(page.get_by_text("manage.py install_cron", exact=False).first).to_be_visible()

    # Cron is installed: its first watch is heard of.
    call_command("watch_jobs", trigger=Trigger.CRON.value)
    assert first_sentences(page) == WELL
    (last,) = [str(day) for day in ScheduledClass.objects.values_list("date", flat=True)][-1:]
    assert date.fromisoformat(last) <= today + 12 * WEEK - DAY
    assert "Lessons are scheduled through" in shown(page)
    assert "Next run" in shown(page)
    assert_good(page)

    # Three slots on top of others: clashes, which no run can settle, and no button would.
    taken = list(RecurringSlot.objects.order_by("id")[:3])
    for one in taken:
        start = one.start_time.strftime("%H:%M")
        make.slot(one.teacher, weekday=one.weekday, start=start, minutes=45, valid_from=today)
    there = Calendar(today)
    assert (there.missing, there.clashes) == (0, 36)
    assert first_sentences(page) == there.sentence == "36 lessons clash with others."
    assert not page.get_by_role("button", name="Generate").count()
    assert_good(page)
    page.get_by_role("link", name="Resolve conflicts").click()
    expect(page.locator("table tbody tr")).to_have_count(36)
    RecurringSlot.objects.order_by("-id").filter(pk__gt=taken[-1].pk, valid_from=today).update(
        status="cancelled"
    )
    assert first_sentences(page) == WELL

    # The next morning; in the night cron did not run.
    morning = datetime.combine(today + DAY, time(9), UTC)
    at(page, morning)
    there = Calendar(morning.date())
    # The run before was today: where that was before 02:00, today's own is missing as well.
    ran = JobRun.objects.filter(job=Job.HORIZON).latest("id").started_at
    assert ran is not None
    late = "7 hours" if ran.hour >= 2 else "1 day"
    assert first_sentences(page) == f"The daily lesson job is {late} late."
    if there.missing:
        ahead = plural(there.missing, "class", "classes", "of the weeks ahead {} missing.")
        assert ahead in shown(page)
    assert "Nothing has run by itself since yesterday at" in shown(page)
    assert "Next run" not in shown(page)
    assert_good(page)
    page.goto(JOBS)
    expect(page.get_by_text("nothing starts it")).to_have_count(2)

    # Cron is back.
    cron_runs(morning)
    assert Calendar(morning.date()).missing == 0
    assert first_sentences(page) == WELL

    # Nine days on, and no lesson has been marked; then one, and the others are counted.
    later = datetime.combine(today + 9 * DAY, time(9), UTC)
    cron_runs(later)
    at(page, later)
    over = f"ends_at <= '{(later - WEEK):%Y-%m-%d %H:%M:%S}' AND status = 'scheduled'"
    unmarked = f"SELECT count(*) FROM classes WHERE attendance = '' AND {over}"
    count = number(unmarked)
    assert count > 1
    assert first_sentences(page) == "No lesson has been marked yet."
    mark = ScheduledClass.objects.order_by("ends_at").first()
    assert mark is not None
    ScheduledClass.objects.filter(pk=mark.pk).update(attendance="present")
    assert number(unmarked) == count - 1
    assert first_sentences(page) == f"{count - 1} lessons are not marked."
    page.get_by_role("link", name="Show these lessons").click()
    expect(page.get_by_text(f"{count - 1} classes").first).to_be_visible()
