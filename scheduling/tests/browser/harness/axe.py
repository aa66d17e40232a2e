"""Accessibility checks with axe-core. The debugger injects its script, so CSP does not block it."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TAGS = (
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22a",
    "wcag22aa",
    "best-practice",
)

# axe-core parses the few colours of a page again for each element: 40 % of its time. This caches
# them. An invalid colour raises and is not cached.
COLOUR_CACHE = """
(() => {
    const colour = axe.commons.color.Color.prototype, read = colour.parseString, cache = new Map();
    colour.parseString = function (text) {
        if (cache.has(text)) {
            [this.r, this.g, this.b, this.alpha] = cache.get(text);
        } else {
            read.call(this, text);
            cache.set(text, [this.r, this.g, this.b, this.alpha]);
        }
        return this;
    };
})();
"""


@cache
def source() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("axe.min.js").read_text() + COLOUR_CACHE


def violations(
    page: Page, *, within: str | None = None, rules: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the violations that axe-core finds on the page, or in the selector ``within``."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(source())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    # Without preloading: the policy would block copies of the style sheets.
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate(
        "([within, options]) => axe.run(within || document, options).then(r => r.violations)",
        [within, options],
    )
    return list(found)


def format_violations(found: list[dict[str, Any]]) -> str:
    lines = []
    for violation in found:
        lines.append(f"  [{violation['impact']}] {violation['id']}: {violation['help']}")
        for node in violation["nodes"][:3]:
            reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
            html = " ".join(node["html"].split())[:160]
            lines.append(f"      {' '.join(map(str, node['target']))}  {html}  {reasons[:1]}")
        if len(violation["nodes"]) > 3:
            lines.append(f"      … and {len(violation['nodes']) - 3} more")
    return "\n".join(lines)


def assert_accessible(page: Page, *, within: str | None = None, rules: Sequence[str] = ()) -> None:
    """Fail on violations of WCAG 2.0 to 2.2 (levels A and AA) or of axe's best practices."""
    found = violations(page, within=within, rules=rules)
    assert not found, f"{page.url} {page.viewport_size}:\n{format_violations(found)}"


# Returns boxes that are wider than the page and boxes that cut off their content.
WIDE = """
() => {
    const width = document.documentElement.clientWidth;
    const name = (element) => element.cloneNode().outerHTML.slice(0, 150);
    const all = [...document.querySelectorAll("body, body *")];
    const cut = all.filter((element) => {
        const style = getComputedStyle(element);
        return ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis"
            && !element.matches("input, textarea, select, svg, svg *") && element.clientWidth > 50
            && element.scrollWidth > element.clientWidth + 1;
    });
    const scrolls = document.documentElement.scrollWidth > width;
    const wide = all.filter((element) => element.getBoundingClientRect().right > width + 1);
    return [...(scrolls ? ["the page scrolls sideways", ...wide.slice(0, 6).map(name)] : []),
        ...cut.map((element) => `cut off: ${name(element)}`)];
}
"""


def assert_fits(page: Page) -> None:
    """Fail if the page scrolls sideways (a table in it may) or content is cut off."""
    found = page.evaluate(WIDE)
    assert not found, f"{page.url} {page.viewport_size}:\n" + "\n".join(found)
