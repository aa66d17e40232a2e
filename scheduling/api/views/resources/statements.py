"""``/api/statements``."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.serializers.queries import read_query
from scheduling.api.serializers.statements import JSON, StatementAnswer, StatementQuery
from scheduling.api.views.base import ApiView
from scheduling.domain.windows import month_of
from scheduling.selectors.studio import studio, studio_today
from scheduling.services.statements import files
from scheduling.services.statements.definitions import permissions
from scheduling.services.statements.statement import statement
from scheduling.spreadsheets.xlsx_format import MIME_TYPE


class MayReadStatements(BasePermission):
    """Active staff who may view classes, teachers and their lesson settings."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff and user.has_perms(permissions("teacher")))


class Statements(ApiView):
    """What was given in a period, and what is owed."""

    permission_classes = (MayReadStatements,)

    @extend_schema(
        parameters=[StatementQuery],
        responses={
            (200, "application/json"): StatementAnswer,
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "The rows."),
            (200, MIME_TYPE): OpenApiResponse(OpenApiTypes.BINARY, "The rows."),
        },
    )
    def get(self, request: Request) -> Response | HttpResponse:
        """The statement of a period by teacher, student, guardian, subject or room.

        `by=student` and `by=guardian` also need the permission to view those people.
        """
        query = read_query(StatementQuery, request)
        if not request.user.has_perms(permissions(query["by"])):
            raise PermissionDenied
        first = query.get("from") or month_of(query.get("to") or studio_today())[0]
        last = query.get("to") or month_of(first)[1]
        found = statement(first, last, query["by"], timezone.now())
        if query["format"] != JSON:
            file = files.write(found, query["format"], get_language() or studio().language)
            headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
            return HttpResponse(file.content, content_type=file.media_type, headers=headers)
        answer = {
            "from": first,
            "to": last,
            "by": found.by,
            "provisional": found.totals,
            "results": found.rows,
            "totals": found.totals,
        }
        return Response(StatementAnswer(answer).data)
