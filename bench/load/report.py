"""What was measured, as a table for the terminal and as a section of docs/performance.md."""

import re
from dataclasses import dataclass
from pathlib import Path

from .asks import Ask
from .levels import Level
from .queries import MOST

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
PAGES = ("<!-- bench.load -->", "<!-- end of bench.load -->")
INDEXES = ("<!-- indexes of bench.load -->", "<!-- end of indexes -->")


@dataclass(frozen=True, slots=True)
class Report:
    """``few`` and ``many``: queries of each ask in a small studio and in the large one."""

    asks: list[Ask]
    few: dict[str, int]
    many: dict[str, int]
    levels: list[Level]
    size: str
    indexes: str

    @property
    def too_many(self) -> list[str]:
        """What takes more queries than it may, or more in a larger studio."""
        return [
            f"{name}: {self.few[name]} queries in a small studio, {count} in the large one"
            for name, count in self.many.items()
            if count > MOST or count > self.few[name]
        ]

    @property
    def wrong(self) -> list[str]:
        """Every answer that was not the one expected."""
        return [f"{level.clients} clients: {one}" for level in self.levels for one in level.wrong]

    @property
    def failed(self) -> bool:
        return bool(self.wrong or self.too_many)

    def rows(self) -> list[list[str]]:
        """Name, queries, kilobytes, and for each level the median and the 99th percentile."""
        found = []
        for ask in self.asks:
            cells = [ask.name, str(self.many[ask.name])]
            size = max(self.levels[0].times[ask.name].sizes) / 1000
            cells.append(f"{size:.0f}" if size >= 1 else f"{size:.1f}")
            for level in self.levels:
                times = level.times[ask.name]
                cells += [f"{times.p50:.0f}", f"{times.p99:.0f}"]
            found.append(cells)
        return found

    def in_all(self) -> list[str]:
        """A sentence about each level."""
        return [
            f"{level.clients} client{'s' if level.clients > 1 else ''}: {level.asked:,} requests, "
            f"{level.a_second:.1f} a second, {len(level.wrong)} errors"
            for level in self.levels
        ]

    def plain(self) -> str:
        """For the terminal."""
        heads = "".join(f"{f'p50 at {level.clients}':>10}{'p99':>8}" for level in self.levels)
        lines = [f"{'milliseconds':40}{'queries':>8}{'kB':>7}{heads}"]
        for name, queries, size, *times in self.rows():
            both = zip(times[::2], times[1::2], strict=True)
            numbers = "".join(f"{half:>10}{most:>8}" for half, most in both)
            lines.append(f"{name:40}{queries:>8}{size:>7}{numbers}")
        return "\n".join([*lines, "", *self.in_all(), *self.too_many, *sorted(set(self.wrong))])

    def markdown(self) -> str:
        """For the document."""
        heads = "".join(f" {level.clients} |" for level in self.levels)
        lines = [f"{self.size}. {'. '.join(self.in_all())}.", ""]
        lines += [f"| p50 / p99 in milliseconds, by clients | queries | kB |{heads}"]
        lines += ["|---|---|---|" + "---|" * len(self.levels)]
        for name, queries, size, *times in self.rows():
            both = zip(times[::2], times[1::2], strict=True)
            numbers = "".join(f" {half} / {most} |" for half, most in both)
            lines.append(f"| {name} | {queries} | {size} |{numbers}")
        return "\n".join(lines)

    def write(self) -> None:
        """Put both tables between their marks in the document."""
        text = PAGE.read_text()
        for (begin, end), table in ((PAGES, self.markdown()), (INDEXES, self.indexes)):
            kept = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
            if not kept.search(text):
                raise SystemExit(f"{PAGE.name} has no place for this: {begin} … {end}")
            section = f"{begin}\n{table}\n{end}"
            text = kept.sub(lambda _found, section=section: section, text)
        PAGE.write_text(text)
