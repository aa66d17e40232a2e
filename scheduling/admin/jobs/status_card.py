"""The status card of the first page and of the background jobs."""

from dataclasses import dataclass

from scheduling.admin.core.links import Links
from scheduling.jobs.monitoring.coverage import Coverage
from scheduling.jobs.monitoring.status import Level, Status

from .health import action_of, may_act


@dataclass(frozen=True, slots=True)
class Need:
    """A sentence that calls for action; ``url`` and ``action`` are the link to act and its text."""

    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class StatusCard:
    """The card; ``title`` and ``detail`` describe the first need, or state that all is well."""

    level: Level
    title: str
    detail: str
    url: str
    action: str
    rest: list[Need]
    facts: list[str]


def status_card(status: Status, links: Links, cover: Coverage) -> StatusCard:
    """Return the card of ``status``, with the advice and links that the user may follow."""
    needs = [Need(need.text, *action_of(need, links, cover)) for need in status.needs]
    first = needs[0] if needs else Need(status.title, "", "")
    detail = ""
    if needs:
        statement = status.needs[0]
        advice = statement.advice if may_act(statement.name, links) else ""
        detail = " ".join(filter(None, [statement.detail, advice]))
    return StatusCard(
        status.level, status.title, detail, first.url, first.action, needs[1:], status.facts
    )
