"""The database accepts a pause only for a series and its student."""

import pytest
from django.db import IntegrityError, transaction

from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY

pytestmark = pytest.mark.django_db


def test_pause_is_for_one_series_and_its_student():
    slot = make.slot()
    schedule = make.schedule(slot.student)
    pause = make.closure("Exams", MONDAY, student=slot.student, recurring_slot=slot)
    assert pause.is_pause
    assert not make.closure("Holiday", MONDAY).is_pause
    for invalid in (
        {"recurring_slot": slot},
        {"recurring_slot": slot, "teacher": slot.teacher},
        {"student": slot.student, "recurring_slot": slot, "fixed_schedule": schedule},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.closure("Exams", MONDAY, **invalid)
