"""``manage.py check_schedules``: compares the calendar with the schedules."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.db.errors import describe
from scheduling.jobs.calendar_check.check import (
    CHECKED,
    KINDS,
    CheckFindings,
    check_request,
    find,
    repaired,
)
from scheduling.jobs.calendar_check.stale_instants import recompute_instants
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.json_output import write_json
from scheduling.management.cli.run_command import (
    FAILED,
    WITH_ERRORS,
    exit_status,
    run_with_retries,
    user_name,
)
from scheduling.management.cli.signals import StopSignals
from scheduling.management.cli.terminal import ConsoleReporter
from scheduling.management.cli.terminal import describe as result_text
from scheduling.models import Job
from scheduling.selectors.studio import studio_today

FINDINGS = 3


class Command(StudioCommand):
    help = (
        "Reports missing, extra, drifted and orphaned classes compared with the schedules. Exit "
        "status: 0 clean, 3 findings or schedules that can't be read, 1 failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )
        parser.add_argument(
            "--fix",
            action="store_true",
            help="run both jobs, then report what was repaired and what remains",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        status = 0
        fixed: list[tuple[str, ResultLine]] = []
        try:
            findings = self._find()
            if options["fix"] and findings.repairable:
                before = findings
                status = self._fix()
                findings = self._find()
                fixed = repaired(before, findings)
        except (DatabaseError, ValueError) as error:  # ValueError: an invalid date in SQLite
            description = describe(error)
            if options["json"]:
                write_json(self.stdout, {"success": False, "error": description})
            self.stderr.write(description)
            raise SystemExit(FAILED) from None
        if options["json"]:
            write_json(self.stdout, _document(findings, fixed))
        else:
            for kind, line in fixed:
                self.stdout.write(_("mended: %(finding)s") % {"finding": _finding_text(kind, line)})
            if fixed:
                text = ngettext("%(n)d finding mended.", "%(n)d findings mended.", len(fixed))
                self.stdout.write(text % {"n": len(fixed)})
            self._report(findings)
        if not findings.is_clean and status in (0, WITH_ERRORS):
            status = FINDINGS
        if status:
            raise SystemExit(status)

    def _find(self) -> CheckFindings:
        return find(studio_today(), settings.HORIZON_WEEKS, timezone.now)

    def _fix(self) -> int:
        terminal = ConsoleReporter(self.stderr, None, timezone.now)
        with StopSignals() as stop:
            results = [
                run_with_retries(job, partial(_request, job), terminal, stop, RetryPolicy())
                for job in CHECKED
                if not stop()
            ]
            if not stop():
                recompute_instants(timezone.now())
            return exit_status(results, stop)

    def _report(self, findings: CheckFindings) -> None:
        for kind, line in findings.all():
            self.stdout.write(_finding_text(kind, line))
        for line in findings.faults:
            self.stdout.write(result_text(line))
        counts = ", ".join(f"{len(findings.of(kind))} {kind}" for kind in KINDS)
        if findings.count:
            self.stdout.write(_("Found: %(counts)s.") % {"counts": counts})
        elif not findings.faults:
            self.stdout.write(_("The calendar matches the schedules."))
        if findings.faults:
            text = ngettext(
                "%(n)d schedule can't be read: whether its classes are right is not known.",
                "%(n)d schedules can't be read: whether their classes are right is not known.",
                len(findings.faults),
            )
            self.stdout.write(text % {"n": len(findings.faults)})
        if findings.orphaned:
            self.stdout.write(
                _("Orphaned classes are a person's to cancel: no run touches what a person did.")
            )
        if findings.conflicts:
            text = ngettext(
                "%(n)d lesson clashes with another lesson; generate_classes names it.",
                "%(n)d lessons clash with other lessons; generate_classes names them.",
                len(findings.conflicts),
            )
            self.stdout.write(text % {"n": len(findings.conflicts)})


def _finding_text(kind: str, line: ResultLine) -> str:
    return f"{kind}: {result_text(line)}"


def _request(job: Job) -> Any:
    today = studio_today()
    return check_request(job, today, settings.HORIZON_WEEKS, user_name())


def _document(findings: CheckFindings, fixed: list[tuple[str, ResultLine]]) -> dict[str, Any]:
    return {
        "success": findings.is_clean,
        **{kind: [_json(line) for line in findings.of(kind)] for kind in KINDS},
        "conflicts": len(findings.conflicts),
        "invalid": [f"{line.student}: {line.reason}" for line in findings.faults],
        "fixed": len(fixed),
        "mended": [{"kind": kind, **_json(line)} for kind, line in fixed],
    }


def _json(line: ResultLine) -> dict[str, Any]:
    return {
        "student": line.student,
        "teacher": line.teacher or None,
        "date": str(line.day) if line.day else None,
        "startTime": f"{line.start_time:%H:%M}" if line.start_time else None,
        "endTime": f"{line.end_time:%H:%M}" if line.end_time else None,
        "classId": line.class_id,
        "outcome": line.outcome.value,
        "reason": line.reason if line.code else "",
    }
