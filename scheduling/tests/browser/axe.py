"""axe-core on a page: `assert_accessible(page)`. Injected by the debugger: CSP does not bar it."""

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

# Two fifths of its time go to reading the few colours of a page again for each element. A text that
# is no colour is not kept: to read it fails each time.
EACH_COLOUR_ONCE = """
(() => {
    const colour = axe.commons.color.Color.prototype, read = colour.parseString, known = new Map();
    colour.parseString = function (text) {
        if (known.has(text)) {
            [this.r, this.g, this.b, this.alpha] = known.get(text);
        } else {
            read.call(this, text);
            known.set(text, [this.r, this.g, this.b, this.alpha]);
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
    return Path(spec.origin).with_name("axe.min.js").read_text() + EACH_COLOUR_ONCE


def violations(
    page: Page, *, within: str | None = None, rules: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """What axe-core objects to on the page, or in the part that a selector names."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(source())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    # Without its own copies of the style sheets, which the policy would have to let in.
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate(
        "([within, options]) => axe.run(within || document, options).then(r => r.violations)",
        [within, options],
    )
    return list(found)


def report(found: list[dict[str, Any]]) -> str:
    lines = []
    for one in found:
        lines.append(f"  [{one['impact']}] {one['id']}: {one['help']}")
        for node in one["nodes"][:3]:
            why = [check["message"] for check in node["any"] + node["all"] + node["none"]]
            html = " ".join(node["html"].split())[:160]
            lines.append(f"      {' '.join(map(str, node['target']))}  {html}  {why[:1]}")
        if len(one["nodes"]) > 3:
            lines.append(f"      … and {len(one['nodes']) - 3} more")
    return "\n".join(lines)


def assert_accessible(page: Page, *, within: str | None = None, rules: Sequence[str] = ()) -> None:
    """WCAG 2.0 to 2.2 at levels A and AA, and axe's own best practices: nothing to object to."""
    found = violations(page, within=within, rules=rules)
    assert not found, f"{page.url} {page.viewport_size}:\n{report(found)}"


# Boxes that are wider than the page, and boxes that cut off what is in them.
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
    """The page as a whole does not scroll sideways (a table within it may), nor is it cut off."""
    found = page.evaluate(WIDE)
    assert not found, f"{page.url} {page.viewport_size}:\n" + "\n".join(found)
