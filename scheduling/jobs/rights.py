"""What allows a process to write as a run, or as one shard of it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from scheduling.models import JobRun, JobShard, RunState


class FencedError(Exception):
    """This run was taken for dead, or ended, by another: nothing more may be written by it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write as a run: its id and the token that proves it."""

    run_id: int
    token: uuid.UUID

    def rows(self) -> QuerySet[Any]:
        """The run, as long as it is still ours and running."""
        return JobRun.objects.filter(
            id=self.run_id, token=self.token, state=RunState.RUNNING
        ).order_by()


@dataclass(frozen=True, slots=True)
class Joined(Claim):
    """The same right, lent to a worker that has come to help with a run that is cut."""


@dataclass(frozen=True, slots=True)
class ShardClaim(Claim):
    """The right to write as one shard of a run: its own number and token, while the run is on."""

    shard_id: int

    def rows(self) -> QuerySet[Any]:
        """The shard, as long as it is ours and its run is running.

        Shards share the lock of the run's row, so that they never wait for each other; who ends
        the run waits for the chunks that are about to be committed.
        """
        lock = "FOR SHARE" if connection.vendor == "postgresql" else ""
        goes_on = RawSQL(
            f"EXISTS (SELECT 1 FROM {JobRun._meta.db_table} WHERE id = %s AND state = %s {lock})",
            [self.run_id, RunState.RUNNING.value],
            output_field=BooleanField(),
        )
        mine = JobShard.objects.filter(
            goes_on, id=self.shard_id, token=self.token, state=RunState.RUNNING
        )
        return mine.order_by()
