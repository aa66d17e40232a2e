"""Who cancels a class, why, and whether it is to be paid all the same: one class, or many."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.models import CANCELLED_BY_PEOPLE, CancelledBy
from scheduling.models.typed_text import LineInput


class CancelForm(forms.Form):
    """For one class. What is filled in is what the services' ``cancel`` takes, name by name."""

    by = forms.TypedChoiceField(
        label=_("Cancelled by"),
        choices=CANCELLED_BY_PEOPLE,
        coerce=CancelledBy,
        initial=CancelledBy.STUDIO,
    )
    reason = LineInput(label=_("Reason"), max_length=300, required=False)
    chargeable = forms.BooleanField(label=_("Charge for it all the same"), required=False)


class CancelManyForm(CancelForm):
    """For the classes that were ticked in a list, on a page of its own."""

    by = forms.TypedChoiceField(
        label=_("Cancelled by"),
        choices=CANCELLED_BY_PEOPLE,
        coerce=CancelledBy,
        widget=forms.RadioSelect,
        initial=CancelledBy.STUDENT,
    )
    reason = LineInput(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Kept with the class, for those who look at it later."),
    )
