"""``manage.py check_schedules``: holds the calendar against the schedules."""

import json
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.jobs.check import CHECKED, Findings, check_request, find
from scheduling.jobs.faults import describe
from scheduling.jobs.lines import Line
from scheduling.management.attempts import (
    FAILED,
    WITH_FAULTS,
    Patience,
    attempt,
    exit_status,
    studio_today,
    user_name,
)
from scheduling.management.signals import StopSignals
from scheduling.management.terminal import Terminal
from scheduling.management.terminal import describe as in_words
from scheduling.models import Job

FINDINGS = 3
KINDS = ("missing", "extra", "drifted")


class Command(BaseCommand):
    help = (
        "Names missing, extra and drifted classes against the schedules. Exit status: 0 clean, "
        "3 findings, 1 failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )
        parser.add_argument(
            "--fix", action="store_true", help="run both jobs, then say what is left"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        status = 0
        fixed = 0
        try:
            findings = self._find()
            if options["fix"] and findings.count:
                if not options["json"]:
                    self._report(findings)
                before = findings.count
                status = self._fix()
                findings = self._find()
                fixed = max(0, before - findings.count)
        except DatabaseError as error:
            self.stderr.write(describe(error))
            raise SystemExit(FAILED) from None
        if options["json"]:
            self.stdout.write(json.dumps(_document(findings, fixed), ensure_ascii=False, indent=2))
        else:
            self._report(findings)
            if fixed:
                self.stdout.write(_("%(n)d findings mended.") % {"n": fixed})
        if findings.count and status in (0, WITH_FAULTS):
            status = FINDINGS
        if status:
            raise SystemExit(status)

    def _find(self) -> Findings:
        return find(studio_today(timezone.now()), settings.HORIZON_WEEKS, timezone.now)

    def _fix(self) -> int:
        terminal = Terminal(self.stderr, None, timezone.now)
        with StopSignals() as stop:
            ended = [
                attempt(job, partial(_request, job), terminal, stop, Patience())
                for job in CHECKED
                if not stop()
            ]
            return exit_status(ended, stop)

    def _report(self, findings: Findings) -> None:
        for kind in KINDS:
            lines: list[Line] = getattr(findings, kind)
            for line in lines:
                self.stdout.write(f"{kind}: {in_words(line)}")
        for line in findings.faults:
            self.stdout.write(in_words(line))
        counts = ", ".join(f"{len(getattr(findings, kind))} {kind}" for kind in KINDS)
        if findings.count:
            self.stdout.write(_("Found: %(counts)s.") % {"counts": counts})
        else:
            self.stdout.write(_("The calendar is as the schedules say."))
        if findings.conflicts:
            self.stdout.write(
                _("%(n)d lessons have no place because of conflicts; generate_classes names them.")
                % {"n": len(findings.conflicts)}
            )


def _request(job: Job) -> Any:
    today = studio_today(timezone.now())
    return check_request(job, today, settings.HORIZON_WEEKS, user_name())


def _document(findings: Findings, fixed: int) -> dict[str, Any]:
    return {
        "success": findings.count == 0,
        **{kind: [_json(line) for line in getattr(findings, kind)] for kind in KINDS},
        "conflicts": len(findings.conflicts),
        "invalid": [f"{line.student}: {line.reason}" for line in findings.faults],
        "fixed": fixed,
    }


def _json(line: Line) -> dict[str, Any]:
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
