"""``/api/conflicts``."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.conflicts import ConflictsAnswer
from scheduling.api.serializers.queries import QuerySerializer, read_query
from scheduling.api.views.base import ApiView
from scheduling.models import ScheduledClass
from scheduling.services.classes.conflicts import Collision, RuleConflict, rule_conflicts

MAX_ITEMS = 500


class ConflictList(ApiView, GenericAPIView):
    """The conflicts of weekly rules."""

    permission_classes = (StaffModelPermissions,)
    serializer_class = ConflictsAnswer
    queryset = ScheduledClass.objects.all()

    @extend_schema(operation_id="listConflicts", responses=ConflictsAnswer)
    def get(self, request: Request) -> Response:
        """What clashes in this week and the horizon: two weekly rules once, with all their dates.

        They are planned anew, as on the page of the admin: a resolved conflict disappears at once.
        At most 500 conflicts.
        """
        read_query(QuerySerializer, request)
        found = rule_conflicts(timezone.now())
        results = [_item(rule) for rule in found[:MAX_ITEMS]]
        answer = {"results": results, "truncated": len(found) > len(results)}
        return Response(ConflictsAnswer(answer).data)


def _item(rule: RuleConflict) -> dict[str, Any]:
    typical = rule.typical
    line, rival = typical.line, typical.rival
    return {
        "title": rule.title,
        "source": rule.key.kind.value,
        "series": rule.key.id,
        "student": line.student_id,
        "student_name": line.student,
        "teacher": line.teacher_id,
        "teacher_name": line.teacher,
        "room": line.room_id,
        "room_name": line.room,
        "other_source": rival.kind.value if rival else "one_off",
        "other_series": rival.id if rival else None,
        "other_student": typical.rival_student_id,
        "other_student_name": line.params["with_student"],
        "weeks": rule.weeks,
        "dates": [_date(each) for each in rule.collisions],
    }


def _date(collision: Collision) -> dict[str, Any]:
    line = collision.line
    return {
        "source": collision.key.kind.value,
        "series": collision.key.id,
        "date": collision.day,
        "start_time": line.start_time,
        "end_time": line.end_time,
        "time_zone": line.zone,
        "reason": line.reason,
        "class_id": collision.booking_id,
        "has_begun": collision.begun,
        "can_be_shared": collision.can_share,
        "reported_at": collision.since,
    }
