"""Status of slots and people. Classes follow when the change is applied."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.models import (
    RecurringSlot,
    SlotStatus,
    Student,
    Teacher,
)


def set_slot_status(slot_id: int, status: SlotStatus) -> bool:
    """Pause, resume or end a slot; return False if unchanged. Raises ValidationError if ended."""
    with transaction.atomic():
        slot = RecurringSlot.objects.select_for_update(no_key=True).get(pk=slot_id)
        if slot.status == status:
            return False
        if slot.status == SlotStatus.CANCELLED:
            raise ValidationError(_("This slot has ended. Book a new one."), code="ended")
        slot.status = status
        slot.save(update_fields=["status"])
        return True


def set_active(person: Student | Teacher, active: bool) -> bool:
    """Activate or deactivate a person; return False if unchanged.

    Raises ValidationError if an erased person would be activated.
    """
    with transaction.atomic():
        row = type(person)._default_manager.select_for_update(no_key=True).get(pk=person.pk)
        if row.is_active == active:
            return False
        if row.erased_at is not None:
            raise ValidationError(_("An erased person can't be activated."), code="erased")
        row.is_active = active
        row.save(update_fields=["is_active"])
        return True
