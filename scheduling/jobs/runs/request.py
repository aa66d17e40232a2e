"""Requests: which job to run, for whom, and for which dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scheduling.domain.windows import DAY, Window
from scheduling.models import Job, JobRun, Trigger

# Returns the real time as an aware datetime. Interfaces read it and pass it in.
Clock = Callable[[], datetime]


class InvalidRunRequestError(Exception):
    """The stored options of a queued run can't be read by this version of the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A job to run with ``today`` as the current date in the studio's zone.

    ``today`` sets the window; the real clock alone decides which classes have begun. ``dated``:
    a person chose the date; the run does not catch up on missed weeks. ``weeks`` is the length of
    the horizon. ``student_ids`` and ``teacher_ids`` narrow the run to people, ``days`` (pairs of
    first and last, both included) to dates, ``rule_ids`` to series of the job's kind; a narrowed
    run does not claim the job. ``plan`` is the fingerprint of an approved plan: the run carries
    out that plan or none.
    """

    job: Job
    today: date
    weeks: int
    trigger: Trigger
    triggered_by: str = ""
    dated: bool = False
    student_ids: tuple[int, ...] = ()
    teacher_ids: tuple[int, ...] = ()
    days: tuple[tuple[date, date], ...] = ()
    rule_ids: tuple[int, ...] = ()
    plan: str = ""

    @property
    def is_full(self) -> bool:
        """True if the run covers the whole studio."""
        return not (self.student_ids or self.teacher_ids or self.days or self.rule_ids)

    @property
    def span(self) -> Window | None:
        """The dates from the first of ``days`` to the last; None without ``days``."""
        if not self.days:
            return None
        return Window(min(self.days)[0], max(last for _first, last in self.days) + DAY)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The ISO weekdays of ``days``; empty for all weekdays.

        Also empty with ``rule_ids``: the class of a series may still be on another weekday.
        """
        if self.rule_ids:
            return ()
        found = set()
        for first, last in self.days:
            count = min(7, (last - first).days + 1)
            found |= {(first + number * DAY).isoweekday() for number in range(count)}
        return tuple(sorted(found)) if len(found) < 7 else ()

    def options(self) -> dict[str, Any]:
        """Return the options to store in the run's row."""
        options: dict[str, Any] = {}
        if self.job == Job.HORIZON:
            options["weeks"] = self.weeks
        if self.dated:
            options["date"] = self.today.isoformat()
        if self.student_ids:
            options["students"] = list(self.student_ids)
        if self.teacher_ids:
            options["teachers"] = list(self.teacher_ids)
        if self.days:
            options["days"] = [[first.isoformat(), last.isoformat()] for first, last in self.days]
        if self.rule_ids:
            options["rules"] = list(self.rule_ids)
        if self.plan:
            options["plan"] = self.plan
        return options

    @classmethod
    def of(cls, run: JobRun) -> "RunRequest":
        """Return the request of a queued run. Raises InvalidRunRequestError."""
        options = dict(run.options)
        options.pop("shards", None)  # from a version that could divide a run among workers
        try:
            today = options.pop("today")
            request = cls(
                job=Job(run.job),
                today=date.fromisoformat(options.pop("date", today)),
                weeks=_number(options.pop("weeks", 1)),
                trigger=Trigger(run.trigger),
                triggered_by=run.triggered_by,
                dated=run.is_dated,
                student_ids=tuple(_number(id) for id in options.pop("students", ())),
                teacher_ids=tuple(_number(id) for id in options.pop("teachers", ())),
                rule_ids=tuple(_number(id) for id in options.pop("rules", ())),
                days=tuple(_range(*pair) for pair in options.pop("days", ())),
                plan=_text(options.pop("plan", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidRunRequestError(f"{type(error).__name__}: {error}") from error
        if options or request.is_full != run.is_full:
            raise InvalidRunRequestError(", ".join(sorted(options)) or "is_full")
        return request


def _range(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


def _number(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a positive integer")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value
