"""Readers of URLs and e-mail addresses."""

import re
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_email_url

from .values import csv_list, fail, regex, text

# The first parts of the product's own paths.
OWN_PATHS = {
    *("admin", "api", "calendar", "family"),
    *("healthz", "language", "metrics", "readyz", "static"),
}

FALSY = ("0", "no", "No", "NO", "false", "False", "FALSE")


def origins(name: str) -> list[str]:
    """Return a list of origins, such as https://example.org."""
    wanted = "an origin; write it with its scheme and without a path, as https://example.org"
    found = csv_list(name, r"https?://[^/\s?#@]+", wanted)
    for origin in found:
        if not _has_host(origin):
            fail(name, f"{origin!r:.60} is not {wanted}.")
    return found


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError:
        return False
    return bool(parts.hostname)


def url(name: str, schemes: tuple[str, ...] = ("http", "https"), *, base: bool = False) -> str:
    """Return an absolute URL, or "" if unset. Messages omit the value, as it may contain a token.

    A path is appended to a ``base``, which therefore can't have a query.
    """
    value = text(name)
    if not value:
        return ""
    scheme = value.partition("://")[0]
    valid = scheme in schemes and (scheme == "unix" or _has_host(value))
    if not valid or " " in value:
        fail(name, f"is not an absolute URL that starts with {':// or '.join(schemes)}://.")
    if base and ("?" in value or "#" in value):
        fail(name, "is a base URL that paths are appended to; leave out ? and # with what follows.")
    return value


def url_prefix(name: str) -> str:
    """Return a path without a slash at its end, such as /studio, or "" if unset.

    A path of the product is no prefix: it would not be clear whether a proxy has removed it.
    """
    wanted = (
        "a path such as /studio or /schools/studio; each part is a slash and a name of letters,"
        " digits, '-' and '_' that begins with a letter"
    )
    value = regex(name, "", "(/[A-Za-z][A-Za-z0-9_-]*)*", wanted)
    for part in value.split("/"):
        if part in OWN_PATHS:
            fail(name, f"{value!r:.60} contains {part!r}, a path of the product; choose another.")
    return value


def redis(name: str) -> str:
    """Return the URL of a Redis database, or "" if unset."""
    value = url(name, ("redis", "rediss", "unix"))
    parts = urlsplit(value)
    number = parts.path.strip("/") if parts.scheme != "unix" else ""
    for key, given in parse_qsl(parts.query, keep_blank_values=True):
        number = given if key == "db" else number
    if number and not re.fullmatch(r"[0-9]{1,4}", number):
        fail(name, "names a database that is not a number; write redis://host:6379/0.")
    return value


def email(name: str, default: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings from a URL."""
    schemes = ("smtp", "submission", "console", "file", "memory", "dummy")
    value = text(name) or default
    if value.partition(":")[0] not in schemes:
        fail(
            name,
            f"does not start with one of {', '.join(schemes)}:"
            " (submission: is SMTP with STARTTLS; for TLS from the start, smtp://…?ssl=true).",
        )
    try:
        found: dict[str, Any] = dict(dj_email_url.parse(value))
        parameters = dict(parse_qsl(urlsplit(value).query, keep_blank_values=True))
    except ValueError:
        fail(name, "is not a valid URL; percent-encode the special characters of the password.")
    for option in ("ssl", "tls"):
        # The parser treats unknown values as false.
        if parameters.get(option, "0") not in (*dj_email_url.TRUTHY, *FALSY):
            fail(name, f"{option} is neither true nor false.")
    if value.startswith("file:"):
        found["EMAIL_FILE_PATH"] = _folder(name, value)
    return found


def address(name: str) -> str:
    """Return an e-mail address, plain or as ``Name <address>``, or "" if unset."""
    value = text(name)
    mailbox = parseaddr(value)[1]
    if value and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", mailbox):
        fail(name, f"{value!r:.60} is not an e-mail address; write Studio <studio@example.org>.")
    return value


def _folder(name: str, value: str) -> str:
    """Return the absolute path of a file URL; dj_email_url would make it relative."""
    parts = urlsplit(value)
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path == "/":
        fail(name, "does not name an absolute folder; write file:///path/to/folder.")
    return path
