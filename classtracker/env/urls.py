"""URLs of the environment: of this site, of other sites, of Redis, and of the mail."""

import re
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_email_url

from .values import csv_list, fail, text

NOES = ("0", "no", "No", "NO", "false", "False", "FALSE")


def origins(name: str) -> list[str]:
    """A list of schemes with their hosts, as a browser names where a form came from."""
    wanted = "an origin; write it with its scheme and without a path, as https://example.org"
    found = csv_list(name, r"https?://[^/\s?#@]+", wanted)
    for origin in found:
        if not _has_host(origin):
            fail(name, f"{origin!r:.60} is not {wanted}.")
    return found


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return False
    return bool(parts.hostname)


def url(name: str, schemes: tuple[str, ...] = ("http", "https"), *, base: bool = False) -> str:
    """An absolute URL, or "" when unset. Not repeated in messages: it may hold a token.

    A path is put behind a ``base``, which therefore takes no query.
    """
    value = text(name)
    if not value:
        return ""
    scheme = value.partition("://")[0]
    valid = scheme in schemes and (scheme == "unix" or _has_host(value))
    if not valid or " " in value:
        fail(name, f"is not an absolute URL that starts with {':// or '.join(schemes)}://.")
    if base and ("?" in value or "#" in value):
        fail(name, "is an address that paths are put behind; leave out what follows ? or #.")
    return value


def redis(name: str) -> str:
    """The URL of a Redis, its database a number; or "" when unset."""
    value = url(name, ("redis", "rediss", "unix"))
    parts = urlsplit(value)
    number = parts.path.strip("/") if parts.scheme != "unix" else ""
    for key, given in parse_qsl(parts.query, keep_blank_values=True):
        number = given if key == "db" else number
    if number and not re.fullmatch(r"[0-9]{1,4}", number):
        fail(name, "names a database that is not a number; write redis://host:6379/0.")
    return value


def email(name: str, default: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from one URL."""
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
        asked = dict(parse_qsl(urlsplit(value).query, keep_blank_values=True))
    except ValueError:
        fail(name, "is not a valid URL; percent-encode the special characters of the password.")
    for option in ("ssl", "tls"):
        # The parser takes whatever it does not know for a no.
        if asked.get(option, "0") not in (*dj_email_url.TRUTHY, *NOES):
            fail(name, f"says neither true nor false for {option}.")
    if value.startswith("file:"):
        found["EMAIL_FILE_PATH"] = _folder(name, value)
    return found


def address(name: str) -> str:
    """An e-mail address, alone or as ``Name <address>``; or "" when unset."""
    value = text(name)
    mailbox = parseaddr(value)[1]
    if value and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", mailbox):
        fail(name, f"{value!r:.60} is not an e-mail address; write Studio <studio@example.org>.")
    return value


def _folder(name: str, value: str) -> str:
    """file:///abs/path means that path; the parser would take it for one from here."""
    parts = urlsplit(value)
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path == "/":
        fail(name, "does not name an absolute folder; write file:///path/to/folder.")
    return path
