"""Two IP addresses and a password for tests of the login."""

from typing import Any

from django.test import Client

LOGIN = "/admin/login/?next=/admin/"
SCHOOL, HOME = "203.0.113.9", "198.51.100.7"
PASSWORD = "correct horse"


def log_in(
    client: Client,
    name: str = "marta",
    password: str = PASSWORD,
    address: str = SCHOOL,
    **extra: Any,
) -> Any:
    """Submit the login form from ``address``, as somebody who is not logged in."""
    client.logout()
    form = {"username": name, "password": password}
    return client.post(LOGIN, form, REMOTE_ADDR=address, **extra)
