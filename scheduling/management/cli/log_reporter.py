"""Output of runs that cron or the scheduler starts: records of the log."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.core.management.base import OutputWrapper

from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import Trigger

from .terminal import ConsoleReporter, one_line

logger = logging.getLogger(__name__)


class LogReporter(ConsoleReporter):
    """A run observer that writes to the log, so that cron's log has one format.

    Results are left out, as they name people; the history has them.
    """

    def say(self, text: str) -> None:
        """Log a line."""
        logger.info(one_line(text))

    def print(self, text: str) -> None:
        """Log a line of the report."""
        self.say(text)

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        """Ignore the results of a chunk."""

    def progressed(self, result: RunResult) -> None:
        """Draw nothing."""


def reporter(
    trigger: str | None,
    log: OutputWrapper,
    report: OutputWrapper | None,
    clock: Callable[[], datetime],
) -> ConsoleReporter:
    """Return the observer for runs with ``trigger``, None for commands without runs."""
    is_automatic = trigger in (Trigger.CRON, Trigger.SCHEDULER)
    return (LogReporter if is_automatic else ConsoleReporter)(log, report, clock)
