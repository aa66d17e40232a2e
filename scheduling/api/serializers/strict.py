"""Bodies of requests: what isn't known is refused by name, never ignored."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from scheduling.domain.windows import FIRST_DATE, LAST_DATE

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses unknown fields: a typing error is not to pass as success."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is None and self.parent is None:
            # The framework's own sentence for it has no translation.
            text = _("The body has to be an object.")
            raise serializers.ValidationError({"non_field_errors": [text]})
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        refuse_unknown(self, data)
        return super().to_internal_value(data)


def refuse_unknown(serializer: serializers.BaseSerializer, data: Any) -> None:
    """Raise ValidationError naming the fields of ``data`` that ``serializer`` hasn't."""
    if isinstance(data, Mapping):
        unknown = sorted(str(name) for name in set(data) - set(serializer.fields))
        if unknown:
            raise serializers.ValidationError({name: [_("Unknown field.")] for name in unknown})


class StudioDateField(serializers.DateField):
    """``YYYY-MM-DD``, on a date that a studio may have classes on."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        # strptime would take 2026-1-2 and 2026-01- 2; a contract has one way to write a date.
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(value)
        if not FIRST_DATE <= day <= LAST_DATE:
            raise serializers.ValidationError(
                _("The date must lie between %(first)s and %(last)s.")
                % {"first": FIRST_DATE, "last": LAST_DATE}
            )
        return day


def read(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The checked body of ``request``; an empty one is an empty object."""
    # Without a body DRF gives an empty object; null, 0 and false are bodies, and no objects.
    checked = serializer(data=request.data, context={"request": request})
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)
