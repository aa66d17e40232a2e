"""Base class and helpers of the views of all resources."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
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
    """A view of one model's rows, protected by Django's model permissions."""

    permission_classes = (StaffModelPermissions,)
    pagination_class = KeysetPagination
    query_class: ClassVar[type[ListQuery]]
    # The columns by their names in the parameter `ordering`. They must not be null.
    orderings: ClassVar[dict[str, str]] = {"id": "id"}
    default_ordering: ClassVar[str] = "id"

    def check_permissions(self, request: Request) -> None:
        # Staff get 405 rather than 403 for a method that no permission would allow.
        if request.user.is_staff and not hasattr(self, (request.method or "").lower()):
            raise MethodNotAllowed(request.method)
        super().check_permissions(request)

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"today": studio_today()}

    def filter_rows(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        """Filter ``rows`` by the query parameters."""
        return rows

    def list_page(self, request: Request) -> Response:
        """Return a page of rows."""
        query = read_query(self.query_class, request)
        page = self.paginate_queryset(self.filter_rows(self.get_queryset(), query))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def get_row(self, pk: int) -> Any:
        """Return the row ``pk`` with its related rows. Raises Http404."""
        return get_object_or_404(self.get_queryset(), pk=pk)

    def lock_row(self, pk: int) -> Any:
        """Return the row ``pk``, locked until the end of the transaction.

        Raises Http404, and Conflict if it is an erased person.
        """
        model: type[Model] = self.get_queryset().model
        row = get_object_or_404(model._default_manager.select_for_update(no_key=True), pk=pk)
        if getattr(row, "erased_at", None) is not None:
            raise Conflict(_("The data of this person is erased."), "erased")
        return row

    def validated(self, request: Request, row: Any = None) -> dict[str, Any]:
        """Return the validated body of a new row or of a change of ``row``."""
        data = request.data
        serializer = self.get_serializer(row, data=data, partial=row is not None)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


@contextmanager
def saving() -> Iterator[None]:
    """Open a transaction. Raises Conflict if a concurrent write violates a constraint."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(
            _("Someone else made a change at the same time. Check the current state and try again.")
        ) from error


def assign(row: Model, values: dict[str, Any]) -> set[str]:
    """Assign ``values`` to ``row`` and return the names of the fields that changed."""
    names = {name for name, value in values.items() if getattr(row, name) != value}
    for name in names:
        setattr(row, name, values[name])
    return names


def require(request: Request, *permissions: str) -> None:
    """Raise PermissionDenied unless the caller has ``permissions`` of this app."""
    if not request.user.has_perms([f"scheduling.{name}" for name in permissions]):
        raise PermissionDenied
