"""``/api/openings``."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.openings import ANY, OpeningsAnswer, OpeningsQuery
from scheduling.api.serializers.queries import read_query
from scheduling.api.views.base import ApiView
from scheduling.domain.wallclock import minute_of
from scheduling.domain.windows import DAY, WEEK
from scheduling.domain.working_hours import end_minute
from scheduling.models import Teacher
from scheduling.services.classes.obstacle_texts import ObstacleTexts
from scheduling.services.openings import OpeningsQuery as Wanted
from scheduling.services.openings import TeacherOpening, openings

from .base import require

MAX_ITEMS = 500


class OpeningList(ApiView, GenericAPIView):
    """The times at which teachers are free."""

    permission_classes = (StaffModelPermissions,)
    serializer_class = OpeningsAnswer
    queryset = Teacher.objects.all()

    @extend_schema(parameters=[OpeningsQuery], responses=OpeningsAnswer)
    def get(self, request: Request) -> Response:
        """When teachers are free for a weekly lesson, or with ``once`` for a single one.

        At most 500 starts: free in all weeks first, then those with the fewest exceptions.
        """
        require(request, "view_scheduledclass")
        wanted = _wanted(read_query(OpeningsQuery, request))
        answer = openings(wanted, timezone.now())
        shown = answer.found[:MAX_ITEMS]
        obstacles = (each for one in shown for each in one.opening.exceptions)
        texts = ObstacleTexts(answer.diaries, obstacles, answer.rooms)
        # Built by hand: a serializer takes longer than the search.
        results = [_item(one, answer.rooms, texts) for one in shown]
        return Response({"results": results, "truncated": len(answer.found) > len(shown)})


def _wanted(query: dict[str, Any]) -> Wanted:
    weeks = query.get("weeks", settings.HORIZON_WEEKS)
    last = None
    if query.get("once"):
        last = query.get("to") or query["from"] + weeks * WEEK - DAY
    room = query.get("room")
    return Wanted(
        minutes=query["minutes"],
        first=query["from"],
        weeks=weeks,
        interval_weeks=query.get("interval_weeks", 1),
        last=last,
        teacher_ids=tuple(query.get("teacher", ())),
        subject=query.get("subject", ""),
        student_id=query.get("student"),
        room_id=None if room == ANY else room,
        any_room=room == ANY,
        earliest=minute_of(query["earliest"]) if "earliest" in query else None,
        latest=end_minute(query["latest"]) if "latest" in query else None,
        **{name: query[name] for name in ("weekdays", "step") if name in query},
    )


def _item(
    found: TeacherOpening, room_names: dict[int, str], texts: ObstacleTexts
) -> dict[str, Any]:
    opening, teacher = found.opening, found.teacher
    return {
        "teacher": teacher.pk,
        "teacher_name": teacher.name,
        "room": opening.rooms[0] if opening.rooms else None,
        "rooms": [{"id": room, "name": room_names[room]} for room in opening.rooms],
        "day_of_week": opening.weekday,
        "start_time": f"{opening.start_time:%H:%M}",
        "end_time": f"{opening.end_time:%H:%M}",
        "time_zone": teacher.time_zone,
        "first_date": opening.dates[0],
        "weeks": len(opening.dates),
        "free_weeks": opening.free,
        "is_free": opening.is_free,
        "inside_working_hours": opening.is_inside_hours,
        "exceptions": [
            {
                "date": each.day,
                "reason": texts.text(each),
                "class_id": each.booking.class_id if each.booking else None,
            }
            for each in opening.exceptions
        ],
    }
