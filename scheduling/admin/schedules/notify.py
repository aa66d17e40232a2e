"""“Tell the families” in the forms of weekly lessons and of students."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.forms import BooleanField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy

from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.notices import reach_text
from scheduling.jobs.notifications.notices import Notices
from scheduling.services.notices import is_default, is_offered, reach_of_rule, reach_of_student

NOTIFY = "notify"


def notify_field() -> BooleanField:
    """Return the box of a form for rows that may exist; see ``offer_notices``."""
    return BooleanField(label=gettext_lazy("Tell the families"), required=False)


def offer_notices(form: ModelForm, row: Any, reach: Callable[[Any, datetime], Notices]) -> None:
    """Set up the box for an existing row; remove it if the studio never notifies."""
    if row.pk is None or not is_offered():
        del form.fields[NOTIFY]
        return
    box = form.fields[NOTIFY]
    box.initial = is_default()
    # Counted only where the form is shown.
    text = SimpleLazyObject(lambda: reach_text(reach(row, timezone.now())))
    box.help_text = cast(str, text)


class RuleForm(ModelForm):
    """A weekly lesson. With ``notify``, families and teachers are notified of its changes."""

    notify = notify_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_notices(self, self.instance, reach_of_rule)

    @property
    def has_rule_changed(self) -> bool:
        """True if the lesson itself changed."""
        return bool(set(self.changed_data) - {NOTIFY})


class StudentForm(ModelForm):
    """A student. With ``notify``, the family and teachers are notified of changed lessons."""

    notify = notify_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_notices(self, self.instance, reach_of_student)


class NotifyingMixin(MixinBase):
    """Shows the box last in the form, to those who may change the row."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [name for name in super().get_fields(request, obj) if name != NOTIFY]
        is_shown = obj is not None and is_offered() and self.has_change_permission(request, obj)
        return [*names, NOTIFY] if is_shown else names
