"""Rooms."""

from typing import Any

from rest_framework import serializers

from scheduling.models import Room
from scheduling.models.rooms import SAME_NAME, rooms_named

from .base import ResourceSerializer
from .fields import BooleanField, IntegerField, RelatedIdField, StringField


def room_field() -> RelatedIdField:
    """Return the field ``room`` of a weekly lesson or a class."""
    text = "Null: none, as for a lesson online."
    return RelatedIdField(
        queryset=Room.objects.all(), required=False, allow_null=True, help_text=text
    )


class RoomSerializer(ResourceSerializer):
    """A room. No two have the same name, whatever its case."""

    id = serializers.IntegerField(read_only=True)
    name = StringField(max_length=100)
    capacity = IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=32767,
        help_text="The number of students that it holds.",
    )
    is_active = BooleanField(
        required=False, help_text="A room that is not active is not offered; lessons keep it."
    )

    def validate_name(self, name: str) -> str:
        own: Any = getattr(self.instance, "pk", None)
        if rooms_named([name]).exclude(pk=own).exists():
            raise serializers.ValidationError(SAME_NAME)
        return name
