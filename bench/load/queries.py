"""How many queries each thing that is asked for takes, and what the database does with them."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from .workload import Operation

MOST = 50
TRIES = 3


def count(asks: list[Operation]) -> dict[str, int]:
    """The most that any of a few addresses of each takes, in this process, by name."""
    return {ask.name: _most(ask) for ask in asks}


def _most(ask: Operation) -> int:
    cookies = ask.headers.get("Cookie", "").partition("=")[2]
    headers = {name: value for name, value in ask.headers.items() if name != "Cookie"}
    client = Client(headers=headers)
    if cookies:
        client.cookies["sessionid"] = cookies
    found = []
    step = max(1, len(ask.addresses) // TRIES)
    # Once more at the beginning: what a process does once is no query of the page's.
    for address in [ask.addresses[0], *ask.addresses[::step][:TRIES]]:
        with CaptureQueriesContext(connection) as captured:
            if ask.body:
                answer = client.patch(
                    address, ask.body, content_type="application/json", secure=True
                )
            else:
                answer = client.get(address, secure=True)
        assert answer.status_code == ask.fine, (ask.name, address, answer.status_code)
        found.append(len(captured))
    return max(found[1:])
