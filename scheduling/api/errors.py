"""The error format of the API: ``{"success": false, "error": "<code>", "message": "…"}``."""

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
from scheduling.text.json_keys import camel

from .exceptions import Conflict, ServiceUnavailable, TooLarge

logger = logging.getLogger(__name__)

RETRY_AFTER = 30
MAX_BODY_BYTES = 1_000_000


def is_api(request: HttpRequest) -> bool:
    """Return True for a URL of the API, whose errors are JSON."""
    return request.path_info.startswith("/api")


def envelope(code: str, message: str) -> dict[str, Any]:
    """Return the body of an error response."""
    return {"success": False, "error": code, "message": message}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Convert an exception to an error response (DRF's ``EXCEPTION_HANDLER``).

    Return None for an unexpected exception, which Django reports as 500.
    """
    api_error = _api_error(error)
    if api_error is None:
        return None
    headers = {}
    if isinstance(api_error, exceptions.APIException):
        if header := getattr(api_error, "auth_header", None):
            headers["WWW-Authenticate"] = header
        if wait := getattr(api_error, "wait", None):
            headers["Retry-After"] = str(max(1, round(wait)))
    if isinstance(api_error, exceptions.MethodNotAllowed) and (view := context.get("view")):
        # ``allowed_methods`` lists HEAD wherever there is a GET, even where it is not allowed.
        method = view.request.method
        view.headers["Allow"] = ", ".join(m for m in view.allowed_methods if m != method)
    if api_error.status_code == status.HTTP_503_SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    set_rollback()
    return Response(
        envelope(_code(api_error), _message(api_error)), api_error.status_code, headers=headers
    )


def _api_error(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.UnsupportedMediaType):
        # The contract has no 415: a body that isn't JSON is a bad request.
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
    if _is_outage(error):
        logger.error("the database is unavailable: %s", error)
        return ServiceUnavailable(_database_unavailable(), "database_unavailable")
    return None


def already_running(error: AlreadyRunningError) -> Conflict:
    """Return a 409: a run of the job is active."""
    text = _("Run %(id)s of this job is active. Wait until it is over.") % {"id": error.run.pk}
    return Conflict(text, "already_running")


def too_large() -> TooLarge:
    """Return a 413 that names the limit."""
    return TooLarge(_("The body is larger than %(n)d bytes.") % {"n": MAX_BODY_BYTES})


def _code(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _message(error: exceptions.APIException) -> str:
    text = " ".join(_sentences(error.detail))
    # A message may quote the input, which may contain lone surrogates that UTF-8 can't encode.
    return text.encode("utf-8", "replace").decode()


def _sentences(detail: Any, field: str = "") -> list[str]:
    """Return the messages of a validation error, each with the path of its field in camelCase."""
    if isinstance(detail, dict):
        sentences = []
        for name, value in detail.items():
            if isinstance(name, int):  # an index in a list
                sentences += _sentences(value, f"{field}[{name}]")
                continue
            own = "" if name in ("non_field_errors", "__all__") else camel(str(name))
            sentences += _sentences(value, ".".join(part for part in (field, own) if part))
        return sentences
    if isinstance(detail, (list, tuple)):
        sentences = []
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            sentences += _sentences(value, f"{field}[{index}]" if nested else field)
        return sentences
    return [f"{field}: {detail}" if field else str(detail)]


def error_response(request: HttpRequest, code: str, message: str, status_code: int) -> JsonResponse:
    """Return an error response outside DRF, such as for an unknown path."""
    return JsonResponse(envelope(code, message), status=status_code)


@csrf_exempt
def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
    """Return a 404 for an unknown path under ``/api``."""
    return error_response(request, "not_found", _("There is nothing at this address."), 404)


def bad_request(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Return a 400 for a request that Django rejects, such as an unknown host (``handler400``)."""
    if not is_api(request):
        return default_bad_request(request, *args, **kwargs)
    return error_response(request, "bad_request", _("The request can't be understood."), 400)


def server_error(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Return a 500 without details, as JSON under ``/api`` (``handler500``).

    503 with ``Retry-After``, on pages too, while the database is away or locked.
    """
    if _is_outage(sys.exc_info()[1]):
        return _unavailable(request)
    if not is_api(request):
        return default_server_error(request)
    return error_response(request, "server_error", _("Something went wrong on the server."), 500)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        text = _database_unavailable()
        response: HttpResponse = error_response(request, "database_unavailable", text, 503)
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _is_outage(error: BaseException | None) -> bool:
    """Return True if the database is away or locked, so that a later attempt may succeed."""
    return isinstance(error, (DatabaseError, InterfaceError)) and is_transient(error)


def _database_unavailable() -> str:
    return _("The database can't be reached right now. Try again in a moment.")
