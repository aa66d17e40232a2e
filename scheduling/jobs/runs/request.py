"""What an interface asks of the runner."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scheduling.domain.windows import DAY, Window
from scheduling.models import Job, JobRun, Trigger

# The real clock, read at the edge: an aware instant.
Clock = Callable[[], datetime]


class InvalidRunRequestError(Exception):
    """A queued run does not say what it is to do in words that this version of the code knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One job to run as if today, in the studio's zone, were ``today``.

    ``dated``: the day was named by a person; such a run makes up for no missed week. ``weeks`` is
    the length of the horizon. Students and teachers narrow it to these, ``days`` (each a first and
    a last, both included) to what takes place on them, ``rule_ids`` to these weekly rules of the
    job's kind; a narrowed run claims nothing. ``plan`` is the fingerprint of the plan that a person
    has seen: that one is carried out, or none. ``today`` decides the window; what has begun is
    decided by the real clock alone.
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
        """Whether it covers the whole studio."""
        return not (self.student_ids or self.teacher_ids or self.days or self.rule_ids)

    @property
    def span(self) -> Window | None:
        """From the first of ``days`` to the last; None where it is not narrowed to any."""
        if not self.days:
            return None
        return Window(min(self.days)[0], max(last for _first, last in self.days) + DAY)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The ISO weekdays of ``days``; none where every one is concerned.

        A rule that is named is looked at whole: its class may still be on another weekday.
        """
        if self.rule_ids:
            return ()
        found = set()
        for first, last in self.days:
            count = min(7, (last - first).days + 1)
            found |= {(first + number * DAY).isoweekday() for number in range(count)}
        return tuple(sorted(found)) if len(found) < 7 else ()

    def options(self) -> dict[str, Any]:
        """What the log keeps of how it was asked for."""
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
        """What ``run``, a queued one, was asked to do. Raises InvalidRunRequestError."""
        options = dict(run.options)
        options.pop("shards", None)  # of a version that could divide a run among workers
        try:
            asked = options.pop("today")
            request = cls(
                job=Job(run.job),
                today=date.fromisoformat(options.pop("date", asked)),
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
        raise ValueError(f"{value!r} is not a number of one or more")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
