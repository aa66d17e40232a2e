"""Which Chromium is driven: `python -m scheduling.tests.browser.chromium` prints its path.

Needs no Django, so that a script can ask before there is anything to test.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

# The first draws the same without a window to draw into, for little more than half the work.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)


class NoBrowser(RuntimeError):
    """There is no Chromium here; the message says what was tried."""


@cache
def path() -> str:
    """$CHROMIUM where it is set; else one in PATH; else the one that Playwright has installed."""
    if given := os.environ.get("CHROMIUM", "").strip():
        if not runs(given):
            raise NoBrowser(f"CHROMIUM={given} does not run.")
        return given
    for name in NAMES:
        if (found := shutil.which(name)) and runs(found):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if os.path.exists(own) and runs(own):
        return own
    raise NoBrowser(
        f"No browser: none of {', '.join(NAMES)} in PATH runs, and Playwright has none"
        " (`.ci/browser` installs one; CHROMIUM names one)."
    )


def runs(command: str) -> bool:
    """A name in PATH proves little: some systems put a stub there that only gives advice."""
    try:
        asked = subprocess.run([command, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def launch(playwright: Playwright, **options: Any) -> Any:
    """A headless browser. Chromium's own sandbox refuses to work for root."""
    return playwright.chromium.launch(
        executable_path=path(),
        chromium_sandbox=hasattr(os, "geteuid") and os.geteuid() != 0,
        # Shared memory is small in containers; text and dates look the same on every machine.
        args=[
            "--disable-dev-shm-usage",
            "--font-render-hinting=none",
            "--lang=en-US",
            "--process-per-site",  # a person's pages share one, which has the scripts compiled
            "--js-flags=--no-opt --no-maglev",  # no page is open for long enough to gain by them
        ],
        **options,
    )


if __name__ == "__main__":
    try:
        print(path())
    except NoBrowser as error:
        sys.exit(str(error))
