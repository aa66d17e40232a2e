"""``manage.py generate_classes``: this week's classes and the lesson horizon."""

import getpass
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.jobs.claim import AlreadyRunningError
from scheduling.jobs.faults import describe, is_transient
from scheduling.jobs.request import Request
from scheduling.jobs.result import Result
from scheduling.jobs.runner import Conduct, preview, run
from scheduling.management.options import iso_date, seconds, whole
from scheduling.management.signals import StopSignals
from scheduling.management.terminal import Terminal, run_json
from scheduling.models import Job, RunState, Student, Teacher, Trigger

FAILED, WITH_FAULTS, ALREADY_RUNNING = 1, 3, 4


class Command(BaseCommand):
    help = (
        "Generates the weekly classes of the current week and the lesson horizon. Safe at any "
        "time, any number of times. Exit status: 0 done, 1 failed, 2 usage, 3 done with errors, "
        "4 another run is active, 130/143 stopped by a signal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            choices=[Job.WEEKLY.value, Job.HORIZON.value, Job.MISSING.value],
            help="one job alone; missing: every class from each student's start date to today",
        )
        parser.add_argument(
            "--date", type=iso_date, help="as if today, in the studio's zone, were YYYY-MM-DD"
        )
        parser.add_argument(
            "--weeks", type=whole(1, 104), help="length of the horizon, 1 to 104 weeks"
        )
        identifier = whole(1, 2**63 - 1)
        for person in ("student", "teacher"):
            parser.add_argument(
                f"--{person}",
                type=identifier,
                action="append",
                default=[],
                metavar="ID",
                help=f"only this {person}; may be repeated",
            )
        parser.add_argument("--dry-run", action="store_true", help="print the plan, write nothing")
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )
        parser.add_argument(
            "--retries", type=whole(1, 100), default=3, help="attempts on transient faults (3)"
        )
        parser.add_argument(
            "--retry-delay", type=seconds(0), default=5.0, help="seconds between attempts (5)"
        )
        parser.add_argument(
            "--timeout", type=seconds(0.001), help="the most seconds that one attempt may take"
        )
        # Who called: cron's entries and the scheduler say so, for the history.
        parser.add_argument(
            "--trigger",
            choices=[Trigger.COMMAND.value, Trigger.CRON.value, Trigger.SCHEDULER.value],
            default=Trigger.COMMAND.value,
            help="what the history names as the trigger",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["weeks"] and options["only"] not in (None, Job.HORIZON.value):
            raise CommandError(
                _("--weeks is the length of the horizon; it does not go with --only %(job)s.")
                % {"job": options["only"]},
                returncode=2,
            )
        report = None if options["json"] else self.stdout
        terminal = Terminal(self.stderr, report, timezone.now)
        jobs = [Job(options["only"])] if options["only"] else [Job.WEEKLY, Job.HORIZON]
        with StopSignals() as stop:
            attempts = []
            for job in jobs:
                if stop():
                    break
                attempts.append(_Attempts(job, options, terminal, stop).run())
        status = _exit_status(attempts, stop)
        if options["json"]:
            document = {
                "success": status == 0,
                "dryRun": options["dry_run"],
                "runs": [run_json(attempt) for attempt, _status in attempts],
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        if status:
            raise SystemExit(status)


def _exit_status(attempts: list[tuple[Result, int]], stop: StopSignals) -> int:
    statuses = {status for _result, status in attempts}
    if stop():
        return stop.exit_status
    return next((code for code in (FAILED, WITH_FAULTS, ALREADY_RUNNING) if code in statuses), 0)


class _Attempts:
    """One job, tried again on faults that pass."""

    def __init__(
        self, job: Job, options: dict[str, Any], terminal: Terminal, stop: StopSignals
    ) -> None:
        self.job = job
        self.options = options
        self.terminal = terminal
        self.stop = stop

    def run(self) -> tuple[Result, int]:
        """The result, and the exit status that it stands for."""
        most: int = self.options["retries"]
        for number in range(1, most + 1):
            self.terminal.say(
                _("%(job)s: start, attempt %(n)d/%(most)d")
                % {"job": self.job.label, "n": number, "most": most}
            )
            try:
                return self._once()
            except AlreadyRunningError as error:
                return self._already_running(error)
            except CommandError:
                raise
            except Exception as error:
                if connection.connection is not None and not connection.in_atomic_block:
                    connection.close()  # whatever state it is in: the next attempt has a new one
                fault = describe(error)
                self.terminal.say(_("failed: %(fault)s") % {"fault": fault})
                if number == most or not is_transient(error) or self.stop():
                    return self._failed(fault)
                self.stop.wait(self.options["retry_delay"])
                if self.stop():
                    return self._failed(fault)
        raise AssertionError("at least one attempt was made")

    def _once(self) -> tuple[Result, int]:
        options = self.options
        _check_people(options)
        conduct = Conduct(
            clock=timezone.now,
            watcher=self.terminal,
            stop=self.stop,
            timeout=options["timeout"],
        )
        execute = preview if options["dry_run"] else run
        result = execute(self._request(timezone.now()), conduct)
        self.terminal.finished(result)
        if result.state in (RunState.CANCELLED, RunState.CRASHED):
            return result, FAILED
        return result, WITH_FAULTS if result.has_faults else 0

    def _request(self, now: datetime) -> Request:
        options = self.options
        return Request(
            job=self.job,
            today=options["date"] or timezone.localdate(now, timezone.get_default_timezone()),
            dated=options["date"] is not None,
            weeks=options["weeks"] or settings.HORIZON_WEEKS,
            student_ids=tuple(options["student"]),
            teacher_ids=tuple(options["teacher"]),
            trigger=Trigger(options["trigger"]),
            triggered_by=_user(),
        )

    def _already_running(self, error: AlreadyRunningError) -> tuple[Result, int]:
        active = error.run
        text = _("another run of this job is active: run %(id)s, started %(when)s UTC") % {
            "id": active.pk,
            "when": f"{active.started_at:%Y-%m-%d %H:%M:%S}" if active.started_at else "–",
        }
        self.terminal.say(text)
        result = Result(job=self.job, state=RunState(active.state), run_id=active.pk, error=text)
        return result, ALREADY_RUNNING

    def _failed(self, fault: str) -> tuple[Result, int]:
        return Result(job=self.job, state=RunState.FAILED, error=fault), FAILED


def _check_people(options: dict[str, Any]) -> None:
    """A mistyped number would otherwise generate nothing and look like success."""
    for name, model in (("student", Student), ("teacher", Teacher)):
        asked = set(options[name])
        known = set(model.objects.filter(id__among=asked).values_list("id", flat=True))
        if unknown := sorted(asked - known):
            raise CommandError(
                _("--%(option)s: there is no %(option)s with the number %(numbers)s.")
                % {"option": name, "numbers": ", ".join(map(str, unknown))},
                returncode=2,
            )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
