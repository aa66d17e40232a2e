"""The rooms of the demo studio: one for each teacher in Madrid or London; the others teach online.

One more, the hall, is free.
"""

from collections.abc import Iterable

from scheduling.db.bulk_insert import insert
from scheduling.domain.typed_text import caseless_key
from scheduling.models import Room
from scheduling.models.rooms import rooms_named

from .teachers import ZONES

_ON_SITE = ("Europe/Madrid", "Europe/London")


def has_room(teacher: int) -> bool:
    """Return whether the teacher number ``teacher``, from 0, teaches in a room."""
    return ZONES[teacher % len(ZONES)][0] in _ON_SITE


def load_rooms(seed: int, teachers: Iterable[int]) -> tuple[dict[int, int], int]:
    """Create the missing rooms; return their ids by the number of the teacher, and how many."""
    on_site = [number for number in teachers if has_room(number)]
    names = {number: _name(seed, f"Room {position}") for position, number in enumerate(on_site, 1)}
    wanted = dict.fromkeys(names.values(), 6) | {_name(seed, "Hall"): 30}
    ids = dict(rooms_named(wanted).values_list("name_key", "id"))
    new = [
        Room(name=name, name_key=caseless_key(name), capacity=capacity)
        for name, capacity in wanted.items()
        if caseless_key(name) not in ids
    ]
    ids |= {row.name_key: row.pk for row in insert(new)}
    return {number: ids[caseless_key(name)] for number, name in names.items()}, len(new)


def _name(seed: int, name: str) -> str:
    """Return the name, with the seed unless it is the default: rooms of studios differ."""
    return name if seed == 1 else f"{name} · {seed}"
