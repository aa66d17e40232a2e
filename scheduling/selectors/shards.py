"""What the shards of a run have come to together."""

from collections import Counter
from typing import Any

from scheduling.models import JobShard, RunState, ShardKind

_SUMS = (
    "classes_created",
    "students_processed",
    "teachers_processed",
    "progress_done",
    "queries",
)


def shard_sums(run_id: int) -> dict[str, Any]:
    """The progress of all shards of a run, as columns of the run."""
    rows = JobShard.objects.filter(run_id=run_id).order_by()
    found = list(rows.values("counts", "kind", "progress_total", *_SUMS))
    counts: Counter[str] = Counter()
    for row in found:
        counts.update(row["counts"])
    total = sum(row["progress_total"] for row in found if row["kind"] == ShardKind.PARALLEL)
    told: dict[str, Any] = {name: sum(row[name] for row in found) for name in _SUMS}
    # A series of another job that made way is counted where it did, and in no total.
    told["progress_done"] = min(told["progress_done"], total)
    return told | {"counts": dict(sorted(counts.items())), "progress_total": total}


def shards_done(run_id: int) -> tuple[int, int]:
    """How many shards a run has, and how many of them are done."""
    states = list(JobShard.objects.filter(run_id=run_id).order_by().values_list("state", flat=True))
    return len(states), states.count(RunState.SUCCEEDED)
