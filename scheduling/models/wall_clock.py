"""A time on the wall clock: classes begin and end on a minute."""

from typing import Any

from django.db import models

from .validators import validate_whole_minutes


class WallClockField(models.TimeField):
    """A time of day in whole minutes, refused beside its field.

    To migrations, as to the database, it is any time: they need not know of it.
    """

    default_validators = [validate_whole_minutes]

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TimeField", args, kwargs
