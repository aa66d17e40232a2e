"""Error responses in the schema, derived from each view."""

from typing import Any

from rest_framework.permissions import AllowAny

from .security import credentials

REQUEST_ID = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
HEADERS = {
    "RequestId": {
        "description": "The request's id, as in the server's log.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{1,64}$"},
    },
    "WwwAuthenticate": {
        "description": "The authentication scheme that is required.",
        "required": True,
        "schema": {"type": "string"},
        "example": 'Bearer realm="class-tracker"',
    },
    "RetryAfter": {
        "description": "Seconds to wait before the next attempt.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}
ERROR = {
    "type": "object",
    "description": "An error. `error` is a code; `message` is a text in the caller's language.",
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {"type": "string", "pattern": "^[a-z_]+$"},
        "message": {"type": "string"},
    },
    "required": ["success", "error", "message"],
    "additionalProperties": False,
}
AUTHENTICATE = {"WWW-Authenticate": {"$ref": "#/components/headers/WwwAuthenticate"}}
RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}

# By status: component name, description, code and message of the example, headers.
KINDS: dict[int, tuple[str, str, str, str, dict[str, Any]]] = {
    400: (
        "Invalid",
        "The body or a parameter isn't valid; the message names the field.",
        "invalid",
        "startTime: The time has to lie before endTime.",
        {},
    ),
    401: (
        "Unauthorized",
        "The credentials are missing or not valid.",
        "not_authenticated",
        "Authentication credentials were not provided.",
        AUTHENTICATE,
    ),
    403: (
        "Forbidden",
        "The caller lacks the permission, or a session cookie was sent without the CSRF token.",
        "permission_denied",
        "You do not have permission to perform this action.",
        {},
    ),
    404: ("NotFound", "Not found.", "not_found", "Not found.", {}),
    405: (
        "MethodNotAllowed",
        "This address does not support the method.",
        "method_not_allowed",
        'Method "DELETE" not allowed.',
        {},
    ),
    409: (
        "Conflict",
        "The current state does not allow the request.",
        "already_running",
        "Run 41 of this job is active. Wait until it is over.",
        {},
    ),
    410: ("Gone", "The resource has been removed.", "gone", "The run's log is pruned.", {}),
    413: (
        "TooLarge",
        "The body is larger than 1,000,000 bytes.",
        "too_large",
        "The body is larger than 1000000 bytes.",
        {},
    ),
    429: (
        "TooManyRequests",
        "Too many requests, or too many refused credentials, from this caller.",
        "throttled",
        "Request was throttled. Expected available in 12 seconds.",
        RETRY_AFTER,
    ),
    500: (
        "ServerError",
        "An error on the server; its log contains the request's id.",
        "server_error",
        "Something went wrong on the server.",
        {},
    ),
    503: (
        "Unavailable",
        "The database can't be reached, or the endpoint's secret is unset on the server.",
        "database_unavailable",
        "The database can't be reached right now. Try again in a moment.",
        RETRY_AFTER,
    ),
}


def responses() -> dict[str, Any]:
    """Return the error responses shared by all operations, by component name."""
    return {
        name: {
            "description": description,
            "headers": headers | REQUEST_ID,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Error"},
                    "example": {"success": False, "error": code, "message": message},
                }
            },
        }
        for name, description, code, message, headers in KINDS.values()
    }


def reference(status: int) -> dict[str, str]:
    """Return a reference to the shared response for ``status``."""
    return {"$ref": f"#/components/responses/{KINDS[status][0]}"}


def statuses(view: Any, method: str, operation: dict[str, Any]) -> set[int]:
    """Return the error statuses of ``operation`` in addition to those that it declares.

    A view names statuses that can't be derived in ``refuses``, such as ``{"post": (409,)}``.
    """
    codes = {405, *getattr(view, "refuses", {}).get(method.lower(), ())}
    parameters = operation.get("parameters", ())
    if any(parameter["in"] == "path" for parameter in parameters):
        codes.add(404)
    if any(parameter["in"] == "query" for parameter in parameters):
        codes.add(400)
    if "requestBody" in operation:
        codes.add(400)
    if method.upper() != "GET":
        codes.add(413)  # the middleware checks the size of every body
    if any(isinstance(permission, AllowAny) for permission in view.get_permissions()):
        return codes
    codes |= {401, 429, 500, 503}
    if credentials(view) != ["cronSecret"]:
        codes.add(403)
    return codes
