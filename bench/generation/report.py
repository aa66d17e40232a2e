"""The tables and plots of bench/results/generation.md."""

import math
import re
from pathlib import Path
from typing import Any

from bench.environment import WEEKS

from . import plot
from .methods import METHODS

RESULTS = Path(__file__).resolve().parents[1] / "results"
NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
HEADS = {"first": "first run", "again": "nothing new", "next": "one day on"}
SHORT = {
    "ours": "ours",
    "limit": "ready rows sent",
    "sql": "pure SQL",
    "spelled": "bulk_create, every field",
    "bulk": "bulk_create, defaults",
    "lesson": "a SELECT per lesson",
    "student": "3 SELECTs per student",
    "scheduler": "django-scheduler",
}


def write(results: dict[str, Any], folder: Path = RESULTS) -> None:
    """Write ``generation.md`` and its plots into ``folder``."""
    drawn = []
    for vendor, name in NAMES.items():
        if len(results.get(vendor, {}).get("sizes", {})) < 2:
            continue
        for step, words in (("first", "First run"), ("again", "A run with nothing to do")):
            title = f"{words}, {name}: seconds over slots"
            (folder / f"{vendor}-{step}.svg").write_text(
                plot.draw(title, _lines(results[vendor], step))
            )
            drawn.append(f"![{title}]({vendor}-{step}.svg)")
    head = "# Generation compared with limits and alternatives\n\nMade by `python -m bench.table`."
    parts = [head, tables(results), *drawn]
    (folder / "generation.md").write_text("\n\n".join(parts) + "\n")


def _lines(result: dict[str, Any], step: str) -> list[plot.Line]:
    return [
        (SHORT[name], line)
        for name in METHODS
        if (line := [point for point in _points(result, name, step) if point[1] > 0])
    ]


def _points(result: dict[str, Any], name: str, step: str) -> list[tuple[float, float]]:
    """Return slots and seconds. The limit of a re-run is ``count(*)``."""
    found = []
    for slots, size in result["sizes"].items():
        steps = _steps(size, name)
        if step in steps:
            found.append((float(slots), steps[step]["seconds"]))
    return found


def _steps(size: dict[str, Any], name: str) -> dict[str, Any]:
    if name not in size["ways"]:
        return {}
    steps = size["ways"][name]["steps"]
    if name == "limit":
        return steps | {"again": size["ways"]["ours"]["steps"]["count"]}
    return steps


def tables(results: dict[str, Any]) -> str:
    """Return all tables as Markdown."""
    parts = []
    for vendor, result in results.items():
        parts.append(f"### {NAMES[vendor]}\n\n{result['server']}; {result['machine']}.")
        # Sizes without our method and its limit are omitted.
        sizes = {
            n: size for n, size in result["sizes"].items() if {"ours", "limit"} <= {*size["ways"]}
        }
        result = result | {"sizes": sizes}
        parts += [_size(int(slots), size) for slots, size in sizes.items()]
        if len(result["sizes"]) > 1:
            parts.append(_slopes(result))
        parts.append(_aims(vendor, result))
    return "\n\n".join(parts)


def _size(slots: int, size: dict[str, Any]) -> str:
    ours = size["ways"]["ours"]["steps"]
    rounds = "one round" if size["rounds"] == 1 else f"medians of {size['rounds']} rounds in turns"
    words = (
        f"**{slots:,} slots × {WEEKS} weeks**: {ours['first']['rows']:,} classes, "
        f"{ours['next']['rows']:,} more one day on; {rounds}, {size['date']}, "
        f"load {size['load']}."
    )
    if "healed" in ours:
        words += (
            " A class deleted and another one moved by plain SQL were found and repaired in "
            f"{_seconds(ours['healed']['seconds'])}."
        )
    rows = [
        "| | first run | rows/s | nothing new | one day on | one series changed "
        "| queries | memory, MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, method in METHODS.items():
        if name in size["ways"]:
            rows.append(_row(name, method.words, slots, size))
    return words + "\n\n" + "\n".join(rows)


def _row(name: str, words: str, slots: int, size: dict[str, Any]) -> str:
    measured, steps = size["ways"][name], _steps(size, name)
    limit = _steps(size, "limit")
    sampled = measured["sample"] < slots
    cells = []
    for step in HEADS:
        seconds = steps[step]["seconds"]
        ratio = seconds / limit[step]["seconds"]
        cells.append(f"{'~' if sampled else ''}{_seconds(seconds)} · {_number(ratio)} ×")
    first = steps["first"]
    cells.insert(1, _number(first["rows"] / first["seconds"]))
    changed = steps.get("changed")
    cells.append(
        f"{_seconds(changed['seconds'])}" if changed else "" if name == "limit" else "not seen"
    )
    queries = [_number(steps[step]["queries"]) for step in HEADS]
    cells.append("" if name == "limit" else " / ".join(queries))
    backend = measured["backend"]
    memory = f"{measured['python']:.0f}" if measured["python"] else "?"
    cells.append(memory + (f" + {backend:.0f}" if backend else ""))
    sample = f" (on {measured['sample']:,} slots)" if sampled else ""
    return f"| {words}{sample} | {' | '.join(cells)} |"


def _seconds(seconds: float) -> str:
    if seconds >= 100:
        return f"{seconds:,.0f} s"
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.3g} s"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}".removesuffix(".0")


def slope(points: list[tuple[float, float]]) -> float:
    """Return the exponent of the growth of cost by least squares; 1 is proportional growth."""
    logs = [(math.log(x), math.log(y)) for x, y in points if y > 0]
    middle_x = sum(x for x, _y in logs) / len(logs)
    middle_y = sum(y for _x, y in logs) / len(logs)
    over = sum((x - middle_x) * (y - middle_y) for x, y in logs)
    return over / sum((x - middle_x) ** 2 for x, _y in logs)


def _slopes(result: dict[str, Any]) -> str:
    rows = [
        "| slope of cost over size | first run | nothing new | one day on |",
        "|---|---|---|---|",
    ]
    for name, method in METHODS.items():
        if any(method.slots(int(slots)) < int(slots) for slots in result["sizes"]):
            continue  # scaled samples always grow proportionally
        lines = [_points(result, name, step) for step in HEADS]
        if all(len(line) > 1 for line in lines):
            cells = " | ".join(f"{slope(line):.2f}" for line in lines)
            words = re.sub(r"\*\*", "", method.words)
            rows.append(f"| {words} | {cells} |")
    return "\n".join(rows)


def _aims(vendor: str, result: dict[str, Any]) -> str:
    lines = []
    for slots, size in result["sizes"].items():
        ours, limit = _steps(size, "ours"), _steps(size, "limit")
        first = ours["first"]["seconds"] / limit["first"]["seconds"]
        most = 1.25 if vendor == "postgresql" else 1.5
        again = ours["again"]["seconds"] / limit["again"]["seconds"]
        if "bulk" not in size["ways"] or "spelled" not in size["ways"]:
            continue
        bulk = _steps(size, "bulk")["again"]["seconds"] / ours["again"]["seconds"]
        spelled = _steps(size, "spelled")["again"]["seconds"] / ours["again"]["seconds"]
        python = size["ways"]["ours"]["python"]
        lines.append(
            f"| {int(slots):,} | {first:.2f} × {_mark(first <= most)} | {again:.1f} × "
            f"{_mark(again <= 10)} | {_number(bulk)} × {_mark(bulk >= 40)} "
            f"({_number(spelled)} × with every field) | "
            + (f"{python:.0f} MB {_mark(python < 200)} |" if python else "? |")
        )
    most_words = "1.25 × of COPY" if vendor == "postgresql" else "1.5 × of `executemany`"
    head = (
        f"| aims: slots | first run ≤ {most_words} | re-run ≤ 10 × `count(*)` | "
        "re-run ≥ 40 × faster than `bulk_create` | memory < 200 MB |\n|---|---|---|---|---|"
    )
    found = "\n".join([head, *lines])
    points = _points(result, "ours", "first")
    if len(points) > 1:
        grows = slope(points)
        found += f"\n\nSlope of our first run ≤ 1.05: {grows:.2f} {_mark(grows <= 1.05)}."
    return found


def _mark(reached: bool) -> str:
    return "reached" if reached else "**missed**"
