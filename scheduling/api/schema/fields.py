"""Schemas of fields whose JSON is narrower than drf-spectacular's default."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from scheduling.domain.windows import FIRST_DATE, LAST_DATE

# 1970 to 2199: see FIRST_DATE and LAST_DATE.
DAY = {
    "type": "string",
    "format": "date",
    "pattern": "^(19[7-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}$",
    "description": f"A day from {FIRST_DATE} to {LAST_DATE}.",
}
TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class DayField(OpenApiSerializerFieldExtension):
    """``YYYY-MM-DD``, from ``FIRST_DATE`` to ``LAST_DATE``."""

    target_class = "scheduling.api.serializers.strict.StudioDateField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(DAY)


class ZoneField(OpenApiSerializerFieldExtension):
    """The name of an IANA time zone."""

    target_class = "scheduling.api.serializers.fields.TimeZoneField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "iana-time-zone", "example": "Europe/Madrid"}


class TimeField(OpenApiSerializerFieldExtension):
    """``HH:MM``; JSON Schema's ``time`` format requires seconds and an offset."""

    target_class = "rest_framework.fields.TimeField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(TIME)
