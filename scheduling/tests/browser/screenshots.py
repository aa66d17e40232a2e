"""`make screenshots`: the images in docs/images, from a demo studio on a fixed date.

The database is temporary, and the server runs in this process, so that time-machine sets the clock
for everything. A line in SHOTS adds a page.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
# A Monday of term, after the weekly run.
NOW = datetime(2026, 3, 16, 8, 10, tzinfo=UTC)
SIZES = {1280: 900, 390: 844}
DAYS_OF_HISTORY = 58


@dataclass(frozen=True)
class Shot:
    """A page: the name of its images, its URL, the selector to wait for and the colour scheme."""

    name: str
    address: Callable[[], str]
    ready: str = "main"
    dark: bool = False
    before: Callable[[], None] = lambda: None


def _admin_url(name: str, *args: Any, query: str = "") -> str:
    from django.urls import reverse

    return reverse(f"admin:{name}", args=args) + query


def _latest_run() -> int:
    from scheduling.models import JobRun

    return int(JobRun.objects.filter(classes_created__gt=0).latest("pk").pk)


def _student() -> Any:
    from scheduling.models import Student

    has_both = Student.objects.filter(fixed_schedules__isnull=False, recurring_slots__isnull=False)
    return has_both.order_by("pk")[0]


def _calendar_url() -> str:
    """Return the URL of one teacher's week; those of all teachers are in ten zones."""
    from scheduling.models import Teacher

    teacher = Teacher.objects.filter(time_zone="Europe/Madrid").order_by("pk")[0]
    return _admin_url("calendar", query=f"?zone=Europe/Madrid&teacher={teacher.pk}")


def _explain_url() -> str:
    return _admin_url("explain", query=f"?student={_student().pk}&date={NOW:%Y-%m-%d}")


def _change_schedules() -> None:
    """Change schedules in the database without applying the changes to classes.

    One slot moves, one is paused, one is new, one has a taken time, and a teacher is absent.
    """
    from scheduling.models import Closure, RecurringSlot, SlotStatus, Student, Teacher

    teacher = Teacher.objects.filter(time_zone="Europe/Madrid").order_by("pk")[0]
    moved, paused, taken = teacher.recurring_slots.filter(status=SlotStatus.ACTIVE)[:3]
    RecurringSlot.objects.filter(pk=moved.pk).update(start_time=time(18, 15))
    RecurringSlot.objects.filter(pk=paused.pk).update(status=SlotStatus.PAUSED)
    today = NOW.date()
    student = Student.objects.create(
        first_name="Nannerl", last_name="Mozart", email="nannerl@example.org", start_date=today
    )
    for weekday, start in ((5, time(12)), (taken.weekday, taken.start_time)):
        RecurringSlot.objects.create(
            teacher=teacher,
            student=student,
            weekday=weekday,
            start_time=start,
            duration_minutes=45,
            subject="Piano",
            valid_from=today,
        )
    last = today + timedelta(days=20)
    Closure.objects.create(name="Concert tour", first_date=today, last_date=last, teacher=teacher)


SHOTS = (
    Shot("index", lambda: _admin_url("index")),
    Shot("background-jobs", lambda: _admin_url("background_jobs")),
    Shot("background-jobs", lambda: _admin_url("background_jobs"), dark=True),
    Shot("run", lambda: _admin_url("background_jobs_run", _latest_run())),
    Shot("calendar", _calendar_url, ".ct-event"),
    Shot("calendar", _calendar_url, ".ct-event", dark=True),
    Shot("students", lambda: _admin_url("scheduling_student_changelist")),
    Shot("student", lambda: _admin_url("scheduling_student_change", _student().pk)),
    Shot("classes", lambda: _admin_url("scheduling_scheduledclass_changelist")),
    Shot("explain", _explain_url),
    Shot("import", lambda: _admin_url("import_timetable")),
    # Last, because it changes the schedules.
    Shot(
        "preview",
        lambda: _admin_url("background_jobs_preview", "horizon"),
        before=_change_schedules,
    ),
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="classtracker-screenshots-") as folder:
        os.environ |= {
            "SECRET_KEY": "only-for-screenshots-" + "x" * 50,
            "DEBUG": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "DATABASE_URL": f"sqlite:///{folder}/studio.sqlite3",
            "STUDIO_TIME_ZONE": "Europe/Madrid",
            "LANGUAGE_CODE": "en",
            "EMAIL_URL": "memory:",
            "DJANGO_SETTINGS_MODULE": "classtracker.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's event loop is in this thread
        }
        import django
        import time_machine

        django.setup()
        with time_machine.travel(NOW, tick=True):
            _create_studio()
            with _serving() as url:
                _take_screenshots(url)


def _create_studio() -> None:
    """Create the demo studio with its classes and the runs of two months."""
    import time_machine
    from django.contrib.auth.models import User
    from django.core.management import call_command

    quiet = {"stdout": sys.stderr, "verbosity": 0}
    call_command("migrate", **quiet)
    with time_machine.travel(NOW - timedelta(days=DAYS_OF_HISTORY)):
        call_command("load_demo", students=60, teachers=8, stdout=sys.stderr)
    User.objects.create_superuser("teresa", "teresa@example.org", first_name="Teresa Vidal")
    for days in range(DAYS_OF_HISTORY, 0, -1):
        morning = (NOW - timedelta(days=days)).replace(hour=1, minute=0)
        if morning.weekday() == 0:
            _run_generate_classes(morning.replace(hour=5), "--only", "weekly")
        _run_generate_classes(morning)
    _run_generate_classes(NOW.replace(hour=1, minute=0))
    _run_generate_classes(NOW.replace(hour=5, minute=0), "--only", "weekly")
    _fail_one_run()


def _run_generate_classes(begun: datetime, *options: str) -> None:
    """Run the command as cron would have at ``begun``, without the name of this host."""
    import time_machine
    from django.core.management import call_command

    from scheduling.models import JobRun

    earlier = set(JobRun.objects.values_list("pk", flat=True))
    with time_machine.travel(begun), open(os.devnull, "w") as devnull:
        call_command("generate_classes", *options, trigger="cron", stdout=devnull)
    for number, run in enumerate(JobRun.objects.exclude(pk__in=earlier).order_by("pk")):
        # The database's clock is the real one.
        duration = 1.2 + run.classes_created / 150 + run.pk % 7 / 5
        run.created_at = run.started_at = begun + timedelta(seconds=10 * number)
        run.heartbeat = run.finished_at = run.started_at + timedelta(seconds=duration)
        run.host, run.triggered_by = "studio", ""
        run.save()


def _fail_one_run() -> None:
    """Turn one run into a failed one, for its display."""
    from scheduling.models import Job, JobRun, RunState

    run = JobRun.objects.filter(job=Job.HORIZON).order_by("-pk")[20]
    run.state, run.error = RunState.FAILED, "The database could not be reached."
    run.classes_created = run.students_processed = run.teachers_processed = 0
    run.save()


@contextmanager
def _serving() -> Iterator[str]:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _take_screenshots(url: str) -> None:
    from django.contrib.auth.models import User
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from scheduling.tests.browser.harness import chromium

    IMAGES.mkdir(parents=True, exist_ok=True)
    client = Client()
    client.force_login(User.objects.get())
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for shot in SHOTS:
            shot.before()
            for width, height in SIZES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if shot.dark else "light",
                    reduced_motion="reduce",
                    locale="en",
                    timezone_id="Europe/Madrid",
                )
                context.add_cookies([cookie])
                context.clock.set_fixed_time(NOW)
                page = context.new_page()
                answer = page.goto(url + shot.address())
                if answer is None or not answer.ok:
                    sys.exit(f"{shot.name}: {answer and answer.status} at {page.url}")
                page.locator(shot.ready).first.wait_for(state="attached")
                page.wait_for_load_state("networkidle")
                file = IMAGES / f"{shot.name}{'-dark' if shot.dark else ''}-{width}.png"
                # Only the beginning of a long page is shown.
                page.screenshot(path=file, full_page=True, clip=_clip(page, width, height))
                print(file.relative_to(IMAGES.parents[1]), file=sys.stderr)
                context.close()
        browser.close()


def _clip(page: Any, width: int, height: int) -> Any:
    full_height = page.evaluate("document.documentElement.scrollHeight")
    return {"x": 0, "y": 0, "width": width, "height": min(full_height, 2 * height)}


if __name__ == "__main__":
    main()
