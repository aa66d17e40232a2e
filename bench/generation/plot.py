"""Plots of seconds over slots with logarithmic axes, as SVG without scripts and fonts."""

import math
from collections.abc import Sequence
from html import escape

Line = tuple[str, list[tuple[float, float]]]

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 40, 50
# Lines differ in dashes as well as in colour.
COLOURS = ("#0b57d0", "#5f6368", "#b3261e", "#146c2e", "#7b4397", "#a05a00", "#00687a", "#444746")
DASHES = ("", "6 4", "2 3", "9 3 2 3", "4 2", "12 4", "1 4", "6 2 1 2")


def draw(title: str, lines: Sequence[Line]) -> str:
    """Return the SVG. Each line is a name and its points (slots, seconds)."""
    points = [point for _name, line in lines for point in line]
    low_x, high_x = (pick(x for x, _y in points) for pick in (min, max))
    low = math.floor(math.log10(min(y for _x, y in points)))
    high = math.ceil(math.log10(max(y for _x, y in points)))
    span_x = math.log10(high_x / low_x) or 1

    def at(x: float, y: float) -> tuple[float, float]:
        across = math.log10(x / low_x) / span_x
        up = (math.log10(y) - low) / max(1, high - low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (
            HEIGHT - TOP - BOTTOM
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" fill="#202124">{escape(title)}</text>',
    ]
    for power in range(low, high + 1):
        x, y = at(low_x, 10**power)
        words = f"{10**power:,g} s"
        parts.append(
            f'<path d="M{x:.0f} {y:.1f}H{WIDTH - RIGHT}" stroke="#dadce0"/>'
            f'<text x="{x - 8:.0f}" y="{y + 4:.1f}" text-anchor="end" fill="#3c4043">{words}</text>'
        )
    for x_value in sorted({x for x, _y in points}):
        x, y = at(x_value, 10**low)
        parts.append(
            f'<text x="{x:.0f}" y="{y + 20:.0f}" text-anchor="middle" fill="#3c4043">'
            f"{x_value:,.0f} slots</text>"
        )
    ends = sorted((at(*line[-1])[1], number) for number, (_name, line) in enumerate(lines))
    label_y = TOP - 14.0
    for end, number in ends:
        name, line = lines[number]
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        places = [at(*point) for point in line]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        label_y = max(label_y + 16, end)
        parts.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"'
            f' stroke-dasharray="{dash}"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
        parts.append(
            f'<path d="M{places[-1][0] + 5:.1f} {end:.1f}L{WIDTH - RIGHT + 12} {label_y:.1f}"'
            f' stroke="{colour}" stroke-width="0.7"/>'
            f'<text x="{WIDTH - RIGHT + 16}" y="{label_y + 4:.1f}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
