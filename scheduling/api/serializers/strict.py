"""Request bodies that refuse unknown fields."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from scheduling.domain.windows import FIRST_DATE, LAST_DATE

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses unknown fields, so that a misspelt field is not ignored."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is None and self.parent is None:
            # DRF's own message is not translated.
            text = _("The body must be an object.")
            raise serializers.ValidationError({"non_field_errors": [text]})
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        refuse_unknown(self, data)
        return super().to_internal_value(data)


def refuse_unknown(serializer: serializers.BaseSerializer, data: Any) -> None:
    """Raise ValidationError naming the fields of ``data`` that ``serializer`` lacks."""
    if isinstance(data, Mapping):
        unknown = sorted(str(name) for name in set(data) - set(serializer.fields))
        if unknown:
            raise serializers.ValidationError({name: [_("Unknown field.")] for name in unknown})


class StudioDateField(serializers.DateField):
    """``YYYY-MM-DD``, from ``FIRST_DATE`` to ``LAST_DATE``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        # strptime accepts 2026-1-2 and 2026-01- 2, too.
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(value)
        if not FIRST_DATE <= day <= LAST_DATE:
            raise serializers.ValidationError(
                _("The date must lie between %(first)s and %(last)s.")
                % {"first": FIRST_DATE, "last": LAST_DATE}
            )
        return day


def read(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """Return the validated body of ``request``. A missing body counts as an empty object."""
    checked = serializer(data=request.data, context={"request": request})
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)
