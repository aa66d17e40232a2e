"""What an interface asks of the runner."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scheduling.models import Job, JobRun, Trigger

# The real clock, read at the edge: an aware instant.
Clock = Callable[[], datetime]


class UnreadableRequestError(Exception):
    """A queued run does not say what it is to do in words that this version of the code knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One job to run as if today, in the studio's zone, were ``today``.

    ``dated``: the day was named by a person; such a run makes up for no missed week. ``weeks`` is
    the length of the horizon. Students and teachers narrow it to these; a narrowed run claims
    nothing. ``today`` decides the window; what has begun is decided by the real clock alone.
    """

    job: Job
    today: date
    weeks: int
    trigger: Trigger
    triggered_by: str = ""
    dated: bool = False
    student_ids: tuple[int, ...] = ()
    teacher_ids: tuple[int, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether it covers the whole studio."""
        return not (self.student_ids or self.teacher_ids)

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
        return options

    @classmethod
    def of(cls, run: JobRun) -> "Request":
        """What ``run``, a queued one, was asked to do. Raises UnreadableRequestError."""
        options = dict(run.options)
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
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableRequestError(f"{type(error).__name__}: {error}") from error
        if options or request.is_full != run.is_full:
            raise UnreadableRequestError(", ".join(sorted(options)) or "is_full")
        return request


def _number(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a number of one or more")
    return value
