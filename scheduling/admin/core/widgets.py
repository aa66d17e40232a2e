"""Form widgets of the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from scheduling.domain.typed_text import is_row_id
from scheduling.models import RecurringSlot


class PersonSelect(AutocompleteSelect):
    """A select with autocompletion by name; an invalid ID in the URL selects nobody."""

    def __init__(self, name: str) -> None:
        super().__init__(RecurringSlot._meta.get_field(name), admin.site)

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        ids = [text for text in value if is_row_id(text)]
        return super().optgroups(name, ids, attrs)


class LoadedRowSelect(AutocompleteSelect):
    """An autocomplete select of a related row that uses ``loaded`` instead of a query."""

    loaded: Any = None

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        if self.loaded is None or list(map(str, value)) != [str(self.loaded.pk)]:
            return super().optgroups(name, value, attrs)
        label = self.choices.field.label_from_instance(self.loaded)
        blank = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        chosen = self.create_option(name, self.loaded.pk, label, True, len(blank))
        return [(None, [*blank, chosen], 0)]
