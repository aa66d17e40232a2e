"""Output of runs on a terminal: log lines, a progress bar, a report and JSON."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, RunState
from scheduling.text.reasons import unnamed_teacher

SIGNS = {
    Outcome.CREATED: "+",
    Outcome.MOVED: "→",
    Outcome.REMOVED: "−",
    Outcome.CANCELLED: "×",
    Outcome.RESTORED: "↺",
    Outcome.CONFLICT: "!",
    Outcome.INVALID: "!",
    Outcome.ERROR: "!",
    Outcome.PROTECTED: "•",
}
BAR_WIDTH = 30
# Control characters, line separators and bidirectional marks.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class ConsoleReporter:
    """A run observer that writes log lines to ``log`` and plans of dry runs to ``report``.

    Log lines are ``[2024-01-15T06:00:00.000Z] text``. The progress bar appears only on a terminal.
    """

    def __init__(
        self, log: OutputWrapper, report: OutputWrapper | None, clock: Callable[[], datetime]
    ) -> None:
        self._log = log
        self._report = report
        self._clock = clock
        self._has_bar = log.isatty()
        self.result: RunResult | None = None  # of the run started last
        self.print_error: Exception | None = None  # set if the report is incomplete

    def say(self, text: str) -> None:
        """Write a log line."""
        now = self._clock().astimezone(UTC)
        stamp = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
        clear = "\r\x1b[K" if self._has_bar else ""
        self._draw(f"{clear}[{stamp}] {one_line(text)}\n")

    def print(self, text: str) -> None:
        """Write a line of the report, unless standard output is reserved for JSON."""
        if self._report is None:
            return
        try:
            self._report.write(text)
            self._report.flush()
        except (OSError, ValueError) as error:
            self.print_error = error

    def _draw(self, text: str) -> None:
        """Write to the log. Errors, such as a full disk or a closed pipe, don't stop the run."""
        with suppress(OSError, ValueError):
            self._log.write(text, style_func=str, ending="")
            self._log.flush()

    def started(self, result: RunResult) -> None:
        """Write the first lines of a run: its job and its window."""
        self.result = result
        name = Job(result.job).label
        number = _("run %(id)s") % {"id": result.run_id} if result.run_id else _("dry run")
        self.say(f"{name}: {number}")
        if result.window is None:
            return
        span = _("week") if result.job == Job.WEEKLY else _("window")
        self.say(f"{span} {result.window.start} – {result.window.last}")
        if result.catch_up_from:
            self.say(
                _("also the weeks since %(date)s, which were missed")
                % {"date": result.catch_up_from}
            )

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        """Write the noteworthy results of a chunk."""
        for line in lines:
            self.note(result, describe(line))

    def note(self, result: RunResult, text: str) -> None:
        """Write a noteworthy result to the log, or to the report of a dry run."""
        if result.dry_run:
            self.print(one_line(text))
        else:
            self.say(text)

    def progressed(self, result: RunResult) -> None:
        """Redraw the progress bar."""
        if not self._has_bar or not result.total:
            return
        filled = BAR_WIDTH * result.done // result.total
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        self._draw(f"\r\x1b[K{bar} {result.done}/{result.total}")

    def finished(self, result: RunResult) -> None:
        """Write the last lines of a run and its report."""
        self.closed(result, result.error)
        self.print(summary(result))

    def closed(self, result: RunResult, error: str = "") -> None:
        """Write the last lines of a run, with ``error`` if it was not written before."""
        if JOBS[result.job].generates:
            self.say(_("classes created: %(n)d") % {"n": result.classes_created})
            self.say(_("students processed: %(n)d") % {"n": result.students_processed})
        if error:
            self.say(error)
        self.say(
            _("%(state)s in %(seconds).2f s, %(rate).0f classes per second, %(queries)d queries")
            % {
                "state": RunState(result.state).label,
                "seconds": result.seconds,
                "rate": result.classes_per_second,
                "queries": result.queries,
            }
        )


def one_line(text: str) -> str:
    """Replace characters with which a name could forge a log line or reverse its text."""
    return _UNSAFE.sub(" ", text)


def describe(line: ResultLine) -> str:
    """Return a result as one line: outcome, people, time and reason."""
    people = " · ".join(name for name in (line.student, line.teacher) if name)
    when = ""
    if line.day is not None:
        when = str(line.day)
    when = f"{when} {line.hours}".strip()
    if line.zone:
        when += f" {line.zone}"
    text = f"{SIGNS.get(line.outcome, '○')} {line.outcome.value}"
    for part in (people, when, line.reason if line.code else ""):
        if part:
            text += f" · {part}"
    if line.occurrences > 1:
        text += f" · ×{line.occurrences}"
    return text


def summary(result: RunResult) -> str:
    """Return the result of a run as a sentence and a line of counts."""
    if result.job == Job.PRUNE:
        return _("%(job)s: %(n)d deleted.") % {
            "job": Job(result.job).label,
            "n": result.pruned,
        }
    if result.job == Job.WATCH:
        return ngettext("%(job)s: %(n)d trouble.", "%(job)s: %(n)d troubles.", result.incidents) % {
            "job": Job(result.job).label,
            "n": result.incidents,
        }
    created = result.classes_created
    verb = (
        ngettext("%(n)d class would be created", "%(n)d classes would be created", created)
        if result.dry_run
        else ngettext("%(n)d class created", "%(n)d classes created", created)
    ) % {"n": created}
    span = f", {result.window.start} – {result.window.last}" if result.window else ""
    students = result.students_processed
    people = ngettext("%(n)d student", "%(n)d students", students) % {"n": students}
    head = f"{Job(result.job).label}{span}: {verb}, {people}."
    if result.catch_up_from:
        head += " " + _("Includes the missed weeks since %(date)s.") % {
            "date": result.catch_up_from
        }
    counts = " · ".join(f"{name} {n}" for name, n in result.counts_by_name().items())
    return f"{head}\n    {counts}" if counts else head


def run_json(result: RunResult) -> dict[str, Any]:
    """Return the result of a run as JSON. The window includes both dates."""
    window = result.window
    return {
        "job": str(result.job),
        "state": str(result.state),
        "windowStart": str(window.start) if window else None,
        "windowEnd": str(window.last) if window else None,
        "classesCreated": result.classes_created,
        "studentsProcessed": result.students_processed,
        "teachersProcessed": result.teachers_processed,
        "counts": result.counts_by_name(),
        "conflicts": [_conflict_json(line) for line in result.conflicts],
        "errors": result.errors(),
        "durationSeconds": round(result.seconds, 3),
        "runId": result.run_id,
    }


def _conflict_json(line: ResultLine) -> dict[str, Any]:
    other = line.params
    teacher = other["with_teacher"] or unnamed_teacher()
    return {
        "student": line.student,
        "teacher": line.teacher or None,
        "date": str(line.day),
        "startTime": f"{line.start_time:%H:%M}",
        "endTime": f"{line.end_time:%H:%M}",
        "with": f"{other['with_student']} · {teacher} · {other['with_when']}",
        "reason": line.reason,
    }
