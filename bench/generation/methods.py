"""The methods that are measured."""

from dataclasses import dataclass

BOTH = ("postgresql", "sqlite")


@dataclass(frozen=True)
class Method:
    """A method. ``sample``: the maximum number of slots measured, scaled up; 0 for all."""

    name: str
    words: str
    table: str
    sample: int = 0
    vendors: tuple[str, ...] = BOTH
    settings: str = "classtracker.settings"

    def slots(self, slots: int) -> int:
        """Return the number of slots measured for a studio with ``slots`` slots."""
        return min(slots, self.sample) if self.sample else slots


METHODS = {
    method.name: method
    for method in (
        Method("ours", "**a run of ours**, from claim to log", "classes"),
        Method("limit", "ready rows by COPY (on SQLite `executemany`); `count(*)`", "classes_copy"),
        Method(
            "sql",
            "`INSERT … SELECT` from `generate_series`, anti-join",
            "classes_copy",
            vendors=("postgresql",),
        ),
        Method(
            "spelled", "`bulk_create(ignore_conflicts=True)`, every field", "classes_peer", 2_000
        ),
        Method("bulk", "the same, fields left to their defaults", "classes_peer", 1_000),
        Method("lesson", "a SELECT per lesson", "classes_peer", 200),
        Method("student", "three SELECTs and an INSERT per student", "classes_peer", 500),
        Method(
            "scheduler",
            "django-scheduler, occurrences saved",
            "schedule_occurrence",
            200,
            settings="bench.generation.scheduler_settings",
        ),
    )
}
