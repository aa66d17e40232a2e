"""The backlog: what waits for a run, a worker, the mail server or a person, counted now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import ngettext

from scheduling.models import Incident, Job, MessageState, RunState
from scheduling.selectors.messages import message_counts, recently_undelivered

from .callers import Callers
from .coverage import A_PAGE, coverage
from .health_texts import issue
from .recent_runs import RecentRuns


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is not done. Only missing classes are an incident; the rest is everyday work.

    ``missing``: the classes that the last due run of each job should have created. If more than
    ``A_PAGE`` classes are missing, this and ``conflicts`` are lower bounds. ``clashes``: the
    pairs of weekly lessons with ``conflicts``. ``messages``: the e-mails by kind and state.
    ``undelivered``: those that need a person. ``queued``: the runs that wait for a worker.
    ``open_incidents``: kind and job of the incidents that the watch has recorded and that are not
    over.
    """

    missing: dict[Job, int] = field(default_factory=dict)
    conflicts: int = 0
    clashes: int = 0
    messages: list[tuple[str, str, int]] = field(default_factory=list)
    undelivered: int = 0
    queued: int = 0
    open_incidents: list[tuple[str, str]] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """The number of e-mails that wait to be sent."""
        return sum(n for _kind, state, n in self.messages if state == MessageState.WAITING)

    def warnings(self) -> Iterator[str]:
        """Yield a sentence about each thing that needs a person, without being an incident."""
        if self.clashes:
            yield issue("unresolved_conflicts", self.clashes)
        if n := self.undelivered:
            yield ngettext(
                "%(n)d e-mail may not have arrived.", "%(n)d e-mails may not have arrived.", n
            ) % {"n": n}
        if n := self.queued:
            yield ngettext("%(n)d run waits for a worker.", "%(n)d runs wait for a worker.", n) % {
                "n": n
            }


def backlog(
    now: datetime, callers: Callers | None = None, recent: RecentRuns | None = None
) -> Backlog:
    """Return the backlog at ``now``, in a constant number of queries.

    ``callers`` and ``recent`` save queries if already read.
    """
    active = (recent or RecentRuns(now)).active
    cover = coverage(now, callers, A_PAGE)
    return Backlog(
        missing=dict(cover.overdue),
        conflicts=len(cover.conflicts),
        clashes=cover.clashes,
        messages=message_counts(),
        undelivered=recently_undelivered(now),
        queued=sum(run.state == RunState.QUEUED for run in active),
        open_incidents=list(
            Incident.objects.filter(over_at__isnull=True).order_by("id").values_list("kind", "job")
        ),
    )
