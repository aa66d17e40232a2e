"""The texts of notices, in the reader's language; times are local to the lesson.

A teacher reads their own local time. The zone is named where it is not the studio's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from scheduling.domain.wallclock import is_zone, local_times
from scheduling.models import ChangeKind, Room, Student, Teacher
from scheduling.selectors.studio import local
from scheduling.text.dates import coming_day, with_zone

from .changes import Place, local_day
from .texts import Reader, lesson_name, name_of, signature

# Within a sentence: in Spanish with an article and a small letter.
_WEEKDAYS = (
    pgettext_lazy("in a sentence", "Mondays"),
    pgettext_lazy("in a sentence", "Tuesdays"),
    pgettext_lazy("in a sentence", "Wednesdays"),
    pgettext_lazy("in a sentence", "Thursdays"),
    pgettext_lazy("in a sentence", "Fridays"),
    pgettext_lazy("in a sentence", "Saturdays"),
    pgettext_lazy("in a sentence", "Sundays"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A change of a lesson; ``teachers`` and ``rooms`` have those of both places by id."""

    kind: ChangeKind
    before: Place
    after: Place | None
    student: Student
    teachers: Mapping[int, Teacher]
    rooms: Mapping[int, Room]

    @property
    def place(self) -> Place:
        """The place to name: the new one, or the former one if the reader lost the lesson."""
        lost = self.kind in (ChangeKind.CANCELLED, ChangeKind.TAKEN)
        return self.before if lost or self.after is None else self.after


def notice_text(reader: Reader, lines: Sequence[NoticeLine], now: datetime) -> tuple[str, str]:
    """Return subject and body of a notice. ``lines`` has at least one, in order."""
    with translation.override(reader.language):
        parts = [_("Hello %(name)s,") % {"name": name_of(reader)}]
        for kind, heading in _headings():
            found = [_sentence(reader, line, now) for line in lines if line.kind is kind]
            if found:
                parts.append("\n".join([heading, *(f"- {sentence}" for sentence in found)]))
        subject = " ".join(_subject(reader, lines, now).split())
        return subject, "\n\n".join(parts) + signature()


def _headings() -> list[tuple[ChangeKind, str]]:
    return [
        (ChangeKind.CANCELLED, _("These lessons are cancelled:")),
        (ChangeKind.MOVED, _("These lessons have a new time:")),
        (ChangeKind.TEACHER, _("These lessons have another teacher:")),
        (ChangeKind.RESTORED, _("These lessons take place after all:")),
        (ChangeKind.NEW, _("These lessons are new:")),
        (ChangeKind.GIVEN, _("You now teach these lessons:")),
        (ChangeKind.BOOKED, _("Families have booked these make-ups:")),
        (ChangeKind.TAKEN, _("Another teacher takes over these lessons:")),
    ]


def _subject(reader: Reader, lines: Sequence[NoticeLine], now: datetime) -> str:
    if len(lines) > 1:
        text = ngettext("%(n)d lesson has changed", "%(n)d lessons have changed", len(lines))
        if all(line.kind is ChangeKind.CANCELLED for line in lines):
            text = ngettext("%(n)d lesson is cancelled", "%(n)d lessons are cancelled", len(lines))
        return text % {"n": len(lines)}
    (line,) = lines
    text = {
        ChangeKind.CANCELLED: _("Cancelled: %(lesson)s, %(when)s"),
        ChangeKind.MOVED: _("New time: %(lesson)s, %(when)s"),
        ChangeKind.TEACHER: _("Another teacher: %(lesson)s, %(when)s"),
        ChangeKind.RESTORED: _("Takes place after all: %(lesson)s, %(when)s"),
        ChangeKind.NEW: _("New: %(lesson)s, %(when)s"),
        ChangeKind.GIVEN: _("Now yours: %(lesson)s, %(when)s"),
        ChangeKind.BOOKED: _("Make-up booked: %(lesson)s, %(when)s"),
        ChangeKind.TAKEN: _("Handed over: %(lesson)s, %(when)s"),
    }[line.kind]
    lesson = _lesson(reader, line, line.place)
    return text % {"lesson": lesson, "when": _when(reader, line.place, now, with_end=False)}


def _sentence(reader: Reader, line: NoticeLine, now: datetime) -> str:
    text = f"{_lesson(reader, line, line.place)}: {_when(reader, line.place, now)}"
    if line.place is not line.before and (room := line.rooms.get(line.place.room_id or 0)):
        text += f", {room}"
    former = []
    if line.kind is ChangeKind.MOVED:
        former.append(_when(reader, line.before, now, with_days=not line.before.weeks))
    if (
        line.kind in (ChangeKind.MOVED, ChangeKind.TEACHER)
        and not isinstance(reader, Teacher)
        and line.before.teacher_id != line.place.teacher_id
        and (teacher := line.teachers.get(line.before.teacher_id or 0)) is not None
    ):
        former.append(pgettext("before: with a teacher", "with %(person)s") % {"person": teacher})
    if not former:
        return text
    return _("%(lesson)s (before: %(before)s)") % {"lesson": text, "before": ", ".join(former)}


def _lesson(reader: Reader, line: NoticeLine, place: Place) -> str:
    teacher = line.teachers.get(place.teacher_id or 0)
    return lesson_name(reader, place.subject, line.student, teacher)


def _when(
    reader: Reader, place: Place, now: datetime, with_end: bool = True, with_days: bool = True
) -> str:
    """Return “Tuesday 12 January, 17:00–18:00”.

    Of a weekly lesson “Tuesdays, 17:00–18:00, from Tuesday 12 January”; without days “Tuesdays,
    17:00–18:00”.
    """
    zone = place.zone
    is_own = isinstance(reader, Teacher) and is_zone(reader.time_zone)
    if isinstance(reader, Teacher) and is_own:
        zone = reader.time_zone
    begins, ends = local_times(place.starts_at, place.ends_at, zone)
    hours = f"{begins:%H:%M}–{ends:%H:%M}" if with_end else f"{begins:%H:%M}"
    today = local(now).date()
    day = coming_day(begins.date(), today)
    text = f"{_days(begins.isoweekday(), place.weeks) if place.weeks else day}, {hours}"
    if not is_own:
        text = with_zone(text, zone)
    if not place.weeks or not with_days:
        return text
    if place.last is None:
        return _("%(lessons)s, from %(first)s") % {"lessons": text, "first": day}
    # The date may differ from that in the reader's zone as that of the first lesson does.
    offset = begins.date() - local_day(place)
    values = {"lessons": text, "first": day, "last": coming_day(place.last + offset, today)}
    return _("%(lessons)s, from %(first)s to %(last)s") % values


def _days(weekday: int, weeks: int) -> str:
    """Return “Tuesdays” or “Tuesdays, every 2 weeks”."""
    text = str(_WEEKDAYS[weekday - 1])
    if weeks == 1:
        return text
    return f"{text}, {ngettext('every %(n)d week', 'every %(n)d weeks', weeks) % {'n': weeks}}"
