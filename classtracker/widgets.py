"""Native browser inputs for dates and times in the admin.

Unlike Django's pop-ups, they have labels, work by keyboard and on phones, and follow the user's
date format.
"""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.db import models


class DateInput(forms.DateInput):
    """`<input type="date">`, whose value is an ISO date in every language."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.strftime("%Y-%m-%d") if isinstance(value, date) else value


class TimeInput(forms.TimeInput):
    """`<input type="time">`, with seconds only if they are not zero."""

    input_type = "time"

    def format_value(self, value: Any) -> Any:
        if isinstance(value, time | datetime):
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        return value


class SplitDateTime(forms.SplitDateTimeWidget):
    """A date and a time, each with its own label."""

    template_name = "admin/widgets/split_datetime.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        forms.MultiWidget.__init__(self, (DateInput(), TimeInput(attrs={"step": 1})), attrs)


def use_native_inputs() -> None:
    """Make these inputs the default of all ModelAdmins and their inlines."""
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
