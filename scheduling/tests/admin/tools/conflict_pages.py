"""The pages of conflicts, of one lesson and of two rules."""

import html
from datetime import UTC, datetime

PAGE = "/admin/conflicts/"
NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)


def text_of(answer):
    assert answer.status_code == 200
    return html.unescape(" ".join(answer.content.decode().split()))


def page_of(slot, day=None):
    """Return the address of the conflict of a slot, or of its lesson on ``day``."""
    return f"{PAGE}recurring_slot/{slot.pk}/{f'{day}/' if day else ''}"
