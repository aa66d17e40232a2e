"""The lessons of a period as lines of a page: stored classes, and planned ones among them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.admin.core.permissions import visible_classes
from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import local_times
from scheduling.domain.windows import DAY
from scheduling.models import Attendance, ClassStatus
from scheduling.selectors.classes.calendar import between, instants, on_dates, wall_clock
from scheduling.selectors.people import student_names, teacher_names
from scheduling.selectors.rooms import room_names
from scheduling.services.classes.occurrences import PlannedOccurrence

from .json_views import planned_for
from .query import CONFLICT, PLANNED, CalendarQuery

# As many colours as calendar.css has.
HUES = 10
SIGNS = {
    ClassStatus.COMPLETED: "✓",
    ClassStatus.CANCELLED: "✕",
    CONFLICT: "⚠",
    PLANNED: "◌",
    "closed": "✕",
}


def hue_of(teacher_id: int | None) -> str:
    """Return the number of a teacher's colour; empty without a teacher."""
    return "" if teacher_id is None else str(teacher_id % HUES)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of ``name``."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys([*words[:1], *words[-1:]])).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A lesson. Start and end are local to the zone that the page shows, or to its own zone.

    ``state`` is the CSS class of its colour, ``label`` its name; ``notes`` say what else is
    particular about it, ``signs`` repeat both.
    """

    url: str
    start: datetime
    end: datetime
    student: str
    teacher_id: int | None
    teacher: str
    room_id: int | None
    room: str
    subject: str
    state: str
    label: str
    notes: tuple[str, ...] = ()
    signs: str = ""
    is_shared: bool = False

    @property
    def day(self) -> date:
        """The date of the start."""
        return self.start.date()

    @property
    def title(self) -> str:
        """“Ana Ruiz · Piano”."""
        return " · ".join(filter(None, (self.student, self.subject)))

    @property
    def hours(self) -> str:
        """“10:00–11:00”."""
        return f"{self.start:%H:%M}–{self.end:%H:%M}"

    @property
    def description(self) -> str:
        """The state and the notes."""
        return ", ".join((self.label, *self.notes))

    @property
    def hue(self) -> str:
        return hue_of(self.teacher_id)

    @property
    def initials(self) -> str:
        """The initials of the teacher."""
        return initials(self.teacher)

    @property
    def takes_place(self) -> bool:
        return self.state not in (ClassStatus.CANCELLED, "closed")

    @property
    def moment(self) -> str:
        """The start in UTC for the script; without a zone, the local time as if it were UTC."""
        start = self.start.replace(tzinfo=UTC) if self.start.tzinfo is None else self.start
        return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def minutes(self, day: date) -> tuple[int, int]:
        """Return start and end in minutes since midnight of ``day``, cut off at its ends."""
        found = []
        for moment in (self.start, self.end):
            days = (moment.date() - day).days
            found.append(days * 1440 + moment.hour * 60 + moment.minute)
        return max(0, found[0]), min(1440, found[1])


def lines_of(
    request: HttpRequest, query: CalendarQuery, first: date, end: date, zone: ZoneInfo | None
) -> list[Line]:
    """Return the lessons of the half-open range of dates in ``zone``, by start and student.

    Without a zone each lesson is in its own. A constant number of queries.
    """
    found = _stored(request, query, first, end, zone) + _planned(query, first, end, zone)
    return sorted(found, key=lambda line: (line.start, line.student))


def _stored(
    request: HttpRequest, query: CalendarQuery, first: date, end: date, zone: ZoneInfo | None
) -> list[Line]:
    if not query.statuses:
        return []
    classes = query.stored.of(visible_classes(request.user))
    rows: list[tuple[Any, ...]]
    if zone is None:
        rows = [
            (row[0], *_wall(*row[1:4]), *row[4:])
            for row in wall_clock(on_dates(classes, first, end))
        ]
    else:
        midnights = (datetime.combine(day, time(), zone) for day in (first, end))
        rows = [
            (row[0], *(_instant(text).astimezone(zone) for text in row[1:3]), *row[3:])
            for row in instants(between(classes, *midnights))
        ]
    students = student_names({row[3] for row in rows})
    teachers = teacher_names({row[4] for row in rows} - {None})
    room_ids = {row[-1] for row in rows} - {None}
    rooms = room_names(room_ids) if room_ids else {}
    return [_stored_line(row, students, teachers, rooms) for row in rows]


def _stored_line(
    row: tuple[Any, ...], students: dict[int, str], teachers: dict[int, str], rooms: dict[int, str]
) -> Line:
    pk, start, end, student, teacher, status, subject, shared, edited, one_off = row[:10]
    attendance, room = row[10:]
    notes = [
        (shared, _("shared lesson"), "⚭"),
        (edited, _("edited by hand"), "✎"),
        (one_off, _("one-off"), ""),
        (attendance, dict(Attendance.choices).get(attendance, ""), ""),
    ]
    signs = [SIGNS.get(status, ""), *(sign for is_so, _text, sign in notes if is_so)]
    return Line(
        url=reverse("admin:calendar_class", args=[pk]),
        start=start,
        end=end,
        student=students.get(student, ""),
        teacher_id=teacher,
        teacher=teachers.get(teacher, ""),
        room_id=room,
        room=rooms.get(room, ""),
        subject=subject,
        state=status,
        label=str(ClassStatus(status).label),
        notes=tuple(str(text) for is_so, text, _sign in notes if is_so),
        signs=" ".join(filter(None, signs)),
        is_shared=bool(shared),
    )


def _planned(query: CalendarQuery, first: date, end: date, zone: ZoneInfo | None) -> list[Line]:
    if not {PLANNED, CONFLICT} & set(query.shown):
        return []
    if zone is None:
        found = planned_for(query, first, end - DAY)
    else:
        start_at, end_at = (datetime.combine(day, time(), zone) for day in (first, end))
        found = planned_for(query, first - DAY, end + DAY, (start_at, end_at))
    return [_planned_line(occurrence, zone) for occurrence in found]


def _planned_line(occurrence: PlannedOccurrence, zone: ZoneInfo | None) -> Line:
    if zone is None:
        times = local_times(occurrence.starts_at, occurrence.ends_at, occurrence.zone)
        start, end = (moment.replace(tzinfo=None) for moment in times)
    else:
        start, end = occurrence.starts_at.astimezone(zone), occurrence.ends_at.astimezone(zone)
    state, label = {
        Outcome.CREATED: (PLANNED, _("not created yet")),
        Outcome.CONFLICT: (CONFLICT, _("clashes with another lesson")),
        Outcome.CLOSED: ("closed", _("closed: not created")),
    }[occurrence.outcome]
    shared = [_("shared lesson")] if occurrence.is_shared else []
    return Line(
        url=reverse(
            "admin:calendar_occurrence",
            args=[occurrence.key.kind.value, occurrence.key.id, occurrence.day.isoformat()],
        ),
        start=start,
        end=end,
        student=occurrence.student,
        teacher_id=occurrence.teacher_id,
        teacher=occurrence.teacher,
        room_id=occurrence.room_id,
        room=occurrence.room,
        subject=occurrence.subject,
        state=state,
        label=label,
        notes=(*shared, *filter(None, [occurrence.reason])),
        signs=" ".join([SIGNS[state], *(["⚭"] if shared else [])]),
        is_shared=occurrence.is_shared,
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def _wall(day: str, start: str, end: str) -> tuple[datetime, datetime]:
    """Return the local times of a class; an end that is not after the start is on the next day."""
    first, last = datetime.fromisoformat(f"{day}T{start}"), datetime.fromisoformat(f"{day}T{end}")
    return first, last if last > first else last + timedelta(days=1)
