"""What the views of all resources share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.exceptions import Conflict
from scheduling.api.pagination import KeysetPagination
from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.queries import ListQuery, read_query
from scheduling.api.views.base import ApiView
from scheduling.selectors.studio import studio_today


class Resource(ApiView, GenericAPIView):
    """Rows of one model, each act by Django's permission on it."""

    permission_classes = (StaffModelPermissions,)
    pagination_class = KeysetPagination
    query_class: ClassVar[type[ListQuery]]
    # Names of the parameter `ordering`, and their columns; none of them may be null.
    orderings: ClassVar[dict[str, str]] = {"id": "id"}
    default_ordering: ClassVar[str] = "id"

    def check_permissions(self, request: Request) -> None:
        # 405 is more use than 403 to who would only learn it after getting the permission.
        if request.user.is_staff and not hasattr(self, (request.method or "").lower()):
            raise MethodNotAllowed(request.method)
        super().check_permissions(request)

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"today": studio_today()}

    def narrowed(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """The rows that the query parameters ask for."""
        return rows

    def listed(self, request: Request) -> Response:
        """A page of the rows."""
        asked = read_query(self.query_class, request)
        page = self.paginate_queryset(self.narrowed(self.get_queryset(), asked))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def one(self, pk: int) -> Any:
        """The row ``pk`` as it is answered, or 404."""
        return get_object_or_404(self.get_queryset(), pk=pk)

    def locked(self, pk: int) -> Any:
        """The row ``pk``, which nobody else changes before the transaction's end, or 404."""
        model: type[Model] = self.get_queryset().model
        return get_object_or_404(model._default_manager.select_for_update(no_key=True), pk=pk)

    def checked(self, request: Request, row: Any = None) -> dict[str, Any]:
        """The checked body, for a new row or as a change of ``row``."""
        data = request.data
        serializer = self.get_serializer(row, data=data, partial=row is not None)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


@contextmanager
def saving() -> Iterator[None]:
    """A transaction; what another writer was quicker with is a conflict, not a fault of ours."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(
            _("Someone else changed something at the same moment. Look again, and try again.")
        ) from error


def changed(row: Model, values: dict[str, Any]) -> set[str]:
    """Give ``row`` these values; the names of those that were others before."""
    names = {name for name, value in values.items() if getattr(row, name) != value}
    for name in names:
        setattr(row, name, values[name])
    return names


def require(request: Request, *permissions: str) -> None:
    """Raise PermissionDenied unless the caller has ``permissions`` of this application."""
    if not request.user.has_perms([f"scheduling.{name}" for name in permissions]):
        raise PermissionDenied


def matches_all_words(search: str, *columns: str) -> Q:
    """Rows in which every word of ``search`` occurs in one of ``columns``."""
    condition = Q()
    for word in search.split():
        found = Q()
        for column in columns:
            found |= Q(**{f"{column}__icontains": word})
        condition &= found
    return condition
