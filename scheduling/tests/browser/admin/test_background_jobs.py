"""The pages of the background jobs in a browser: preview, start, progress, cancel, undo."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from scheduling.db.clock import database_now
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.services.roles import SCHEDULER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import watch_of
from scheduling.tests.browser.harness.axe import assert_accessible, assert_fits
from scheduling.tests.browser.harness.layouts import OTHER_LAYOUTS
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

JOBS = "/admin/background-jobs/"
RUN_TIMEOUT = 30_000  # milliseconds: a process is started for the run


@pytest.fixture
def slot():
    # Not today: a class that has begun is kept.
    weekday = 2 if timezone.localdate().isoweekday() == 1 else 1
    return make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"), weekday=weekday)


def card(page: Page, name: str):
    return (
        page.locator("section, article, div.ct-card")
        .filter(has=page.get_by_role("heading", name=name, exact=True))
        .last
    )


def test_previewed_plan_is_run(owner_page: Page, slot, workers) -> None:
    page = owner_page
    page.goto("/admin/")
    page.get_by_role("link", name="Background jobs").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("missing.")

    card(page, "Lessons for the next 12 weeks").get_by_role("link", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This would create 12 lessons.")
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Ana Ruiz").first).to_contain_text("Marta Gil")
    assert not ScheduledClass.objects.exists()

    page.get_by_role("button", name="Generate Lessons Now").click()
    expect(
        page.get_by_text(re.compile("12 (lessons|classes) (were )?created")).first
    ).to_be_visible(timeout=RUN_TIMEOUT)
    assert ScheduledClass.objects.count() == 12
    run = JobRun.objects.get()
    assert (run.state, run.trigger, run.triggered_by) == ("succeeded", Trigger.ADMIN, "teresa")
    page.goto(JOBS)
    row = page.get_by_role("row").filter(has_text="Lessons for the next 12 weeks").first
    expect(row).to_contain_text("12")
    expect(row).to_contain_text("teresa")


def test_change_since_preview_is_reported_and_starts_nothing(owner_page: Page, slot) -> None:
    page = owner_page
    page.goto(f"{JOBS}horizon/preview/")
    make.slot(slot.teacher, make.student("Leo Park"), weekday=3)
    page.get_by_role("button", name="Generate Lessons Now").click()
    watch_of(page).expect("status 409")
    expect(page.get_by_role("alert")).to_contain_text("The data has changed since the preview")
    expect(page.get_by_role("heading", level=1)).to_have_text("This would create 24 lessons.")
    assert not JobRun.objects.exists()


def create_running_run(**values: Any) -> JobRun:
    """Create a running run of another host."""
    now = database_now()
    return JobRun.objects.create(
        job=Job.HORIZON,
        state=RunState.RUNNING,
        trigger=Trigger.ADMIN,
        started_at=now,
        heartbeat=now,
        host="elsewhere",
        **values,
    )


def test_active_run_shows_progress_and_can_be_cancelled(owner_page: Page) -> None:
    run = create_running_run(triggered_by="teresa", progress_done=30, progress_total=60)
    page = owner_page
    page.goto(JOBS)
    progress = page.get_by_role("progressbar", name="Progress of Lessons for the next 12 weeks")
    expect(progress).to_have_attribute("value", "30")
    JobRun.objects.filter(pk=run.pk).update(progress_done=45)
    expect(progress).to_have_attribute("value", "45")  # without a reload
    page.get_by_role("button", name="Cancel this run").click()
    expect(page.get_by_role("heading", name="This run was cancelled.")).to_be_visible()
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_pressed_button_survives_end_of_run(owner_page: Page) -> None:
    run = create_running_run()
    page = owner_page
    page.goto(JOBS)
    # The form is never sent; meanwhile the page learns that the run has ended.
    page.evaluate(
        """() => {
            window.wasNotReloaded = true;
            document.addEventListener("submit", event => event.preventDefault());
        }"""
    )
    page.get_by_role("button", name="Cancel this run").click()
    JobRun.objects.filter(pk=run.pk).update(state=RunState.CANCELLED, finished_at=database_now())
    with page.expect_response(
        lambda answer: answer.url.endswith(f"/{run.pk}/progress/")
    ) as response:
        pass
    while response.value.json()["active"]:
        with page.expect_response(lambda answer: answer.url.endswith("/progress/")) as response:
            pass
    # A reload would begin before two more responses and would lose the page's state.
    for _ in range(2):
        page.evaluate("fetch('/healthz').then(answer => answer.text())")
    assert page.evaluate("window.wasNotReloaded") is True


def test_run_is_undone_except_marked_classes(owner_page: Page, slot) -> None:
    horizon(timezone.localdate())
    marked = ScheduledClass.objects.latest("starts_at")
    marked.notes = "recital"
    marked.save()
    page = owner_page
    page.goto(f"{JOBS}runs/{JobRun.objects.get().pk}/")
    page.get_by_role("link", name="Undo…").click()
    expect(page.get_by_role("heading", name="Kept: 1")).to_be_visible()
    page.get_by_role("button", name="Undo this run").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert ScheduledClass.objects.get() == marked


def test_preview_and_run_work_by_keyboard(owner_page: Page, slot, workers) -> None:
    page = owner_page
    page.goto(f"{JOBS}horizon/preview/")
    button = page.get_by_role("button", name="Generate Lessons Now")
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(
        page.get_by_text(re.compile("12 (lessons|classes) (were )?created")).first
    ).to_be_visible(timeout=RUN_TIMEOUT)


def test_viewer_sees_no_generate_button(open_page, slot) -> None:
    page = open_page(account(VIEWER))
    page.goto(JOBS)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.get_by_role("button", name=re.compile("Generate")).count() == 0
    page = open_page(account(SCHEDULER))
    page.goto(JOBS)
    assert page.get_by_role("button", name=re.compile("Generate")).count() == 2


@pytest.mark.parametrize(("width", "dark"), OTHER_LAYOUTS)
def test_pages_with_every_kind_of_run_are_accessible_and_fit(
    open_page, owner, slot, width, dark
) -> None:
    now = timezone.now()
    for state in RunState.values:
        if state not in ("queued", "running"):
            JobRun.objects.create(
                job=Job.HORIZON,
                state=state,
                trigger=Trigger.CRON,
                started_at=now,
                finished_at=now,
                error="x" * 200 if state == RunState.FAILED else "",
            )
    page = open_page(owner, width=width, dark=dark)
    last = JobRun.objects.latest("id").pk
    for path in (JOBS, f"{JOBS}horizon/preview/", f"{JOBS}runs/{last}/"):
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)
