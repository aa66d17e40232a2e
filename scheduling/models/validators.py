"""Validators of single fields."""

from datetime import time

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from scheduling.domain.typed_text import control_character
from scheduling.domain.wallclock import is_zone


def validate_time_zone(value: str) -> None:
    """Raise ValidationError unless ``value`` is the name of an IANA time zone."""
    if not is_zone(value):
        raise ValidationError(
            _("“%(value)s” is not a time zone. Use an IANA name such as Europe/Madrid."),
            code="time_zone",
            params={"value": value},
        )


def validate_whole_minutes(value: time) -> None:
    """Raise ValidationError for a time with seconds."""
    if value.second or value.microsecond:
        raise ValidationError(
            _("Write the time in whole minutes, without seconds."), code="whole_minutes"
        )


def validate_line(value: str) -> None:
    """Raise ValidationError for a line of text with a control character or line break."""
    if found := control_character(value):
        raise ValidationError(
            _("Remove the control character or line break (U+%(code)s) from this text."),
            code="control_character",
            params={"code": f"{ord(found):04X}"},
        )


def validate_lines(value: str) -> None:
    """Raise ValidationError for a control character other than a tab or line break."""
    if found := control_character(value, several_lines=True):
        raise ValidationError(
            _("Remove the control character (U+%(code)s) from this text."),
            code="control_character",
            params={"code": f"{ord(found):04X}"},
        )
