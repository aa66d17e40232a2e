"""Form widgets of the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from scheduling.models import RecurringSlot


class PersonSelect(AutocompleteSelect):
    """A select with autocompletion by name; an invalid ID in the URL selects nobody."""

    def __init__(self, name: str) -> None:
        super().__init__(RecurringSlot._meta.get_field(name), admin.site)

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        ids = [text for text in value if text.isascii() and text.isdigit() and len(text) < 19]
        return super().optgroups(name, ids, attrs)
