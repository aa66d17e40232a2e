"""Model fields for times in whole minutes and for normalised text."""

from typing import Any

from django import forms
from django.db import models

from scheduling.domain.typed_text import normalise_line

from .validators import validate_line, validate_lines, validate_whole_minutes


class MinuteTimeField(models.TimeField):
    """A time of day in whole minutes. Migrations treat it as a plain TimeField."""

    default_validators = [validate_whole_minutes]

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TimeField", args, kwargs


class LineInput(forms.CharField):
    """A form field for a line of text, which is normalised before it is validated."""

    default_validators = [validate_line]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return normalise_line(value) if isinstance(value, str) else value


def typed_lines(text: str) -> list[str]:
    """Return the lines of ``text`` that are not blank, normalised, each once."""
    lines = (normalise_line(line) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


class LinesField(models.TextField):
    """Text of several lines. Migrations treat it as a plain TextField."""

    default_validators = [validate_lines]

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class LineField(models.CharField):
    """A line of text, normalised before it is stored. Migrations treat it as a plain CharField."""

    default_validators = [validate_line]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return normalise_line(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": LineInput} | kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
