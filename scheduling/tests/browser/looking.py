"""One look at a page: wide and light, then, without loading it again, narrow and dark."""

from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Page

from scheduling.tests.browser.axe import assert_accessible, assert_fits
from scheduling.tests.browser.conftest import DESKTOP, HEIGHT, PHONE

# Until the new colours are drawn: with little motion a transition is short, and yet one, and what
# inherits its colour begins one of its own.
DRAWN = """
async () => {
    for (let still = 0, round = 0; still < 3 && round < 100; still += 1, round += 1) {
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        const running = document.getAnimations().filter(one => one instanceof CSSTransition);
        if (running.length) {
            still = 0;
            await Promise.allSettled(running.map(one => one.finished));
        }
    }
}
"""


def look(page: Page, url: str = "") -> list[str]:
    """The faults of the page at that address, or of the one that is open; a look takes a while,
    so it does not stop at the first."""
    show(page, DESKTOP, "light")
    if url:
        page.goto(url)
    faults = [*_seen(assert_accessible, page), *_seen(assert_fits, page)]
    show(page, PHONE, "dark")
    return [*faults, *_seen(assert_accessible, page), *_seen(assert_fits, page)]


def assert_good(page: Page, url: str = "") -> None:
    """`look` finds nothing."""
    faults = look(page, url)
    assert not faults, "\n".join(faults)


def show(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT[width]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(DRAWN)


def _seen(check: Callable[..., None], page: Page, **options: Any) -> Iterator[str]:
    try:
        check(page, **options)
    except AssertionError as error:
        yield str(error)
