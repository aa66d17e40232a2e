"""The contexts of people at their browsers, used again from test to test.

In a new one Chromium starts a process and compiles every script anew, which takes longer than most
tests do. What a person would leave behind, logged in or stored, is gone in between.
"""

from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from .watch import Watch

# In milliseconds.
PATIENCE = 10_000


class Contexts:
    """Those of one browser, before the server at ``url``."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.free: defaultdict[str, list[Any]] = defaultdict(list)
        self.kinds: dict[Any, str] = {}

    def take(self, **options: Any) -> Any:
        """One with these options that nobody else has; ``watch`` is what it saw since."""
        kind = repr(sorted(options.items()))
        if self.free[kind]:
            context = self.free[kind].pop()
        else:
            context = self.browser.new_context(base_url=self.url, **options)
            context.set_default_timeout(PATIENCE)
            context.watch = Watch(context, urlsplit(self.url).netloc)
            self.kinds[context] = kind
            # It stays open, so that the process of this context's pages does.
            context.new_page().goto("/healthz")
        context.watch.begin()
        return context

    def give_back(self, context: Any) -> None:
        """Leave nothing in it of the person who had it."""
        context.unroute_all()
        keeper, *others = context.pages
        for page in others:
            page.close()
        context.clear_cookies()
        context.clear_permissions()
        session = context.new_cdp_session(keeper)
        where = {"origin": self.url, "storageTypes": "all"}
        session.send("Storage.clearDataForOrigin", where)
        session.detach()
        self.free[self.kinds[context]].append(context)

    def close(self) -> None:
        for context in self.kinds:
            context.close()
