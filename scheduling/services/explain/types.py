"""An explanation: one sentence on top, then rule by rule and class by class."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.series import Series
from scheduling.jobs.schedule.expected_creation import ExpectedCreation
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.models.timetable import Weekday
from scheduling.text.dates import long_day

# What becomes of a rule on the date; the first that there is decides the sentence on top.
PLANNED = "planned"
EXISTS = "exists"
FATES = (
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
    """A weekly rule on the date. ``applies``: it has an occurrence there, whatever comes of it.

    ``fate`` is one of ``FATES``, ``reason`` says it in words, to follow a colon. ``class_id``: the
    class that it has in that week, or the one in its way. ``due``: what makes a planned one.
    """

    series: Series
    student: str
    teacher: str
    applies: bool
    fate: str
    reason: str
    class_id: int | None = None
    due: ExpectedCreation | None = None

    @property
    def words(self) -> str:
        """The rule in words: weekday, hours, zone, people."""
        series = self.series
        people = " · ".join(name for name in (self.student, self.teacher) if name)
        hours = f"{series.start_time:%H:%M}–{series.end_time:%H:%M} {series.zone}"
        return f"{weekday(series.weekday)} {hours} · {people}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClass:
    """A stored class of the date: ``origin`` says what made it, ``change`` what was done to it."""

    one: ScheduledClass
    origin: str
    change: str

    @property
    def words(self) -> str:
        """The class in words: hours, zone, people."""
        return f"{hours(self.one)} · {people(self.one)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why ``name`` has, or has not, a class on ``day``. ``rules``: those that apply come first."""

    name: str
    day: date
    rules: list[ExplainedSeries]
    classes: list[ExplainedClass]

    @property
    def summary(self) -> str:
        """The answer in one sentence."""
        values = {"name": self.name, "day": long_day(self.day)}
        there = [each for each in self.classes if each.one.status != ClassStatus.CANCELLED]
        if len(there) == 1:
            text = _("%(name)s has a class on %(day)s: %(class)s.")
            return text % {**values, "class": there[0].words}
        if there:
            text = ngettext(
                "%(name)s has %(n)d class on %(day)s.",
                "%(name)s has %(n)d classes on %(day)s.",
                len(there),
            )
            return text % {**values, "n": len(there)}
        if not self.rules and self.classes:
            text = _("%(name)s has no class on %(day)s: what there was is cancelled.")
            return text % values
        if not self.rules:
            text = _(
                "%(name)s has no class on %(day)s: there is no weekly schedule, and nothing was "
                "entered by hand."
            )
            return text % values
        return self._why_none(values)

    def _why_none(self, values: dict[str, str]) -> str:
        """No class is there: the rule that came nearest to one says why."""
        fate = min((rule.fate for rule in self.rules), key=FATES.index)
        nearest = [rule for rule in self.rules if rule.fate == fate]
        if fate == PLANNED and len(nearest) > 1:
            text = ngettext(
                "%(name)s has no class on %(day)s yet: %(n)d is planned.",
                "%(name)s has no class on %(day)s yet: %(n)d are planned.",
                len(nearest),
            )
            return text % {**values, "n": len(nearest)}
        if fate == PLANNED:
            text = _("%(name)s has no class on %(day)s yet: %(rule)s is planned; %(reason)s.")
            return text % {**values, "rule": nearest[0].words, "reason": nearest[0].reason}
        if fate == "not_this_weekday" and len(nearest) > 1:
            text = _("%(name)s has no class on %(day)s: no schedule is for that weekday.")
            return text % values
        text = _("%(name)s has no class on %(day)s: %(reason)s.")
        if len(nearest) > 1:
            text = _("%(name)s has no class on %(day)s: %(reason)s (and more; see each schedule).")
        return text % {**values, "reason": nearest[0].reason}


def weekday(number: int) -> str:
    """The name of an ISO weekday in the current language."""
    return str(Weekday(number).label)


def hours(one: ScheduledClass) -> str:
    """ "10:00–11:00 Europe/Madrid"."""
    return f"{one.hours} {one.time_zone}"


def people(one: ScheduledClass) -> str:
    """The student, and the teacher where there is one."""
    return " · ".join(str(each) for each in (one.student, one.teacher) if each is not None)
