"""“Tell the families” in the form of a weekly lesson that exists."""

from typing import Any

from django.forms import BooleanField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.notices import reach_text
from scheduling.models import FixedSchedule, RecurringSlot
from scheduling.services.notices import is_default, is_offered, reach_of

NOTIFY = "notify"


def offers_notices(rule: FixedSchedule | RecurringSlot) -> bool:
    """Return whether the studio notifies, and the rule has classes ahead."""
    return (
        rule.pk is not None
        and is_offered()
        and rule.classes.filter(starts_at__gt=timezone.now()).exists()
    )


class RuleForm(ModelForm):
    """A weekly lesson; its changes are told to families and teachers if ``notify`` is ticked."""

    notify = BooleanField(label=gettext_lazy("Tell the families"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not offers_notices(self.instance):
            del self.fields[NOTIFY]
            return
        now = timezone.now()
        ahead = self.instance.classes.filter(starts_at__gt=now)
        self.fields[NOTIFY].initial = is_default()
        self.fields[NOTIFY].help_text = reach_text(reach_of(ahead, now))

    @property
    def has_rule_changed(self) -> bool:
        """True if the lesson itself changed."""
        return bool(set(self.changed_data) - {NOTIFY})


class NotifyingRuleMixin(MixinBase):
    """Shows the box last in the form, to those who may change the lesson."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_fields(request, obj)
        may_change = obj is not None and self.has_change_permission(request, obj)
        return [*names, NOTIFY] if may_change and offers_notices(obj) else names
