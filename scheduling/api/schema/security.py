"""The security schemes of the schema."""

from typing import Any

from django.conf import settings

from scheduling.api.authentication import (
    ApiTokenAuthentication,
    CookieAuthentication,
    CronSecretAuthentication,
    CronSecretOrUserAuthentication,
    MetricsTokenAuthentication,
)

# The schemes that each authentication class accepts; any of them suffices.
SCHEMES: dict[type[Any], tuple[str, ...]] = {
    ApiTokenAuthentication: ("apiToken",),
    MetricsTokenAuthentication: ("apiToken",),
    CookieAuthentication: ("adminSession",),
    CronSecretAuthentication: ("cronSecret",),
    CronSecretOrUserAuthentication: ("apiToken", "adminSession", "cronSecret"),
}


def credentials(view: Any) -> list[str]:
    """Return the names of the schemes that ``view`` accepts.

    Raises KeyError for an authentication class not in ``SCHEMES``.
    """
    authenticators = view.get_authenticators()
    return [name for authenticator in authenticators for name in SCHEMES[type(authenticator)]]


def schemes() -> dict[str, Any]:
    """Return the ``securitySchemes`` component."""
    return {
        "apiToken": {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "`Authorization: Bearer <API token>`: a user's token, with that user's "
                "permissions, created with `manage.py create_api_token USERNAME`. It expires after "
                "a year unless it was created for another time. A token with the scope `metrics` "
                "reads `/metrics` and nothing else."
            ),
        },
        "adminSession": {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": (
                "The session cookie of a user logged in to the admin. Requests that change "
                "data also need the `X-CSRFToken` header with the value of the "
                f"`{settings.CSRF_COOKIE_NAME}` cookie."
            ),
        },
        "cronSecret": {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "`Authorization: Bearer <CRON_SECRET>`: the secret of the cron service. If it is "
                "unset on the server, the endpoints that require it answer 503."
            ),
        },
    }
