"""One look at a page: wide and light, then, without loading it again, narrow and dark."""

from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Page

from .axe import assert_accessible, assert_fits
from .conftest import DESKTOP, HEIGHT, PHONE

# Those that `look` leaves: who takes these has seen each width and each scheme.
OTHER_LOOKS = ((DESKTOP, True), (PHONE, False))

# Until the new colours are drawn. None of them comes by degrees: what inherits a colour would begin
# once its parent has arrived, and so on down the page.
DRAWN = """
async () => {
    const still = new CSSStyleSheet();
    still.replaceSync("*, *::before, *::after { transition: none !important; }");
    document.adoptedStyleSheets = [still];
    for (let frame = 0; frame < 2; frame += 1) {
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    }
}
"""
STILL = "document.getAnimations().filter(one => one instanceof CSSTransition).length === 0"


def look(page: Page, url: str = "") -> list[str]:
    """The faults of the page at that address, or of the one that is open; a look takes a while,
    so it does not stop at the first."""
    if url:
        _size(page, DESKTOP, "light")
        page.goto(url)
    else:
        show(page, DESKTOP, "light")
    faults = [*_seen(assert_accessible, page), *_seen(assert_fits, page)]
    show(page, PHONE, "dark")
    return [*faults, *_seen(assert_accessible, page), *_seen(assert_fits, page)]


def assert_good(page: Page, url: str = "") -> None:
    """`look` finds nothing."""
    faults = look(page, url)
    assert not faults, "\n".join(faults)


def show(page: Page, width: int, scheme: Any) -> None:
    """The open page so wide and in this scheme, once it is drawn."""
    page.evaluate(DRAWN)
    _size(page, width, scheme)
    page.evaluate(DRAWN)
    assert page.evaluate(STILL)


def _size(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT[width]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def _seen(check: Callable[..., None], page: Page, **options: Any) -> Iterator[str]:
    try:
        check(page, **options)
    except AssertionError as error:
        yield str(error)
