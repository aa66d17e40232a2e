"""``/api/rooms``."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.serializers.queries import RoomQuery
from scheduling.api.serializers.rooms import RoomSerializer
from scheduling.models import Room
from scheduling.selectors.search import matches_all_words

from .base import Resource, assign, saving


class RoomResource(Resource):
    """Rooms."""

    queryset = Room.objects.all()
    serializer_class = RoomSerializer
    query_class = RoomQuery
    orderings = {"name": "name", "id": "id"}
    default_ordering = "name"

    def filter_rows(self, rows: QuerySet[Room], query: dict[str, Any]) -> QuerySet[Room]:
        if "is_active" in query:
            rows = rows.filter(is_active=query["is_active"])
        return rows.filter(matches_all_words(query.get("search", ""), "name"))


class RoomList(RoomResource):
    """Rooms: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[RoomQuery], responses=RoomSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of rooms."""
        return self.list_page(request)

    @extend_schema(request=RoomSerializer, responses={201: RoomSerializer})
    def post(self, request: Request) -> Response:
        """Create a room."""
        with saving():
            room = Room.objects.create(**self.validated(request))
        return Response(self.get_serializer(room).data, status.HTTP_201_CREATED)


class RoomDetail(RoomResource):
    """A room. It can't be deleted; set ``isActive`` to false instead."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=RoomSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A room."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(request=RoomSerializer, responses=RoomSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a room."""
        with saving():
            room = self.lock_row(pk)
            if assign(room, self.validated(request, room)):
                room.save()
        return Response(self.get_serializer(room).data)
