"""HTTP posts to other hosts: retries, redirects, limits and certificates."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from scheduling.jobs.notifications import http_post
from scheduling.tests.support.plugin import skip_or_fail
from scheduling.tests.support.servers.http_listener import listening

pytestmark = pytest.mark.one_database(name="sqlite")
LARGE = b"x" * 1_000_000


@contextmanager
def serving(answer: Any, certificate: Any = None) -> Iterator[str]:
    """Serve HTTP, call ``answer`` with each POST and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_response_is_read_up_to_given_size() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(LARGE)))
        handler.end_headers()
        handler.wfile.write(LARGE)

    with serving(answer) as url:
        assert http_post.post(url, b"", {}, 10, max_bytes=70_000).body == LARGE[:70_000]
        assert http_post.post(url, b"", {}, 10).body == LARGE


def test_redirect_is_not_followed_and_address_is_not_logged(caplog) -> None:
    with listening() as other:

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", f"{other.url}/elsewhere")
            handler.end_headers()

        with serving(answer) as url:
            assert not http_post.call(f"{url}/secret", "the webhook")
        assert other.received == []
    assert caplog.messages == ["the webhook did not take a message: HTTP 302"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/secret", "http://secret.invalid:x/"])
def test_unreachable_host_is_logged_without_address(caplog, url) -> None:
    assert not http_post.call(url, "the webhook")
    (message,) = caplog.messages
    assert message.startswith("the webhook did not take a message: ")
    assert "secret" not in message


def fail_lookups(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Make name lookups fail ``times`` times; return a list of the names looked up."""
    names: list[str] = []
    look_up = socket.getaddrinfo

    def getaddrinfo(host: str, *args: Any, **options: Any) -> Any:
        names.append(host)
        if len(names) <= times:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.mark.parametrize(("failures", "received"), [(1, 1), (2, 1), (3, 0)])
def test_message_is_sent_once_name_lookup_succeeds(monkeypatch, failures, received) -> None:
    with listening() as listener:
        names = fail_lookups(monkeypatch, failures)
        assert http_post.call(listener.url, "the webhook") == bool(received)
        assert (len(names), len(listener.received)) == (3 if failures > 1 else 2, received)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_received_message_is_not_sent_again(status) -> None:
    with listening() as listener:
        listener.status = status
        assert not http_post.call(listener.url, "the webhook")
        assert len(listener.received) == 1


def test_single_post_makes_single_connection(monkeypatch) -> None:
    with listening() as listener:
        names = fail_lookups(monkeypatch, 1)
        with pytest.raises(http_post.NoReplyError, match="Temporary failure in name resolution"):
            http_post.post(listener.url, b"", {}, 10)
        assert (len(names), listener.received) == (1, [])


def test_private_certificate_authority_is_trusted(tmp_path, monkeypatch) -> None:
    if shutil.which("openssl") is None:
        skip_or_fail("openssl makes the certificate, and is not installed")
    bundle = tmp_path / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(bundle), "-out", str(tmp_path / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    certificate = (tmp_path / "certificate.pem").read_text()
    bundle.write_text(bundle.read_text() + certificate)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()

    with serving(answer, bundle) as url:
        with pytest.raises(http_post.NoReplyError, match="CERTIFICATE_VERIFY_FAILED"):
            http_post.post(url, b"", {}, 10)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert http_post.post(url, b"", {}, 10).status == 200
