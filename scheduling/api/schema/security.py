"""The three kinds of credentials, as the schema names them."""

from typing import Any

from django.conf import settings

from scheduling.api.authentication import (
    ApiTokenAuthentication,
    CookieAuthentication,
    CronSecretAuthentication,
    CronSecretOrUserAuthentication,
)

# By the class that reads them: any one of these lets a caller in.
WAYS: dict[type[Any], tuple[str, ...]] = {
    ApiTokenAuthentication: ("apiToken",),
    CookieAuthentication: ("adminSession",),
    CronSecretAuthentication: ("cronSecret",),
    CronSecretOrUserAuthentication: ("apiToken", "adminSession", "cronSecret"),
}


def credentials(view: Any) -> list[str]:
    """The names of the credentials that ``view`` takes; a class unknown here is a KeyError."""
    return [name for way in view.get_authenticators() for name in WAYS[type(way)]]


def schemes() -> dict[str, Any]:
    """``securitySchemes``."""
    return {
        "apiToken": {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "`Authorization: Bearer <API token>`: a person's token, with that person's "
                "permissions, made with `manage.py create_api_token USERNAME`."
            ),
        },
        "adminSession": {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": (
                "The cookie of a person who is logged in to the admin. A call that changes "
                "something needs the `X-CSRFToken` header as well, with the value of the "
                f"`{settings.CSRF_COOKIE_NAME}` cookie."
            ),
        },
        "cronSecret": {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "`Authorization: Bearer <CRON_SECRET>`: the secret of the cron service. While it "
                "is unset on the server, the endpoints that take it answer 503."
            ),
        },
    }
