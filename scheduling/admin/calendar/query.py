"""The calendar's query parameters: people, room, statuses, range and zone."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from scheduling.admin.core.permissions import may_see_everyone, teacher_of
from scheduling.domain.wallclock import is_zone, zone_of
from scheduling.domain.windows import DAY
from scheduling.models import ClassStatus
from scheduling.selectors.classes.calendar import CalendarFilter
from scheduling.selectors.studio import studio

PLANNED, CONFLICT = "planned", "conflict"
SHOWN = (*ClassStatus.values, PLANNED, CONFLICT)
STUDIO, OWN, BROWSER = "studio", "own", "browser"
# The columns of a day; without columns it is a list.
TEACHER, ROOM, TIME = "teacher", "room", "time"


class InvalidQueryError(Exception):
    """A query parameter is invalid; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarQuery:
    """The filters; ``shown`` contains values of ``SHOWN``, by default all of them."""

    teacher_id: int | None = None
    student_id: int | None = None
    room_id: int | None = None
    shown: tuple[str, ...] = SHOWN
    # True for a teacher's account, which sees only its own classes.
    is_own_only: bool = False

    @property
    def statuses(self) -> tuple[str, ...]:
        return tuple(status for status in ClassStatus.values if status in self.shown)

    @property
    def stored(self) -> CalendarFilter:
        """The filters for stored classes."""
        shows_all = len(self.statuses) == len(ClassStatus.values)
        return CalendarFilter(
            teacher_id=self.teacher_id,
            student_id=self.student_id,
            room_id=self.room_id,
            statuses=() if shows_all else self.statuses,
        )


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open range of instants."""

    start: datetime
    end: datetime

    @property
    def dates(self) -> tuple[date, date]:
        """The first date and the date after the last, in the zone of the parameters."""
        end = self.end.date() if self.end.time() == time.min else self.end.date() + DAY
        return self.start.date(), end

    @property
    def widest(self) -> tuple[date, date]:
        """The first and last date that overlap the range in any time zone."""
        last = (self.end - timedelta.resolution).astimezone(UTC).date()
        return self.start.astimezone(UTC).date() - DAY, last + DAY


def read_filters(request: HttpRequest) -> CalendarQuery:
    """Return the filters, restricted to the classes that the user may see.

    Raise InvalidQueryError, or PermissionDenied if the user may see no classes.
    """
    filters = CalendarQuery(
        teacher_id=_id(request.GET, "teacher"),
        student_id=_id(request.GET, "student"),
        room_id=_id(request.GET, "room"),
        shown=_shown(request.GET.getlist("status")),
    )
    if may_see_everyone(request.user):
        return filters
    teacher = teacher_of(request.user)
    if teacher is None:
        raise PermissionDenied
    return replace(filters, teacher_id=teacher.pk, is_own_only=True)


def read_range(query: QueryDict, most_days: int) -> TimeRange:
    """Read ``start`` and ``end``: dates in the studio's zone, or timestamps with an offset."""
    start, end = _moment(query, "start"), _moment(query, "end")
    if start >= end:
        raise InvalidQueryError(_("The end is not after the start."))
    if end - start > (most_days + 1) * DAY:
        raise InvalidQueryError(_("At most %(n)d days at a time.") % {"n": most_days})
    return TimeRange(start, end)


def read_zone(query: QueryDict) -> str:
    """Return the zone parameter: ``studio``, ``own``, ``browser`` or an IANA name."""
    choice = query.get("zone", "") or STUDIO
    if choice in (STUDIO, OWN, BROWSER) or is_zone(choice):
        return choice
    raise InvalidQueryError(_("“%(zone)s” is not a valid time zone.") % {"zone": choice[:64]})


def read_columns(query: QueryDict) -> str:
    """Read ``by``: the columns of a day, by default one for each teacher."""
    by = query.get("by", "") or TEACHER
    if by in (TEACHER, ROOM, TIME):
        return by
    raise InvalidQueryError(_("“%(text)s” is not a valid choice.") % {"text": by[:20]})


def is_by_script(request: HttpRequest) -> bool:
    """Return whether the calendar's script asks, which takes a part of a page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def refused(sentence: str, status: int = 400) -> JsonResponse:
    """Return the JSON response for a refused request."""
    return JsonResponse({"refused": sentence}, status=status)


def _id(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    # A larger number would cause a database error.
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise InvalidQueryError(_("“%(text)s” is not a valid ID.") % {"text": text[:40]})
    return int(text)


def _shown(values: list[str]) -> tuple[str, ...]:
    named = [name for value in values for name in value.split(",") if name]
    for name in named:
        if name not in SHOWN and name != "none":
            raise InvalidQueryError(
                _("“%(status)s” is not a valid status.") % {"status": name[:40]}
            )
    return tuple(name for name in SHOWN if name in named) if named else SHOWN


def _moment(query: QueryDict, name: str) -> datetime:
    text = query.get(name, "")
    try:
        moment = _parsed(text)
    except (ValueError, OverflowError):
        moment = None
    # Years in which adding days can't overflow.
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 9000:
        raise InvalidQueryError(
            _("“%(name)s” is neither a date (YYYY-MM-DD) nor a timestamp with a UTC offset.")
            % {"name": name}
        )
    return moment


def _parsed(text: str) -> datetime | None:
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time.min, zone_of(studio().time_zone))
    return parse_datetime(text)
