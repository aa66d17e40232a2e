"""TODO."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from scheduling.models import RecurringSlot


class PersonSelect(AutocompleteSelect):
    """A person by typing the name; a number that is none, in an address, chooses nobody."""

    def __init__(self, name: str) -> None:
        super().__init__(RecurringSlot._meta.get_field(name), admin.site)

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        numbers = [each for each in value if each.isascii() and each.isdigit() and len(each) < 19]
        return super().optgroups(name, numbers, attrs)
