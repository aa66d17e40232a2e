"""How a run looks on a terminal: log lines, a progress bar, a report, and its JSON."""

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
BAR = 30
# Control characters, separators of lines, and marks that change the direction of what follows.
_TRICKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class ConsoleReporter:
    """Writes the log of runs to ``log``, plans of dry runs to ``report``; follows a run's events.

    Log lines are ``[2024-01-15T06:00:00.000Z] text``; the progress bar shows on a terminal only.
    """

    def __init__(
        self, log: OutputWrapper, report: OutputWrapper | None, clock: Callable[[], datetime]
    ) -> None:
        self._log = log
        self._report = report
        self._clock = clock
        self._bar = log.isatty()
        self.result: RunResult | None = None  # of the run that was last begun
        self.unprinted: Exception | None = None  # why the report is not all there

    def say(self, text: str) -> None:
        """One line of the log."""
        moment = self._clock().astimezone(UTC)
        stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
        clear = "\r\x1b[K" if self._bar else ""
        self._draw(f"{clear}[{stamp}] {_one_line(text)}\n")

    def print(self, text: str) -> None:
        """One line for people on standard output; nothing where that holds JSON alone."""
        if self._report is None:
            return
        try:
            self._report.write(text)
            self._report.flush()
        except (OSError, ValueError) as error:
            self.unprinted = error

    def _draw(self, text: str) -> None:
        """The log is not the work, which goes on with a full disk or a reader who has left."""
        with suppress(OSError, ValueError):
            self._log.write(text, style_func=str, ending="")
            self._log.flush()

    def started(self, result: RunResult) -> None:
        """The run's first lines: which job, which week."""
        self.result = result
        name = Job(result.job).label
        number = _("run %(id)s") % {"id": result.run_id} if result.run_id else _("dry run")
        self.say(f"{name}: {number}")
        if result.window is None:
            return
        words = _("week") if result.job == Job.WEEKLY else _("window")
        self.say(f"{words} {result.window.start} – {result.window.last}")
        if result.catch_up_from:
            self.say(
                _("also the weeks since %(date)s, which were missed")
                % {"date": result.catch_up_from}
            )

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        """A chunk's noteworthy results."""
        for line in lines:
            self.note(result, describe(line))

    def note(self, result: RunResult, text: str) -> None:
        """A noteworthy result: a line of the log, or of the plan of a dry run."""
        if result.dry_run:
            self.print(_one_line(text))
        else:
            self.say(text)

    def progressed(self, result: RunResult) -> None:
        """Draw the bar anew."""
        if not self._bar or not result.total:
            return
        filled = BAR * result.done // result.total
        bar = "█" * filled + "░" * (BAR - filled)
        self._draw(f"\r\x1b[K{bar} {result.done}/{result.total}")

    def finished(self, result: RunResult) -> None:
        """The run's last lines, and its report."""
        self.closed(result, result.error)
        self.print(summary(result))

    def closed(self, result: RunResult, error: str = "") -> None:
        """The run's last lines; ``error`` where it is not said yet."""
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


def _one_line(text: str) -> str:
    """``text`` without what a name could use to start a line of its own, or turn one around."""
    return _TRICKS.sub(" ", text)


def describe(line: ResultLine) -> str:
    """A result in one line: what, who, when, why."""
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
    """What a run came to, in a sentence and a line of counts."""
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
    """A run as the contract's JSON; dates include both ends."""
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
