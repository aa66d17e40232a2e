"""A reverse proxy with another site at the root of its host and the product below a path."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
# Django's default names, with which cookies of the product could collide.
OTHER_COOKIES = ("sessionid", "csrftoken", "django_language", "messages")


@contextmanager
def proxying(server: str, prefix: str, *, removed: bool) -> Iterator[str]:
    """Yield the URL of a host that passes requests below ``prefix`` to ``server``.

    With ``removed``, the path is passed on without the prefix.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if f"{path}/".startswith(f"{prefix}/"):
                self._pass_on()
            else:
                self._answer_as_the_other_site(200 if path == "/" else 404)

        do_HEAD = do_POST = do_GET

        def _pass_on(self) -> None:
            path = self.path.removeprefix(prefix) if removed else self.path
            if not path.startswith("/"):
                path = f"/{path}"
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
            connection.request(self.command, path, body, dict(self.headers.items()))
            response = connection.getresponse()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self._end(response.read())
            connection.close()

        def _answer_as_the_other_site(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            for name in OTHER_COOKIES:
                self.send_header("Set-Cookie", f"{name}=other; Path=/")
            self._end(b"<!DOCTYPE html><title>Another site</title>")

        def _end(self, content: bytes) -> None:
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    thread = Thread(target=proxy.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}"
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
