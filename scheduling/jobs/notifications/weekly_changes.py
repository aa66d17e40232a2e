"""What changes in weekly lessons, also in the occurrences that no run has stored.

They are compared by the rules, as families know them: a conflict that keeps a class elsewhere is
resolved by a person, whose action is another change.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from scheduling.domain.series import SeriesKey
from scheduling.domain.windows import monday_of_number, week_number

from .changes import ClassChange, Place, WeekOfSeries, local_day
from .weekly_lessons import MARGIN, WEEKS, WeeklyLessons, load_weekly_lessons, takes_place

# The most changed occurrences that are listed. More are one change of the weekly lesson.
LISTED = 4


@dataclass(slots=True)
class _Change:
    """A changed occurrence; ``stored`` is the change of its class, if it has one."""

    number: int
    before: Place | None
    after: Place | None
    stored: ClassChange | None = None


@dataclass(slots=True)
class _Stream:
    """What becomes of the occurrences of one series: it keeps them, or another one takes over."""

    former: SeriesKey | None
    current: SeriesKey | None
    runs: list[list[_Change]] = field(default_factory=lambda: [[]])

    def interrupt(self) -> None:
        """Begin a new run: an occurrence between the last change and the next one stays."""
        self.runs.append([])

    def add(self, change: _Change) -> None:
        run = self.runs[-1]
        if run and _shape(run[-1]) != _shape(change):
            self.runs.append([change])
        else:
            run.append(change)


def changes_of_lessons(
    before: WeeklyLessons,
    changes: Iterable[ClassChange],
    now: datetime,
    *,
    by_rule: bool = False,
) -> list[ClassChange]:
    """Return ``changes`` of stored classes, and what has changed in the lessons since ``before``.

    Many changed occurrences in a row are one change of the weekly lesson, which includes those of
    stored classes. ``by_rule``: classes that nobody has edited are compared by their rules, too, as
    only a later run changes them.
    """
    after = load_weekly_lessons(before.scope, now, weeks=before.weeks)
    keys = sorted(
        key
        for key in before.lessons.keys() | after.lessons.keys()
        if before.lessons.get(key) != after.lessons.get(key)
    )
    left = list(changes)
    if not keys:
        return left
    comparison = _Comparison(before, after, left, now, by_rule)
    for number in before.weeks:
        comparison.compare(keys, number)
    for stream in comparison.streams.values():
        for run in stream.runs:
            if run:
                _report(stream, run, before.weeks, left, now)
    return left


class _Comparison:
    def __init__(
        self,
        before: WeeklyLessons,
        after: WeeklyLessons,
        changes: Iterable[ClassChange],
        now: datetime,
        by_rule: bool,
    ) -> None:
        self.before, self.after, self.now, self.by_rule = before, after, now, by_rule
        self.streams: dict[tuple[SeriesKey | None, SeriesKey | None], _Stream] = {}
        self.stored = {
            (change.occurrence.series, week_number(change.occurrence.week)): change
            for change in changes
            if change.occurrence is not None
        }

    def compare(self, keys: Iterable[SeriesKey], number: int) -> None:
        """Compare the occurrences of these series in one week."""
        lost: defaultdict[int, list[tuple[SeriesKey, Place]]] = defaultdict(list)
        gained: defaultdict[int, list[tuple[SeriesKey, Place]]] = defaultdict(list)
        for key in keys:
            lesson, changed = self.before.lessons.get(key), self.after.lessons.get(key)
            was = lesson.place(number) if lesson else None
            now = changed.place(number) if changed else None
            if was is not None and now is not None and was.student_id == now.student_id:
                self._add(key, was, key, now, number)
                continue
            if was is not None:
                lost[was.student_id].append((key, was))
            if now is not None:
                gained[now.student_id].append((key, now))
        for student_id, places in lost.items():
            for key, was in places:
                heir = _heir(was, gained[student_id])
                if heir is None:
                    self._add(key, was, None, None, number)
                else:
                    gained[student_id].remove(heir)
                    self._add(key, was, *heir, number)
        for places in gained.values():
            for key, place in places:
                self._add(None, None, key, place, number)

    def _add(
        self,
        former: SeriesKey | None,
        was: Place | None,
        current: SeriesKey | None,
        now: Place | None,
        number: int,
    ) -> None:
        if not (takes_place(was) or takes_place(now)):
            return
        relevant = now if now is not None and takes_place(now) else was
        if relevant is None or relevant.starts_at <= self.now:
            return
        stream = self.streams.setdefault((former, current), _Stream(former, current))
        found = [(key, number) for key in (former, current) if key is not None]
        stored = next((self.stored[key] for key in found if key in self.stored), None)
        states = [state for key in found if (state := self.before.stored.get(key)) is not None]
        if self.by_rule:
            states = [state for state in states if state.is_edited]
        if stored is None and states:
            if any(state.takes_place for state in states):
                stream.interrupt()
            return
        if stored is not None and was is not None:
            is_replaced = stored.after is None and takes_place(now)
            if stored.is_earlier or not (
                _is_same(stored.before, was) and (is_replaced or _is_same(stored.after, now))
            ):
                stream.interrupt()
                return
        if _is_same(was, now):
            stream.interrupt()
        else:
            stream.add(_Change(number, was, now, stored if was is not None else None))


def _heir(
    was: Place, candidates: Sequence[tuple[SeriesKey, Place]]
) -> tuple[SeriesKey, Place] | None:
    """Return the new occurrence that most likely stands for the former one."""

    def likeness(candidate: tuple[SeriesKey, Place]) -> tuple[bool, bool]:
        _key, place = candidate
        return (place.subject == was.subject, place.teacher_id == was.teacher_id)

    return max(candidates, key=likeness, default=None)


def _is_same(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None or one.is_cancelled or other.is_cancelled:
        return not takes_place(one) and not takes_place(other)
    return (one.student_id, one.teacher_id, one.starts_at, one.ends_at) == (
        other.student_id,
        other.teacher_id,
        other.starts_at,
        other.ends_at,
    )


def _shape(change: _Change) -> tuple[bool, bool]:
    return takes_place(change.before), takes_place(change.after)


def _report(
    stream: _Stream,
    run: list[_Change],
    weeks: Sequence[int],
    left: list[ClassChange],
    now: datetime,
) -> None:
    """Add the changes of a run to ``left``, as one or each by itself."""
    key = stream.current or stream.former
    assert key is not None
    is_endless = len(weeks) > WEEKS and run[-1].number >= weeks[-1] - MARGIN
    is_stored = all(change.stored is not None for change in run)
    if (is_endless or len(run) > LISTED) and not is_stored:
        step = min(
            (late.number - early.number for early, late in pairwise(run)),
            default=1,
        )

        def weekly(places: list[Place | None]) -> Place | None:
            first, last = places[0], places[-1]
            if first is None or last is None:
                return None
            return replace(first, weeks=step, last=None if is_endless else local_day(last))

        for change in run:
            if change.stored is not None:
                left.remove(change.stored)
        before = weekly([change.before for change in run])
        after = weekly([change.after for change in run])
        left.append(_as_change(stream, key, run[0].number, before, after, now))
        return
    for change in run:
        before = change.before
        if change.stored is not None:
            if change.stored.after is not None or not takes_place(change.after):
                continue
            left.remove(change.stored)
            before = change.stored.before
        left.append(_as_change(stream, key, change.number, before, change.after, now))


def _as_change(
    stream: _Stream,
    key: SeriesKey,
    number: int,
    before: Place | None,
    after: Place | None,
    now: datetime,
) -> ClassChange:
    if before is None:
        assert after is not None
        before = replace(after, is_cancelled=True, is_added=True)
    week = WeekOfSeries(key, monday_of_number(number), is_weekly=bool(before.weeks))
    return ClassChange(None, now, before, after, occurrence=week, former=stream.former)
