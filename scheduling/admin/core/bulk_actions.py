"""Doing one thing to several rows: how many it was done to, and why not to the others."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Each row is changed in a transaction of its own; more of them would outlast a request.
MOST_AT_ONCE = 500
MOST_NAMED = 10


def selected_rows(request: HttpRequest, rows: QuerySet[Any]) -> list[Any] | None:
    """The rows that were chosen; None, having said so, where they are too many."""
    found = list(rows[: MOST_AT_ONCE + 1])
    if len(found) <= MOST_AT_ONCE:
        return found
    text = _("That is more than %(most)d at once. Choose fewer; nothing was changed.")
    messages.error(request, text % {"most": MOST_AT_ONCE})
    return None


def apply_to_each(
    request: HttpRequest,
    rows: Sequence[Any],
    act: Callable[[Any], Any],
    said: Callable[[int], str],
) -> list[Any]:
    """Do ``act`` to each of ``rows``; answers those to which it was done.

    ``act`` raises ValidationError where a row refuses, or answers False where nothing had to be
    done. ``said`` words the number of rows that were changed.
    """
    done, same, refusals = [], 0, []
    for row in rows:
        name = str(row)
        try:
            if act(row) is False:
                same += 1
            else:
                done.append(row)
        except ValidationError as error:
            refusals.append(f"{name}: {' '.join(error.messages)}")
    if done:
        messages.success(request, said(len(done)))
    if same:
        text = ngettext("%(n)d needed no change.", "%(n)d needed no change.", same)
        messages.info(request, text % {"n": same})
    if refusals:
        _report(request, refusals)
    return done


def _report(request: HttpRequest, refusals: list[str]) -> None:
    for text in refusals[:MOST_NAMED]:
        messages.error(request, _("Not changed: %(why)s") % {"why": text})
    more = len(refusals) - MOST_NAMED
    if more > 0:
        text = ngettext("And %(n)d more, refused.", "And %(n)d more, refused.", more)
        messages.error(request, text % {"n": more})
