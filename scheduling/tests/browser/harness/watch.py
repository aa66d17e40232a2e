"""The errors that a browser reports while a test uses a page."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext

# Runs before any script of the page, in every frame.
LISTEN = """
document.addEventListener("securitypolicyviolation", (event) => {
    window.reportViolation(
        `${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile}:` +
        `${event.lineNumber}) ${event.sample}`);
});
"""


class Watch:
    """A collector of the errors of a context's pages; `check()` fails if there are any."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.begin()
        context.expose_binding("reportViolation", self._violation)
        context.add_init_script(LISTEN)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def begin(self) -> None:
        """Forget earlier errors."""
        self.faults: list[str] = []
        self.expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Expect an error that matches ``pattern``; `check()` fails without it."""
        self.expected.append(pattern)

    def check(self) -> None:
        missed = [
            pattern
            for pattern in self.expected
            if not any(re.search(pattern, fault) for fault in self.faults)
        ]
        faults = [
            fault
            for fault in self.faults
            if not any(re.search(pattern, fault) for pattern in self.expected)
        ]
        assert not faults, "the browser saw faults:\n" + "\n".join(dict.fromkeys(faults))
        assert not missed, f"the browser did not see what was expected: {missed}"

    def _violation(self, source: dict[str, Any], text: str) -> None:
        self.faults.append(f"CSP: {text} on {source['page'].url}")

    def _console(self, message: Any) -> None:
        # A failed response is reported by `_response`, with its URL.
        loading = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning", "assert") and not loading:
            url = message.location.get("url", "")
            self.faults.append(f"console {message.type}: {message.text} ({url})")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.faults.append(f"another host was asked: {request.url}")

    def _failed(self, request: Any) -> None:
        # Aborted: the test left the page or saved the response as a file.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"request failed: {request.failure} {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 400:
            request = f"{response.request.method} {response.url}"
            self.faults.append(f"status {response.status}: {request}")
