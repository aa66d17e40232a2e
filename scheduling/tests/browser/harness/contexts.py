"""A pool of browser contexts, reused from test to test.

In a new context Chromium starts a process and compiles every script again, which takes longer than
most tests. Cookies and storage are cleared between tests.
"""

from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from .watch import Watch

# In milliseconds.
TIMEOUT = 10_000


class Contexts:
    """The contexts of one browser for the server at ``url``."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.free: defaultdict[str, list[Any]] = defaultdict(list)
        self.kinds: dict[Any, str] = {}

    def take(self, **options: Any) -> Any:
        """Return an unused context with these options; its ``watch`` has no errors yet."""
        kind = repr(sorted(options.items()))
        if self.free[kind]:
            context = self.free[kind].pop()
        else:
            context = self.browser.new_context(base_url=self.url, **options)
            context.set_default_timeout(TIMEOUT)
            context.watch = Watch(context, urlsplit(self.url).netloc)
            self.kinds[context] = kind
            # This page stays open and keeps the process of the context alive.
            context.new_page().goto("/healthz")
        context.watch.begin()
        return context

    def give_back(self, context: Any) -> None:
        """Clear the context and make it available again."""
        context.unroute_all()
        first, *others = context.pages
        for page in others:
            page.close()
        context.clear_cookies()
        context.clear_permissions()
        session = context.new_cdp_session(first)
        storage = {"origin": self.url, "storageTypes": "all"}
        session.send("Storage.clearDataForOrigin", storage)
        session.detach()
        self.free[self.kinds[context]].append(context)

    def close(self) -> None:
        for context in self.kinds:
            context.close()
