"""Who has which shard of a run, and how far they have come together.

Every change is an UPDATE on condition, as for runs: whoever comes second changes nothing.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F

from scheduling.jobs import claim
from scheduling.jobs.claim import guard_transaction
from scheduling.jobs.clock import DatabaseClock, database_now
from scheduling.jobs.process import this_process
from scheduling.jobs.rights import Claim, Joined, ShardClaim
from scheduling.models import JobRun, JobShard, RunState, ShardKind
from scheduling.selectors.shards import shard_sums

from .cutting import Lot

# How long a row may be locked by a process that was stopped in the middle of a COMMIT.
PATIENCE = timedelta(seconds=2)
HEAVY = ("lot", "carried")


def share_out(held: Claim, lots: list[Lot], today: str) -> bool:
    """Store ``lots`` as shards of the run, and one for what is left at the end.

    False, and nothing is stored, while another run that is cut is active: shards share the turn
    with those of their own run alone.
    """
    total = sum(lot.size for lot in lots)
    rows = [
        JobShard(
            run_id=held.run_id,
            number=number,
            kind=ShardKind.PARALLEL,
            lot=lot.json(),
            progress_total=lot.size,
        )
        for number, lot in enumerate(lots, 1)
    ]
    rows.append(JobShard(run_id=held.run_id, number=len(lots) + 1, kind=ShardKind.LAST))
    with transaction.atomic():
        guard_transaction()  # two runs never look for each other at the same time
        others = JobRun.objects.filter(state=RunState.RUNNING, shard_count__gt=0)
        if any(not claim.is_dead(run) for run in others.exclude(id=held.run_id)):
            return False
        JobShard.objects.bulk_create(rows)
        options = JobRun.objects.values_list("options", flat=True).get(id=held.run_id)
        claim.fence(
            held,
            shard_count=len(rows),
            progress_total=total,
            options=options | {"today": today},
        )
    return True


def join(run_id: int) -> Joined | None:
    """The right to work for a run that is cut; None once it is over."""
    run = JobRun.objects.filter(id=run_id, state=RunState.RUNNING, shard_count__gt=0).first()
    return None if run is None or run.token is None else Joined(run.pk, run.token)


def take(run_id: int) -> tuple[ShardClaim, JobShard] | None:
    """The next shard that nobody has, or whose worker is gone or silent; None where there is none.

    The last one is to be had when all the others are done.
    """
    shards = list(JobShard.objects.filter(run_id=run_id).defer(*HEAVY).order_by("number"))
    silent_since = database_now() - claim.SILENCE
    beside = [shard for shard in shards if shard.kind == ShardKind.PARALLEL]
    if all(shard.state == RunState.SUCCEEDED for shard in beside):
        beside = [shard for shard in shards if shard.kind == ShardKind.LAST]
    free = [shard for shard in beside if shard.state == RunState.QUEUED]
    lost = [
        shard
        for shard in beside
        if shard.state == RunState.RUNNING
        and (claim.has_left(shard) or (shard.heartbeat and shard.heartbeat < silent_since))
    ]
    for shard in (*free, *lost):
        if (held := _seize(shard)) is not None:
            return held, JobShard.objects.get(pk=shard.pk)
    return None


def _seize(shard: JobShard) -> ShardClaim | None:
    held = ShardClaim(shard.run_id, uuid.uuid4(), shard.pk)
    same = JobShard.objects.filter(id=shard.pk, state=shard.state, token=shard.token).order_by()
    if shard.state == RunState.RUNNING and not claim.has_left(shard):
        same = same.filter(heartbeat__lt=database_now() - claim.SILENCE)
    claim.hold(held)
    try:
        with transaction.atomic():
            _wait_no_longer_than(PATIENCE)
            seized = same.update(**claim.begun_here(held), attempts=F("attempts") + 1)
    except OperationalError:  # its worker was stopped between its fence and its COMMIT
        seized = 0
    if not seized:
        claim.release(held)
        return None
    return held


def know_the_last(held: ShardClaim, lot: Lot) -> None:
    """Write down once and for all what the last shard has to do. Raises FencedError."""
    claim.fence(held, lot=lot.json(), progress_total=lot.size)


def finish(held: ShardClaim, **progress: Any) -> bool:
    """All of the shard's chunks are committed."""
    return claim.finish(held, RunState.SUCCEEDED, **progress)


def put_back(held: ShardClaim) -> bool:
    """Leave the shard, as far as it has come, to whoever takes it next."""
    return held.rows().update(state=RunState.QUEUED, heartbeat=DatabaseClock()) == 1


def done(run_id: int) -> bool:
    """Whether every shard of the run is done."""
    return not (JobShard.objects.filter(run_id=run_id).exclude(state=RunState.SUCCEEDED).exists())


def add_up(held: Claim) -> bool:
    """Bring the run's own row up to date, and sign it. False if the run is over.

    Whoever is at it does so now and then; where another is just doing it, nothing is done.
    """
    me = this_process()
    try:
        with transaction.atomic():
            row = held.rows().select_for_update(nowait=True, no_key=True).values("id").first()
            if row is None:
                return False
            held.rows().update(
                heartbeat=DatabaseClock(), host=me.host, process=me.mark, **shard_sums(held.run_id)
            )
    except OperationalError:
        return True
    return True


def left_to_the_last(run_id: int) -> tuple[list[Lot], list[dict[str, Any]]]:
    """The lots of the parallel shards, and what each of them carried to its end."""
    rows = JobShard.objects.filter(run_id=run_id, kind=ShardKind.PARALLEL).order_by("number")
    lots, carried = [], []
    for lot, hand in rows.values_list("lot", "carried"):
        lots.append(Lot.of(lot))
        carried.append(hand)
    return lots, carried


def _wait_no_longer_than(patience: timedelta) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {patience // claim.MILLISECOND}")
