"""Rooms: their names, and which of them are free."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from scheduling.models import ClassStatus, Room, ScheduledClass

# No class is longer: a lower bound for the index of rooms.
LONGEST = timedelta(days=1)


def has_rooms() -> bool:
    """Return whether the studio has entered a room."""
    return Room.objects.exists()


def active_rooms() -> dict[int, str]:
    """Return the names of the active rooms by id, in the order of the names."""
    return dict(Room.objects.filter(is_active=True).values_list("id", "name"))


def rooms_to_choose() -> list[tuple[int, str, bool]]:
    """Return ``(id, name, active)`` of the rooms, active ones first."""
    rows = Room.objects.order_by("-is_active", "name", "id")
    return list(rows.values_list("id", "name", "is_active"))


def offered_rooms(current: int | None = None) -> QuerySet[Room]:
    """Return the active rooms, and the room ``current``."""
    return Room.objects.filter(Q(is_active=True) | Q(pk=current))


def room_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of rooms by id."""
    return dict(Room.objects.filter(id__among=list(ids)).order_by().values_list("id", "name"))


def rooms_free(starts_at: datetime, ends_at: datetime, ignore: int | None = None) -> list[Room]:
    """Return the active rooms without a stored class between two instants, by name.

    ``ignore`` is the id of a class that leaves its room.
    """
    busy = ScheduledClass.objects.filter(
        room__isnull=False,
        starts_at__lt=ends_at,
        starts_at__gt=starts_at - LONGEST,
        ends_at__gt=starts_at,
    ).exclude(Q(status=ClassStatus.CANCELLED) | Q(pk=ignore))
    return list(Room.objects.filter(is_active=True).exclude(id__in=busy.values("room_id")))
