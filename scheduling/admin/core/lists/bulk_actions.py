"""Application of an action to several rows, with messages about the result."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Each row is changed in its own transaction: more rows would take longer than a request may.
MAX_ROWS = 500
MAX_NAMED = 10


def selected_rows(request: HttpRequest, rows: QuerySet[Any]) -> list[Any] | None:
    """Return the selected rows; None, with an error message, if they are too many."""
    found = list(rows[: MAX_ROWS + 1])
    if len(found) <= MAX_ROWS:
        return found
    text = _("More than %(most)d rows are selected. Select fewer; nothing was changed.")
    messages.error(request, text % {"most": MAX_ROWS})
    return None


def apply_to_each(
    request: HttpRequest,
    rows: Sequence[Any],
    action: Callable[[Any], Any],
    success_text: Callable[[int], str],
) -> list[Any]:
    """Call ``action`` with each row, show messages, and return the rows that were changed.

    ``action`` raises ValidationError if the change is not allowed, and returns False if no change
    was needed. ``success_text`` returns the message for a number of changed rows.
    """
    changed, unchanged, refusals = [], 0, []
    for row in rows:
        name = str(row)
        try:
            if action(row) is False:
                unchanged += 1
            else:
                changed.append(row)
        except ValidationError as error:
            refusals.append(f"{name}: {' '.join(error.messages)}")
    if changed:
        messages.success(request, success_text(len(changed)))
    if unchanged:
        text = ngettext("%(n)d needed no change.", "%(n)d needed no change.", unchanged)
        messages.info(request, text % {"n": unchanged})
    if refusals:
        _report(request, refusals)
    return changed


def _report(request: HttpRequest, refusals: list[str]) -> None:
    for text in refusals[:MAX_NAMED]:
        messages.error(request, _("Not changed: %(why)s") % {"why": text})
    more = len(refusals) - MAX_NAMED
    if more > 0:
        text = ngettext("And %(n)d more, not changed.", "And %(n)d more, not changed.", more)
        messages.error(request, text % {"n": more})
