"""Checks of a page in two layouts: wide and light, then narrow and dark without a reload."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page

from scheduling.tests.browser.conftest import DESKTOP, HEIGHT, PHONE

from .axe import assert_accessible, assert_fits

Layout = tuple[int, str]
LAYOUTS: Sequence[Layout] = ((DESKTOP, "light"), (PHONE, "dark"))
# The two layouts that `find_faults` does not cover, as parameters.
OTHER_LAYOUTS = (pytest.param(DESKTOP, True, marks=pytest.mark.soak), (PHONE, False))

# Disables transitions and waits until the new colours are drawn. With transitions, an element that
# inherits a colour would change only after its parent.
WAIT_UNTIL_DRAWN = """
async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, *::before, *::after { transition: none !important; }");
    document.adoptedStyleSheets = [sheet];
    for (let frame = 0; frame < 2; frame += 1) {
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    }
}
"""
# Those in a closed box wait until it is opened.
NO_TRANSITIONS = (
    "document.getAnimations().filter(item => item instanceof CSSTransition"
    " && item.effect.target.checkVisibility({contentVisibilityAuto: true})).length === 0"
)


def find_faults(page: Page, url: str = "", layouts: Sequence[Layout] = LAYOUTS) -> list[str]:
    """Return all faults of the page at ``url``, or of the open page, in each of ``layouts``."""
    if url:
        _set_layout(page, *layouts[0])
        page.goto(url)
    faults: list[str] = []
    for layout in layouts:
        set_layout(page, *layout)
        faults += [*_faults(assert_accessible, page), *_faults(assert_fits, page)]
    return faults


def assert_good(page: Page, url: str = "", layouts: Sequence[Layout] = LAYOUTS) -> None:
    """Fail if `find_faults` finds a fault."""
    faults = find_faults(page, url, layouts)
    assert not faults, "\n".join(faults)


def set_layout(page: Page, width: int, scheme: Any) -> None:
    """Give the open page this width and colour scheme; return once it is drawn."""
    page.evaluate(WAIT_UNTIL_DRAWN)
    _set_layout(page, width, scheme)
    page.evaluate(WAIT_UNTIL_DRAWN)
    assert page.evaluate(NO_TRANSITIONS)


def _set_layout(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT[width]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def _faults(check: Callable[..., None], page: Page, **options: Any) -> Iterator[str]:
    try:
        check(page, **options)
    except AssertionError as error:
        yield str(error)
