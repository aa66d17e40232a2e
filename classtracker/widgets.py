"""The admin's inputs of dates and times: the browser's own.

They have names, work by keyboard and on a phone, and write dates as the reader does; Django's
pop-ups do none of it.
"""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.db import models


class DateInput(forms.DateInput):
    """`<input type="date">`, which knows ISO dates alone, whatever the language."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.strftime("%Y-%m-%d") if isinstance(value, date) else value


class TimeInput(forms.TimeInput):
    """`<input type="time">`, with seconds only where there are some."""

    input_type = "time"

    def format_value(self, value: Any) -> Any:
        if isinstance(value, time | datetime):
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        return value


class SplitDateTime(forms.SplitDateTimeWidget):
    """A date and a time, each with a label of its own."""

    template_name = "admin/widgets/split_datetime.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        forms.MultiWidget.__init__(self, (DateInput(), TimeInput(attrs={"step": 1})), attrs)


def use_native_inputs() -> None:
    """For every table of every application: the defaults of all ModelAdmins and their inlines."""
    FORMFIELD_FOR_DBFIELD_DEFAULTS.update(
        {
            models.DateField: {"widget": DateInput},
            models.TimeField: {"widget": TimeInput},
            models.DateTimeField: {
                "form_class": forms.SplitDateTimeField,
                "widget": SplitDateTime,
            },
        }
    )
