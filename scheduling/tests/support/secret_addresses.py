"""The secret addresses, which open without a login; found in the URL conf."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Every parameter of an address is in one of these two sets.
SECRETS = {"token"}
HARMLESS = {
    "app_label", "class_id", "content_type_id", "day", "id", "job", "kind", "object_id", "pk",
    "ref", "run_id", "series", "uidb64", "upload_id", "url",
}  # fmt: skip


def parameters() -> set[str]:
    """Return the names of the parameters of all addresses."""
    return {name for pattern in _patterns(get_resolver()) for name in _names(pattern)}


def secret_addresses(token: str) -> dict[str, str]:
    """Return the path of each address with a secret by its name, with ``token`` as the secret."""
    found = {}
    for pattern in _patterns(get_resolver()):
        names = _names(pattern)
        if names & SECRETS:
            values = {name: token if name in SECRETS else "1" for name in names}
            found[str(pattern.name)] = reverse(pattern.name, kwargs=values)
    return found


def _names(pattern: URLPattern) -> set[str]:
    return set(pattern.pattern.regex.groupindex)


def _patterns(resolver: Any) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern
