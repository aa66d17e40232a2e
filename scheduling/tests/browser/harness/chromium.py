"""The Chromium of the tests: `python -m scheduling.tests.browser.harness.chromium` prints its path.

The module imports no Django, so that a script can run it before the tests.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

# The headless shell renders the same and takes little more than half the time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)


class NoBrowser(RuntimeError):
    """No Chromium was found; the message lists the attempts."""


@cache
def path() -> str:
    """Return the path in $CHROMIUM, else the first in PATH, else that of Playwright."""
    if configured := os.environ.get("CHROMIUM", "").strip():
        if not runs(configured):
            raise NoBrowser(f"CHROMIUM={configured} does not run.")
        return configured
    for name in NAMES:
        if (found := shutil.which(name)) and runs(found):
            return found
    with sync_playwright() as playwright:
        installed = playwright.chromium.executable_path
    if os.path.exists(installed) and runs(installed):
        return installed
    raise NoBrowser(
        f"No browser: none of {', '.join(NAMES)} in PATH runs, and Playwright has none"
        " (`.ci/browser` installs one; CHROMIUM names one)."
    )


def runs(command: str) -> bool:
    """Return whether ``command`` starts; on some systems it is a stub that only prints advice."""
    try:
        result = subprocess.run(
            [command, "--version"], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def launch(playwright: Playwright, **options: Any) -> Any:
    """Start a headless browser. Chromium's sandbox does not work for root."""
    return playwright.chromium.launch(
        executable_path=path(),
        chromium_sandbox=hasattr(os, "geteuid") and os.geteuid() != 0,
        # Shared memory is small in containers; text and dates must be the same on every machine.
        args=[
            "--disable-dev-shm-usage",
            "--font-render-hinting=none",
            "--lang=en-US",
            "--process-per-site",  # pages share the process with the compiled scripts
            "--js-flags=--no-opt --no-maglev",  # no page is open long enough for optimisation
        ],
        **options,
    )


if __name__ == "__main__":
    try:
        print(path())
    except NoBrowser as error:
        sys.exit(str(error))
