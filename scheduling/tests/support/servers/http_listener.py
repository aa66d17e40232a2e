"""A web server that records requests and may refuse or not answer them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Listener:
    """A server that answers ``status``; ``silent``: nothing. ``received`` has paths and bodies."""

    url: str = ""
    status: int = 200
    silent: bool = False
    received: list[tuple[str, str]] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    @property
    def paths(self) -> list[str]:
        return [path.partition("?")[0] for path, _body in self.received]

    def json(self, number: int = -1) -> Any:
        return json.loads(self.received[number][1])


@contextmanager
def listening() -> Iterator[Listener]:
    """Start a listener on a free port of 127.0.0.1."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            listener.received.append((self.path, body))
            if listener.silent:
                listener.released.wait(30)
                return
            self.send_response(listener.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
