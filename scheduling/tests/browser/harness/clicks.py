"""Counts the clicks of a person for `docs/clicks.md`."""

from playwright.sync_api import Locator


class Clicks:
    """The number of clicks and taps so far. Typing, and keys, do not count."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, target: Locator) -> None:
        """Click ``target``."""
        target.click()
        self.count += 1
