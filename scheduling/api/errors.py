"""Every error as ``{"success": false, "error": "<code>", "message": "…"}``."""

import logging
import sys
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import bad_request as default_bad_request
from django.views.defaults import server_error as default_server_error
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from scheduling.db.errors import is_transient
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.workers.enqueue import EnqueueFailedError
from scheduling.services.classes.edit import DoubleBookedError

from .exceptions import Conflict, ServiceUnavailable, TooLarge
from .renderers import camel

logger = logging.getLogger(__name__)

RETRY_AFTER = 30
MOST_BYTES = 1_000_000


def envelope(code: str, message: str) -> dict[str, Any]:
    """The body of every error."""
    return {"success": False, "error": code, "message": message}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's ``EXCEPTION_HANDLER``: whatever was raised, as the contract's error."""
    known = _known(error)
    if known is None:
        return None
    headers = {}
    if isinstance(known, exceptions.APIException):
        if header := getattr(known, "auth_header", None):
            headers["WWW-Authenticate"] = header
        if wait := getattr(known, "wait", None):
            headers["Retry-After"] = str(max(1, round(wait)))
    if isinstance(known, exceptions.MethodNotAllowed) and (view := context.get("view")):
        # HEAD is named wherever there is a GET.
        method = view.request.method
        view.headers["Allow"] = ", ".join(m for m in view.allowed_methods if m != method)
    if known.status_code == status.HTTP_503_SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    set_rollback()
    return Response(envelope(_code(known), _message(known)), known.status_code, headers=headers)


def _known(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.UnsupportedMediaType):
        # The contract has no 415: what isn't JSON is a bad request.
        return exceptions.ParseError(_("Send JSON, with Content-Type: application/json."))
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, DoubleBookedError):
        return Conflict(error.messages[0], "double_booked")
    if isinstance(error, ModelValidationError):
        detail: Any = getattr(error, "message_dict", None) or error.messages
        return exceptions.ValidationError(detail)
    if isinstance(error, StalePlanError):
        return Conflict(str(error), "changed_since")
    if isinstance(error, AlreadyRunningError):
        return already_running(error)
    if isinstance(error, EnqueueFailedError):
        return ServiceUnavailable(str(error), "no_worker")
    if isinstance(error, (DatabaseError, InterfaceError)) and is_transient(error):
        logger.error("the database can't be used: %s", error)
        return ServiceUnavailable(_database_unavailable(), "database_unavailable")
    return None


def already_running(error: AlreadyRunningError) -> Conflict:
    """409: a run of the job is active."""
    text = _("Run %(id)s of this job is active. Wait until it is over.") % {"id": error.run.pk}
    return Conflict(text, "already_running")


def too_large() -> TooLarge:
    """413, with the limit."""
    return TooLarge(_("The body is larger than %(n)d bytes.") % {"n": MOST_BYTES})


def _code(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _message(error: exceptions.APIException) -> str:
    text = " ".join(_sentences(error.detail))
    # A message may repeat what was sent: half a character of JSON's can't be sent back.
    return text.encode("utf-8", "replace").decode()


def _sentences(detail: Any, field: str = "") -> list[str]:
    """Messages of a validation error, each with the path of its field in camelCase."""
    if isinstance(detail, dict):
        found = []
        for name, value in detail.items():
            if isinstance(name, int):  # the place in a list
                found += _sentences(value, f"{field}[{name}]")
                continue
            own = "" if name in ("non_field_errors", "__all__") else camel(str(name))
            found += _sentences(value, ".".join(part for part in (field, own) if part))
        return found
    if isinstance(detail, (list, tuple)):
        found = []
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            found += _sentences(value, f"{field}[{index}]" if nested else field)
        return found
    return [f"{field}: {detail}" if field else str(detail)]


def error_response(request: HttpRequest, code: str, message: str, status_code: int) -> JsonResponse:
    """An error outside DRF: an unknown path, a fault of ours."""
    return JsonResponse(envelope(code, message), status=status_code)


@csrf_exempt
def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
    """404 for a path under ``/api`` that there isn't."""
    return error_response(request, "not_found", _("There is nothing at this address."), 404)


def bad_request(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """``handler400``: a request that Django itself refuses, such as one for an unknown host."""
    if not request.path_info.startswith("/api"):
        return default_bad_request(request, *args, **kwargs)
    return error_response(request, "bad_request", _("The request can't be understood."), 400)


def server_error(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """``handler500``: JSON under ``/api``, without details.

    503 with ``Retry-After``, on pages too, while the database is away or locked.
    """
    is_api = request.path_info.startswith("/api")
    error = sys.exc_info()[1]
    if isinstance(error, (DatabaseError, InterfaceError)) and is_transient(error):
        if is_api:
            text = _database_unavailable()
            response: HttpResponse = error_response(request, "database_unavailable", text, 503)
        else:
            response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
    if not is_api:
        return default_server_error(request)
    return error_response(request, "server_error", _("Something went wrong on the server."), 500)


def _database_unavailable() -> str:
    return _("The database can't be reached right now. Try again in a moment.")
