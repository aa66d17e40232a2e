"""``manage.py generate_classes``: generates this week's classes and the lesson horizon."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.json_output import unwritable, write_json
from scheduling.management.cli.log_reporter import reporter
from scheduling.management.cli.options import add_trigger, iso_date, seconds, whole
from scheduling.management.cli.run_command import (
    CommandResult,
    exit_status,
    run_with_retries,
    user_name,
)
from scheduling.management.cli.signals import StopSignals
from scheduling.management.cli.terminal import ConsoleReporter, run_json
from scheduling.management.remote.client import call_remote
from scheduling.management.remote.endpoint import calls
from scheduling.models import Job, Student, Teacher, Trigger
from scheduling.selectors.studio import studio_today


class Command(StudioCommand):
    help = (
        "Generates the weekly classes of the current week and the lesson horizon. Safe at any "
        "time, any number of times. Exit status: 0 done, 1 failed, 2 usage, 3 done with errors, "
        "4 another run is active, 130/143 stopped by a signal."
    )
    # For automated calls: configuration errors are reported during setup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add(
            "--only",
            choices=[Job.WEEKLY.value, Job.HORIZON.value, Job.MISSING.value],
            help="only this job; missing: every class from each student's start date to today",
        )
        add("--date", type=iso_date, help="as if today, in the studio's zone, were YYYY-MM-DD")
        add("--weeks", type=whole(1, 104), help="length of the horizon, 1 to 104 weeks")
        for person in ("student", "teacher"):
            add(
                f"--{person}",
                type=whole(1, 2**63 - 1),
                action="append",
                metavar="ID",
                help=f"only this {person}; may be repeated",
            )
        add("--dry-run", action="store_true", help="print the plan without applying it")
        add("--json", action="store_true", help="one JSON document on standard output")
        add("--retries", type=whole(1, 100), default=3, help="attempts on transient faults (3)")
        add("--retry-delay", type=seconds(0), default=5.0, help="seconds between attempts (5)")
        add("--timeout", type=seconds(0.001), help="the maximum seconds of an attempt")
        add(
            "--endpoint",
            metavar="URL",
            help="run through the API of this deployment instead of a database (API_ENDPOINT)",
        )
        add_trigger(parser)

    def needs_studio(self, options: dict[str, Any]) -> bool:
        return _endpoint(options) is None

    def handle(self, *args: Any, **options: Any) -> None:
        if options["weeks"] and options["only"] not in (None, Job.HORIZON.value):
            raise CommandError(
                _("--weeks is the length of the horizon; it does not go with --only %(job)s.")
                % {"job": options["only"]},
                returncode=2,
            )
        report = None if options["json"] else self.stdout
        trigger = None if options["dry_run"] else options["trigger"]
        terminal = reporter(trigger, self.stderr, report, timezone.now)
        retry = RetryPolicy(
            attempts=options["retries"], delay=options["retry_delay"], timeout=options["timeout"]
        )
        with StopSignals() as stop:
            tasks = _tasks(options, terminal, stop, retry)
            outcomes = [task() for task in tasks if not stop()]
            status = exit_status(outcomes, stop)
        if options["json"]:
            document = {
                "success": status == 0,
                "dryRun": options["dry_run"],
                "runs": [run_json(outcome.result) for outcome in outcomes],
            }
            write_json(self.stdout, document)
        elif options["dry_run"] and terminal.print_error:
            raise unwritable(terminal.print_error)
        if status:
            raise SystemExit(status)


def _tasks(
    options: dict[str, Any], terminal: ConsoleReporter, stop: StopSignals, retry: RetryPolicy
) -> list[Callable[[], CommandResult]]:
    """Return the jobs to run in order, locally or through another deployment's API."""
    endpoint = _endpoint(options)
    if endpoint is not None:
        return [
            partial(call_remote, call, settings.CRON_SECRET, terminal, stop, retry)
            for call in calls(endpoint, options)
        ]
    jobs = [Job(options["only"])] if options["only"] else [Job.WEEKLY, Job.HORIZON]
    return [
        partial(
            run_with_retries,
            job,
            partial(_request, job, options),
            terminal,
            stop,
            retry,
            options["dry_run"],
        )
        for job in jobs
    ]


def _endpoint(options: dict[str, Any]) -> str | None:
    """Return the URL of the deployment to call, or None to run locally."""
    # Crontab entries always run locally.
    if options["endpoint"] is None and options["trigger"] != Trigger.CRON:
        return settings.API_ENDPOINT or None
    return options["endpoint"]


def _request(job: Job, options: dict[str, Any]) -> RunRequest:
    return RunRequest(
        job=job,
        today=options["date"] or studio_today(),
        dated=options["date"] is not None,
        weeks=options["weeks"] or settings.HORIZON_WEEKS,
        student_ids=_existing_ids(options, "student", Student),
        teacher_ids=_existing_ids(options, "teacher", Teacher),
        trigger=Trigger(options["trigger"]),
        triggered_by=user_name(),
    )


def _existing_ids(options: dict[str, Any], name: str, model: Any) -> tuple[int, ...]:
    """Return the IDs given for an option. Raises CommandError (usage) for unknown ones."""
    ids = set(options[name] or ())
    if ids:
        existing = set(model.objects.filter(id__among=ids).values_list("id", flat=True))
        if unknown := sorted(ids - existing):
            raise CommandError(
                _("--%(option)s: there is no %(option)s with the number %(numbers)s.")
                % {"option": name, "numbers": ", ".join(map(str, unknown))},
                returncode=2,
            )
    return tuple(sorted(ids))
