"""Every way in which a call may be refused, worked out from the view that it is made to."""

from typing import Any

from rest_framework.permissions import AllowAny

from .security import credentials

REQUEST_ID = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
HEADERS = {
    "RequestId": {
        "description": "The call's id, as the server's log lines have it.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{1,64}$"},
    },
    "WwwAuthenticate": {
        "description": "The credential that is asked for.",
        "required": True,
        "schema": {"type": "string"},
        "example": 'Bearer realm="class-tracker"',
    },
    "RetryAfter": {
        "description": "Seconds after which another try makes sense.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}
ERROR = {
    "type": "object",
    "description": "Every error. `error` is for programs, `message` for people, in their language.",
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {"type": "string", "pattern": "^[a-z_]+$"},
        "message": {"type": "string"},
    },
    "required": ["success", "error", "message"],
    "additionalProperties": False,
}
ASK = {"WWW-Authenticate": {"$ref": "#/components/headers/WwwAuthenticate"}}
WAIT = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}

# Status: name, what it means, an example's code and message, headers.
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
        "There is no credential, or it isn't valid.",
        "not_authenticated",
        "Authentication credentials were not provided.",
        ASK,
    ),
    403: (
        "Forbidden",
        "The caller is known and may not do this; or a cookie came without its CSRF token.",
        "permission_denied",
        "You do not have permission to perform this action.",
        {},
    ),
    404: ("NotFound", "There is no such thing.", "not_found", "Not found.", {}),
    405: (
        "MethodNotAllowed",
        "This address doesn't take this method.",
        "method_not_allowed",
        'Method "DELETE" not allowed.',
        {},
    ),
    409: (
        "Conflict",
        "The state of things doesn't allow it now.",
        "already_running",
        "Run 41 of this job is active. Wait until it is over.",
        {},
    ),
    410: ("Gone", "It was there, and isn't any more.", "gone", "The run's log is pruned.", {}),
    413: (
        "TooLarge",
        "The body is larger than 1,000,000 bytes.",
        "too_large",
        "The body is larger than 1000000 bytes.",
        {},
    ),
    429: (
        "TooManyRequests",
        "Too many calls, or too many refused credentials, from this caller.",
        "throttled",
        "Request was throttled. Expected available in 12 seconds.",
        WAIT,
    ),
    500: (
        "ServerError",
        "A fault of the server's; its log names this call's id.",
        "server_error",
        "Something went wrong on the server.",
        {},
    ),
    503: (
        "Unavailable",
        "The database can't be reached, or the endpoint's secret is unset on the server.",
        "database_unavailable",
        "The database can't be reached right now. Try again in a moment.",
        WAIT,
    ),
}


def responses() -> dict[str, Any]:
    """The responses that all operations share, by name."""
    return {
        name: {
            "description": meaning,
            "headers": headers | REQUEST_ID,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Error"},
                    "example": {"success": False, "error": code, "message": message},
                }
            },
        }
        for name, meaning, code, message, headers in KINDS.values()
    }


def reference(status: int) -> dict[str, str]:
    """The shared response for ``status``."""
    return {"$ref": f"#/components/responses/{KINDS[status][0]}"}


def statuses(view: Any, method: str, operation: dict[str, Any]) -> set[int]:
    """The statuses beyond its own answers with which ``view`` may refuse ``operation``.

    What only the view can know stands in its ``refuses``: ``{"post": (409,)}``.
    """
    codes = {405, *getattr(view, "refuses", {}).get(method.lower(), ())}
    parameters = operation.get("parameters", ())
    if any(one["in"] == "path" for one in parameters):
        codes.add(404)
    if any(one["in"] == "query" for one in parameters):
        codes.add(400)
    if "requestBody" in operation:
        codes.add(400)
    if method.upper() != "GET":
        codes.add(413)  # a body is measured before anyone asks whether it is wanted
    if any(isinstance(one, AllowAny) for one in view.get_permissions()):
        return codes
    codes |= {401, 429, 500, 503}
    if credentials(view) != ["cronSecret"]:
        codes.add(403)
    return codes
