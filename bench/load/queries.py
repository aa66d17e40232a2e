"""The number of queries of each operation."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from .workload import Operation

MAX_QUERIES = 50
TRIES = 3


def count(asks: list[Operation]) -> dict[str, int]:
    """Return the maximum of several addresses of each operation, by its name."""
    return {ask.name: _max_queries(ask) for ask in asks}


def _max_queries(ask: Operation) -> int:
    cookies = ask.headers.get("Cookie", "").partition("=")[2]
    headers = {name: value for name, value in ask.headers.items() if name != "Cookie"}
    client = Client(headers=headers)
    if cookies:
        client.cookies["sessionid"] = cookies
    found = []
    step = max(1, len(ask.addresses) // TRIES)
    # The first address is requested twice, as a warm-up.
    for address in [ask.addresses[0], *ask.addresses[::step][:TRIES]]:
        with CaptureQueriesContext(connection) as captured:
            if ask.body:
                response = client.patch(
                    address, ask.body, content_type="application/json", secure=True
                )
            else:
                response = client.get(address, secure=True)
        assert response.status_code == ask.fine, (ask.name, address, response.status_code)
        found.append(len(captured))
    return max(found[1:])
