"""The status card of the first page and of the background jobs."""

from collections.abc import Container
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import Links
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
    """The card; ``title`` and ``detail`` describe the first need, or state that all is well.

    ``is_of_run``: the first need is about a run, to which ``url`` leads.
    """

    level: Level
    title: str
    detail: str
    url: str
    action: str
    rest: list[Need]
    facts: list[str]
    is_of_run: bool = False


def status_card(
    status: Status, links: Links, cover: Coverage, elsewhere: Container[str] = ()
) -> StatusCard:
    """Return the card of ``status``, with the advice and links that the user may follow.

    The page shows the statements with the names ``elsewhere`` in another place.
    """
    statements = [each for each in status.needs if each.name not in elsewhere]
    needs = [Need(each.text, *action_of(each, links, cover)) for each in statements]
    if not needs:
        title = _("The jobs are up to date.") if status.needs else status.title
        return StatusCard(Level.OK, title, "", "", "", [], status.facts)
    first = statements[0]
    advice = first.advice if may_act(first.name, links) else ""
    detail = " ".join(filter(None, [first.detail, advice]))
    return StatusCard(
        first.level,
        first.text,
        detail,
        needs[0].url,
        needs[0].action,
        needs[1:],
        status.facts,
        first.run is not None,
    )
