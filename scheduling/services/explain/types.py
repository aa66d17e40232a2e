"""The explanation of a date: a summary, then each series and each class."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.series import Series
from scheduling.jobs.schedule.expected_creation import ExpectedCreation
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.models.timetable import Weekday
from scheduling.text.dates import in_zone, long_day

# The outcomes of a series on the date. The first one that occurs decides the summary.
PLANNED = "planned"
EXISTS = "exists"
SERIES_OUTCOMES = (
    EXISTS,
    PLANNED,
    "conflict",
    "moved",
    "closed",
    "cancelled",
    "held",
    "invalid",
    "inactive",
    "paused",
    "not_started",
    "ended",
    "not_this_week",
    "not_this_weekday",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSeries:
    """A series on the date. ``applies``: it has an occurrence on the date, whatever the outcome.

    ``outcome`` is one of ``SERIES_OUTCOMES``, ``reason`` its text, to follow a colon. ``class_id``:
    the class of that week, or the one in its way. ``due``: the job that creates a planned one.
    """

    series: Series
    student: str
    teacher: str
    room: str
    applies: bool
    outcome: str
    reason: str
    class_id: int | None = None
    due: ExpectedCreation | None = None

    @property
    def description(self) -> str:
        """Weekday, hours, zone, people and room."""
        series = self.series
        people = " · ".join(name for name in (self.student, self.teacher, self.room) if name)
        hours = f"{series.start_time:%H:%M}–{series.end_time:%H:%M}"
        return f"{weekday(series.weekday)} {in_zone(hours, series.zone)} · {people}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClass:
    """A stored class on the date. ``origin``: how it was created. ``change``: how it was edited."""

    scheduled_class: ScheduledClass
    origin: str
    change: str

    @property
    def description(self) -> str:
        """Hours, zone, people and room."""
        return f"{hours(self.scheduled_class)} · {people(self.scheduled_class)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The explanation of ``day`` for the person ``name``. ``rules`` that apply come first."""

    name: str
    day: date
    rules: list[ExplainedSeries]
    classes: list[ExplainedClass]

    @property
    def summary(self) -> str:
        """The explanation in a sentence."""
        values = {"name": self.name, "day": long_day(self.day)}
        active = [
            explained
            for explained in self.classes
            if explained.scheduled_class.status != ClassStatus.CANCELLED
        ]
        if len(active) == 1:
            text = _("%(name)s has a class on %(day)s: %(class)s.")
            return text % {**values, "class": active[0].description}
        if active:
            text = ngettext(
                "%(name)s has %(n)d class on %(day)s.",
                "%(name)s has %(n)d classes on %(day)s.",
                len(active),
            )
            return text % {**values, "n": len(active)}
        if not self.rules and self.classes:
            text = _("%(name)s has no class on %(day)s: everything was cancelled.")
            return text % values
        if not self.rules:
            text = _(
                "%(name)s has no class on %(day)s: there is no weekly schedule, and nothing was "
                "entered by hand."
            )
            return text % values
        return self._summary_without_class(values)

    def _summary_without_class(self, values: dict[str, str]) -> str:
        """Return the summary for no class: the first of the outcomes decides."""
        outcome = min((rule.outcome for rule in self.rules), key=SERIES_OUTCOMES.index)
        nearest = [rule for rule in self.rules if rule.outcome == outcome]
        if outcome == PLANNED and len(nearest) > 1:
            text = ngettext(
                "%(name)s has no class on %(day)s yet: %(n)d is planned.",
                "%(name)s has no class on %(day)s yet: %(n)d are planned.",
                len(nearest),
            )
            return text % {**values, "n": len(nearest)}
        if outcome == PLANNED:
            text = _("%(name)s has no class on %(day)s yet: %(rule)s is planned; %(reason)s.")
            return text % {**values, "rule": nearest[0].description, "reason": nearest[0].reason}
        if outcome == "not_this_weekday" and len(nearest) > 1:
            text = _("%(name)s has no class on %(day)s: no schedule is for that weekday.")
            return text % values
        text = _("%(name)s has no class on %(day)s: %(reason)s.")
        if len(nearest) > 1:
            text = _("%(name)s has no class on %(day)s: %(reason)s (and more; see each schedule).")
        return text % {**values, "reason": nearest[0].reason}


def weekday(number: int) -> str:
    """Return the name of an ISO weekday in the current language."""
    return str(Weekday(number).label)


def hours(scheduled_class: ScheduledClass) -> str:
    """Return “10:00–11:00”, with the zone if it is not the studio's."""
    return in_zone(scheduled_class.hours, scheduled_class.time_zone)


def people(scheduled_class: ScheduledClass) -> str:
    """Return the name of the student, and of teacher and room if the class has them."""
    names = (scheduled_class.student, scheduled_class.given_by, scheduled_class.room)
    return " · ".join(str(name) for name in names if name)
