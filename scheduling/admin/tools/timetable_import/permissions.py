"""The permission check of the import pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from scheduling.admin.core.permissions import may_import

View = Callable[..., HttpResponse]


def importers_only(view: View) -> View:
    """Raise PermissionDenied for users who may not import a timetable."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not may_import(request.user):
            raise PermissionDenied
        return view(request, **kwargs)

    return guarded
