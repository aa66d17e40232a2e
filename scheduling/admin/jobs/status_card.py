"""The card with the status, on the first page and on that of the background jobs."""

from dataclasses import dataclass

from scheduling.admin.core.links import Links
from scheduling.jobs.monitoring.coverage import Coverage
from scheduling.jobs.monitoring.status import Level, Status

from .health import action_of, may_act


@dataclass(frozen=True, slots=True)
class Need:
    """A sentence that needs a person; ``url``: where to act, ``action``: what that link says."""

    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class StatusCard:
    """``title`` and ``detail`` are about the first need, or say that all is well."""

    level: Level
    title: str
    detail: str
    url: str
    action: str
    rest: list[Need]
    facts: list[str]


def status_card(status: Status, links: Links, cover: Coverage) -> StatusCard:
    """What a template draws of ``status``, with the advice and the links of use to the reader."""
    needs = [Need(one.text, *action_of(one, links, cover)) for one in status.needs]
    first = needs[0] if needs else Need(status.title, "", "")
    detail = ""
    if needs:
        one = status.needs[0]
        detail = " ".join(
            filter(None, [one.detail, one.advice if may_act(one.name, links) else ""])
        )
    return StatusCard(
        status.level, status.title, detail, first.url, first.action, needs[1:], status.facts
    )
