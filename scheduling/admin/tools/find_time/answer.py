"""The openings of an answer, as a grid and as a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.windows import DAY
from scheduling.domain.working_hours import is_within
from scheduling.models.studio import foreign_zone
from scheduling.models.timetable import Weekday
from scheduling.services.classes.obstacle_texts import ObstacleTexts
from scheduling.services.openings import (
    Openings,
    OpeningsQuery,
    TeacherOpening,
    without_overlaps,
)
from scheduling.text.dates import number_text, plain_day, short_day

MAX_SHOWN = 120
# The rooms that are named beside an opening; its details have all of them.
MAX_ROOMS = 2
# Of the weekly times that are not always free, those are shown that are free this often.
MOSTLY = 2 / 3


@dataclass(frozen=True, slots=True)
class ShownOpening:
    """An opening with the texts of its cell and of the details beside the grid."""

    found: TeacherOpening
    key: str
    url: str
    label: str
    note: str
    is_chosen: bool
    exceptions: list[tuple[str, str]]

    @property
    def is_clear(self) -> bool:
        """Whether nothing but closures is in the way."""
        return _is_clear(self.found)

    @property
    def start(self) -> str:
        return f"{self.found.opening.start_time:%H:%M}"

    @property
    def first_date(self) -> str:
        """The first date, ISO 8601."""
        return self.found.opening.dates[0].isoformat()

    @property
    def day(self) -> str:
        """The weekday, or the date of a single lesson."""
        opening = self.found.opening
        if len(opening.dates) == 1:
            return short_day(opening.dates[0])
        return str(Weekday(opening.weekday).label)


@dataclass(frozen=True, slots=True)
class Cell:
    """The openings of a day at one time; ``why`` says why there are none."""

    openings: list[ShownOpening] = field(default_factory=list)
    why: str = ""


class Answer:
    """The answer to the form: a sentence, the openings to show, and the chosen one."""

    def __init__(
        self,
        request: HttpRequest,
        query: OpeningsQuery,
        answer: Openings,
        today: date,
        *,
        every_start: bool,
    ) -> None:
        self.request, self.query, self.answer, self.today = request, query, answer, today
        self.is_once = query.last is not None
        candidates = [each for each in answer.found if self.is_once or _is_mostly_free(each)]
        self._free_times: dict[Any, list[tuple[int, int]]] = {}
        for each in candidates:
            times = self._free_times.setdefault(self._column(each.opening.dates[0]), [])
            times.append((each.opening.start, each.opening.end))
        found = candidates if every_start else without_overlaps(candidates)
        if self.is_once:
            found = sorted(found, key=lambda each: (each.opening.dates[0], each.opening.start))
        self._found = found
        self.more = max(0, len(found) - MAX_SHOWN)

    @cached_property
    def openings(self) -> list[ShownOpening]:
        """The openings to show, best first; single dates by date."""
        asked = self.request.GET.get("chosen", "")
        found = self._found[:MAX_SHOWN]
        keys = [_key(each) for each in found]
        chosen = asked if asked in keys else next(iter(keys), "")
        texts = ObstacleTexts(
            self.answer.diaries,
            (one for each in found for one in each.opening.exceptions),
            self.answer.rooms,
        )
        return [
            self._shown(each, key, key == chosen, texts)
            for each, key in zip(found, keys, strict=True)
        ]

    @property
    def chosen(self) -> ShownOpening | None:
        """The opening whose details are shown."""
        return next((each for each in self.openings if each.is_chosen), None)

    @property
    def sentence(self) -> str:
        """How many openings there are, in words."""
        free = sum(_is_clear(each) for each in self._found)
        if self.is_once:
            if not free:
                return _("No time is free on these days.")
            text = ngettext("%(n)s time is free.", "%(n)s times are free.", free)
            return text % {"n": number_text(free)}
        if not self._found:
            return _("No weekly time is free.")
        values = {"n": number_text(free), "dates": len(self._found[0].opening.dates)}
        if not free:
            return _("No weekly time is free on all %(dates)d dates.") % values
        if any(each.opening.exceptions for each in self._found if _is_clear(each)):
            return (
                ngettext(
                    "%(n)s weekly time is free whenever the studio is open.",
                    "%(n)s weekly times are free whenever the studio is open.",
                    free,
                )
                % values
            )
        text = ngettext(
            "%(n)s weekly time is free on all %(dates)d dates.",
            "%(n)s weekly times are free on all %(dates)d dates.",
            free,
        )
        if self.query.interval_weeks == 1:
            text = ngettext(
                "%(n)s weekly time is free in all %(dates)d weeks.",
                "%(n)s weekly times are free in all %(dates)d weeks.",
                free,
            )
        return text % values

    @property
    def sentence_of_others(self) -> str:
        """How many further openings have exceptions."""
        others = sum(not _is_clear(each) for each in self._found)
        if not others:
            return ""
        text = ngettext(
            "%(n)s is free most of the time.", "%(n)s are free most of the time.", others
        )
        return text % {"n": number_text(others)}

    @property
    def days(self) -> list[tuple[str, list[ShownOpening]]]:
        """The openings by weekday, or by date, in the order of their times."""
        groups: dict[Any, list[ShownOpening]] = {}
        for each in self.openings:
            opening = each.found.opening
            key = opening.dates[0] if self.is_once else opening.weekday
            groups.setdefault(key, []).append(each)
        return [
            (groups[key][0].day, sorted(groups[key], key=lambda each: each.found.opening.start))
            for key in sorted(groups)
        ]

    @cached_property
    def columns(self) -> list[tuple[date, str]]:
        """The first date and the title of each column: a week from the first day on."""
        days = [self.query.first + number * DAY for number in range(7)]
        if self.is_once and self.query.last:
            days = [day for day in days if day <= self.query.last]
        wanted = [day for day in days if day.isoweekday() in self.query.weekdays]
        if self.is_once:
            return [(day, short_day(day)) for day in wanted]
        wanted.sort(key=lambda day: day.isoweekday())
        return [(day, str(Weekday(day.isoweekday()).label)) for day in wanted]

    @cached_property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """The times of the grid, each with a cell for every column."""
        cells: dict[tuple[int, Any], list[ShownOpening]] = {}
        for each in self.openings:
            opening = each.found.opening
            cells.setdefault((opening.start, self._column(opening.dates[0])), []).append(each)
        columns = [(self._column(day), day) for day, _title in self.columns]
        known = {key for key, _day in columns}
        starts = sorted({start for start, column in cells if column in known})
        return [
            (
                f"{start // 60:02}:{start % 60:02}",
                [
                    Cell(cells[start, key]) if (start, key) in cells else self._empty(start, day)
                    for key, day in columns
                ],
            )
            for start in starts
        ]

    def _column(self, day: date) -> Any:
        return day if self.is_once else day.isoweekday()

    def _empty(self, start: int, day: date) -> Cell:
        end, column = start + self.query.minutes, self._column(day)
        if any(opens <= start < closes for opens, closes in self._free_times.get(column, ())):
            return Cell()  # another opening of this day is shown around this time
        for teacher in self.answer.teachers:
            hours = self.answer.hours.get(teacher.pk)
            opened = hours.on(day) if hours else [self.query.unknown_hours]
            if is_within(opened, start, end):
                return Cell(why=_("full"))
        return Cell(why=_("nobody works"))

    def _shown(
        self, each: TeacherOpening, key: str, is_chosen: bool, texts: ObstacleTexts
    ) -> ShownOpening:
        parameters = self.request.GET.copy()
        parameters["chosen"] = key
        opening = each.opening
        label = f"{opening.start_time:%H:%M}"
        if len(self.answer.teachers) > 1:
            label += f" {each.teacher.name}"
        return ShownOpening(
            found=each,
            key=key,
            url=f"?{parameters.urlencode()}#chosen",
            label=label,
            note=self._note(each),
            is_chosen=is_chosen,
            exceptions=[(short_day(one.day), texts.text(one)) for one in opening.exceptions],
        )

    def _note(self, each: TeacherOpening) -> str:
        opening = each.opening
        parts = []
        if not self.is_once:
            numbers = {"free": opening.free, "dates": len(opening.dates)}
            if opening.is_free:
                is_weekly = self.query.interval_weeks == 1
                text = _("all %(dates)d weeks") if is_weekly else _("all %(dates)d dates")
                parts.append(text % numbers)
            elif _is_clear(each):
                closed = len(opening.exceptions)
                text = ngettext("all but %(n)d closed day", "all but %(n)d closed days", closed)
                parts.append(text % {"n": closed})
            elif len(opening.exceptions) == 1:
                text = _("%(free)d of %(dates)d: not %(day)s")
                parts.append(text % {**numbers, "day": plain_day(opening.exceptions[0].day)})
            else:
                parts.append(_("%(free)d of %(dates)d") % numbers)
        if self.query.any_room:
            parts.append(_room_names(opening.rooms, self.answer.rooms))
        parts.append(foreign_zone(each.teacher.time_zone))
        return " · ".join(filter(None, parts))


def _room_names(rooms: Sequence[int], names: dict[int, str]) -> str:
    """Return the names of some rooms, and how many more there are: “Hall, Blue room +2”."""
    text = ", ".join(names[room] for room in rooms[:MAX_ROOMS])
    return text if len(rooms) <= MAX_ROOMS else f"{text} +{len(rooms) - MAX_ROOMS}"


def _is_clear(each: TeacherOpening) -> bool:
    return all(one.code == "closed" for one in each.opening.exceptions)


def _is_mostly_free(each: TeacherOpening) -> bool:
    return each.opening.free >= MOSTLY * len(each.opening.dates)


def _key(each: TeacherOpening) -> str:
    return f"{each.teacher.pk}-{each.opening.dates[0]}-{each.opening.start}"
