"""The report of a load test in Markdown."""

from dataclasses import dataclass

from bench import environment

from .concurrency import Level
from .queries import MAX_QUERIES
from .workload import Operation


@dataclass(frozen=True, slots=True)
class Report:
    """``few`` and ``many``: the queries of each operation in a small and in the large studio."""

    asks: list[Operation]
    few: dict[str, int]
    many: dict[str, int]
    levels: list[Level]
    size: str
    indexes: str

    @property
    def too_many(self) -> list[str]:
        """Operations with too many queries, or more in a larger studio."""
        return [
            f"{name}: {self.few[name]} queries in a small studio, {count} in the large one"
            for name, count in self.many.items()
            if count > MAX_QUERIES or count > self.few[name]
        ]

    @property
    def wrong(self) -> list[str]:
        """Every unexpected response."""
        return [f"{level.clients} clients: {text}" for level in self.levels for text in level.wrong]

    @property
    def failed(self) -> bool:
        return bool(self.wrong or self.too_many)

    def row(self, ask: Operation) -> str:
        """Return a line: name, queries, kilobytes, and p50 and p99 for each number of clients."""
        size = max(self.levels[0].times[ask.name].sizes) / 1000
        cells = [ask.name, str(self.many[ask.name]), f"{size:.0f}" if size >= 1 else f"{size:.1f}"]
        for level in self.levels:
            times = level.times[ask.name]
            cells.append(f"{times.p50:.0f} / {times.p99:.0f}")
        return f"| {' | '.join(cells)} |"

    def totals(self) -> list[str]:
        """Return a sentence about each number of clients."""
        return [
            f"{level.clients} client{'s' if level.clients > 1 else ''}: {level.asked:,} requests, "
            f"{level.a_second:.1f} a second, {len(level.wrong)} errors"
            for level in self.levels
        ]

    def markdown(self) -> str:
        """Return the report."""
        heads = "".join(f" {level.clients} |" for level in self.levels)
        lines = [
            environment.heading("Pages and calls under load", "bench.load"),
            f"{self.size}. {'. '.join(self.totals())}.",
            "",
            f"| p50 / p99 in milliseconds, by clients | queries | kB |{heads}",
            "|---|---|---|" + "---|" * len(self.levels),
            *map(self.row, self.asks),
            "",
            "## Indexes",
            "",
            self.indexes,
        ]
        return "\n".join(lines)
