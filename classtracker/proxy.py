"""Who really calls, where a proxy in front of the server says so (``TRUSTED_PROXY``)."""

from collections.abc import Callable
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse

FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"


class ClientAddress:
    """Makes ``REMOTE_ADDR`` the client's: the last entry of ``X-Forwarded-For``.

    Only that one was written by the proxy; those before it are whatever the client sent. They are
    taken out, so that no code after this can believe them. Used with ``TRUSTED_PROXY`` alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        entry = request.META.get(FORWARDED_FOR, "").rpartition(",")[2].strip()
        try:
            address = ip_address(entry)
        except ValueError:
            pass  # no proxy of the kind that was promised: the connection's own address stands
        else:
            # A socket that listens on both families shows IPv4 callers as IPv6.
            address = getattr(address, "ipv4_mapped", None) or address
            request.META["REMOTE_ADDR"] = request.META[FORWARDED_FOR] = str(address)
        return self.get_response(request)


def address(request: HttpRequest) -> str | None:
    """The client's address for who counts by it; None on a Unix socket, which has none."""
    return request.META.get("REMOTE_ADDR") or None
