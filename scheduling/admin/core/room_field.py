"""The choice of a room in a form, which a studio without rooms does not see."""

from typing import Any

from django import forms

from scheduling.selectors.rooms import offered_rooms


def offer_rooms(form: forms.Form, current: int | None) -> None:
    """Offer the active rooms and ``current`` in the field ``room``; without rooms, remove it."""
    rooms = offered_rooms(current)
    if rooms.exists():
        field: Any = form.fields["room"]
        field.queryset = rooms
    else:
        del form.fields["room"]


def given_room(form: forms.Form) -> dict[str, Any]:
    """Return the chosen room, None for no room, as an argument; nothing without the field."""
    return {"room": form.cleaned_data["room"]} if "room" in form.fields else {}
