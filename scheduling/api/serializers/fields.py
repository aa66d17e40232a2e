"""Fields that accept only the matching JSON type, such as ``true`` but not "yes"."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling.domain.typed_text import normalise_line
from scheduling.models.validators import validate_line, validate_lines, validate_time_zone

LARGEST_ID = 2**63 - 1
ID = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_NUMBER = re.compile(r"-?[0-9]{1,19}")


class StringField(serializers.CharField):
    """A line of text, normalised as in the admin."""

    def to_internal_value(self, data: Any) -> Any:
        _check_text(self, data)
        line = normalise_line(super().to_internal_value(data))
        validate_line(line)
        if not line and not self.allow_blank:
            self.fail("blank")
        return line


class TextField(serializers.CharField):
    """Text of several lines."""

    def to_internal_value(self, data: Any) -> Any:
        _check_text(self, data)
        text = super().to_internal_value(data)
        validate_lines(text)
        return text


class EmailField(serializers.EmailField):
    """An e-mail address."""

    def to_internal_value(self, data: Any) -> Any:
        _check_text(self, data)
        return super().to_internal_value(data)


def _check_text(field: serializers.CharField, data: Any) -> None:
    """Refuse anything but a string of at most ``max_length``, counted before trimming."""
    if not isinstance(data, str):
        field.fail("invalid")
    if field.max_length is not None and len(data) > field.max_length:
        field.fail("max_length", max_length=field.max_length)


class TimeZoneField(StringField):
    """The name of an IANA time zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, trim_whitespace=False, **kwargs)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        # Last, because its message quotes the value, which the other validators have checked.
        validate_time_zone(value)


class BooleanField(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def parse_integer(data: Any) -> int | None:
    """Return ``data`` as an integer, or None. ``5.0`` is accepted, ``"5"`` and ``true`` are not."""
    if isinstance(data, float) and data.is_integer():
        return int(data)
    return data if isinstance(data, int) and not isinstance(data, bool) else None


class IntegerField(serializers.IntegerField):
    """An integer."""

    def to_internal_value(self, data: Any) -> Any:
        number = parse_integer(data)
        if number is None:
            self.fail("invalid")
        return number


class PriceField(serializers.DecimalField):
    """An amount in the studio's currency, as a number with at most two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=9, decimal_places=2, min_value=0, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        return super().to_internal_value(data)


class TimeField(serializers.TimeField):
    """``HH:MM``, 00:00 to 23:59."""

    default_error_messages = {
        "invalid": gettext_lazy("Write the time as HH:MM, from 00:00 to 23:59.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        # strptime accepts 9:5, too.
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            self.fail("invalid")
        return super().to_internal_value(value)


@extend_schema_field(ID)
class RelatedIdField(serializers.PrimaryKeyRelatedField):
    """The ID of a row of another table."""

    default_error_messages = {"incorrect_type": gettext_lazy("Enter an ID as a number.")}

    def to_internal_value(self, data: Any) -> Any:
        # A lookup by 1.5 would find 1, and a lookup by infinity would raise an error.
        number = parse_integer(data)
        if number is None:
            self.fail("incorrect_type")
        row = self.get_queryset().filter(pk=number).first()
        if row is None:
            raise serializers.ValidationError(
                _("There is no %(model)s with this ID.")
                % {"model": self.get_queryset().model._meta.verbose_name}
            )
        return row


class QueryIntegerField(serializers.IntegerField):
    """An integer in a query string."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not _NUMBER.fullmatch(data):
            self.fail("invalid")
        return int(data)


@extend_schema_field(ID)
class QueryIdField(QueryIntegerField):
    """The ID of a row in a query string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class QueryBooleanField(serializers.BooleanField):
    """``true`` or ``false`` in a query string."""

    def to_internal_value(self, data: Any) -> Any:
        if data not in ("true", "false"):
            raise serializers.ValidationError(_("Choose from: true, false."))
        return bool(data == "true")
