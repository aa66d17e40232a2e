"""``/api/guardians``."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.serializers.guardians import GuardianSerializer
from scheduling.api.serializers.queries import GuardianQuery
from scheduling.models import Guardian, StudentGuardian
from scheduling.selectors.search import matches_all_words
from scheduling.services.guardians import Ward, write_wards

from .base import Resource, assign, require, saving


class GuardianResource(Resource):
    """Guardians with their students."""

    queryset = Guardian.objects.prefetch_related(
        Prefetch(
            "student_guardians",
            StudentGuardian.objects.select_related("student").order_by("student_id"),
        )
    )
    serializer_class = GuardianSerializer
    query_class = GuardianQuery
    orderings = {"lastName": "last_name", "firstName": "first_name", "id": "id"}
    default_ordering = "lastName"

    def filter_rows(self, rows: QuerySet[Guardian], query: dict[str, Any]) -> QuerySet[Guardian]:
        if "student" in query:
            rows = rows.filter(students=query["student"])
        columns = ("first_name", "last_name", "email", "phone")
        return rows.filter(matches_all_words(query.get("search", ""), *columns))

    def store(self, request: Request, guardian: Guardian, values: dict[str, Any]) -> None:
        """Store ``values``."""
        wards = values.pop("student_guardians", None)
        assign(guardian, values)
        guardian.save()
        if wards is not None and write_wards(guardian, [Ward(**ward) for ward in wards]):
            require(
                request,
                "add_studentguardian",
                "change_studentguardian",
                "delete_studentguardian",
            )


class GuardianList(GuardianResource):
    """Guardians: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[GuardianQuery], responses=GuardianSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of guardians."""
        return self.list_page(request)

    @extend_schema(request=GuardianSerializer, responses={201: GuardianSerializer})
    def post(self, request: Request) -> Response:
        """Create a guardian."""
        with saving():
            guardian = Guardian()
            self.store(request, guardian, self.validated(request))
        row = self.get_row(guardian.pk)
        return Response(self.get_serializer(row).data, status.HTTP_201_CREATED)


class GuardianDetail(GuardianResource):
    """A guardian."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=GuardianSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A guardian."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(request=GuardianSerializer, responses=GuardianSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a guardian."""
        with saving():
            guardian = self.lock_row(pk)
            self.store(request, guardian, self.validated(request, guardian))
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted; the students stay.")})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a guardian. Their students stay, and are written to directly if they have no
        other guardian with an address.
        """
        with saving():
            self.lock_row(pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
