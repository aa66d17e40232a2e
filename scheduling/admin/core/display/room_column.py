"""The column of the room, which a studio without rooms does not see."""

from typing import Any

from django.http import HttpRequest

from scheduling.admin.core.mixins import MixinBase
from scheduling.selectors.rooms import has_rooms


class RoomColumnMixin(MixinBase):
    """Leaves ``room_column`` out of the list while there is no room."""

    room_column = "room"

    def get_list_display(self, request: HttpRequest) -> Any:
        names = super().get_list_display(request)
        if self.room_column not in names or has_rooms():
            return names
        return [name for name in names if name != self.room_column]
