"""Undo of one manual edit of a class: all its values, also whether it counts as edited by hand."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from scheduling.domain.series import SeriesKey
from scheduling.jobs.generation.class_delete import keep_revisions
from scheduling.models import ScheduledClass
from scheduling.selectors.schedules.conflicts import blocking_class

from .edit import DoubleBookedError, refuse_double_booking
from .locks import lock_hours
from .occurrences import class_or_new, lock_class

# What a manual edit may change.
FIELDS = (
    *(
        "teacher",
        "original_teacher",
        "room",
        "date",
        "start_time",
        "end_time",
        "time_zone",
        "subject",
        "is_shared",
    ),
    *("status", "cancelled_by", "cancel_reason", "cancelled_at", "is_chargeable", "closure"),
    *("attendance", "notes", "edited_at"),
)


@dataclass(slots=True)
class Edit:
    """An edit that can be undone: the values before it as text, and the revision after it.

    ``removes``: the edit stored a planned occurrence, and the undo deletes the row.
    """

    class_id: int
    before: dict[str, str | None] = field(default_factory=dict)
    revision: str = ""
    removes: bool = False


@contextmanager
def recording(class_id: int) -> Iterator[Edit]:
    """Record what the block changes in a class. The result is filled in after the block.

    Raises DoesNotExist.
    """
    edit = Edit(class_id)
    with transaction.atomic():
        edit.before = _values(_locked(class_id))
        yield edit
        edit.revision = _locked(class_id).updated_at.isoformat()


@contextmanager
def recording_occurrence(key: SeriesKey, day: date, keeps_row: bool) -> Iterator[Edit]:
    """Record what the block does to an occurrence of ``key`` on ``day``, which it stores.

    ``keeps_row``: the undo leaves an unedited class, as the next run would create it. Notices that
    were sent refer to the row.
    """
    edit = Edit(0)
    with transaction.atomic():
        before = class_or_new(key, day)
        edit.before, edit.removes = _values(before), before.pk is None and not keeps_row
        yield edit
        stored = lock_class(key, day)
        assert stored is not None
        edit.class_id, edit.revision = stored.pk, stored.updated_at.isoformat()


def undo(edit: Edit, now: datetime) -> ScheduledClass:
    """Restore the values before ``edit`` and return the class.

    Raises ValidationError if the class has changed since, DoubleBookedError if its time has been
    taken, and DoesNotExist.
    """
    try:
        with transaction.atomic():
            row = _locked(edit.class_id)
            if row.updated_at.isoformat() != edit.revision:
                raise _changed()
            _set_values(row, edit.before)
            row.derive_instants()
            if edit.removes:
                _delete(row)
                return row
            row.updated_at = now
            lock_hours(row)
            refuse_double_booking(row)
            row.save()
    except IntegrityError as error:
        raise DoubleBookedError(row, blocking_class(row)) from error
    return row


def _delete(row: ScheduledClass) -> None:
    keep_revisions(ScheduledClass.objects.filter(pk=row.pk))
    try:
        row.delete()
    except ProtectedError:
        # A make-up refers to it.
        raise _changed() from None


def _changed() -> ValidationError:
    return ValidationError(_("This class has been changed since."), code="changed")


def _locked(class_id: int) -> ScheduledClass:
    return ScheduledClass.objects.select_for_update(no_key=True).get(pk=class_id)


def _fields() -> list[Any]:
    return [ScheduledClass._meta.get_field(name) for name in FIELDS]


def _values(row: ScheduledClass) -> dict[str, str | None]:
    return {
        each.attname: None if each.value_from_object(row) is None else each.value_to_string(row)
        for each in _fields()
    }


def _set_values(row: ScheduledClass, values: Mapping[str, str | None]) -> None:
    for each in _fields():
        setattr(row, each.attname, each.to_python(values[each.attname]))
