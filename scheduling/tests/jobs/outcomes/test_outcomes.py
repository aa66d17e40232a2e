"""Outcomes: each is counted, and notable ones are stored with their reason."""

from datetime import timedelta

import pytest
from django.utils import translation

from scheduling.jobs.generation import generator
from scheduling.models import RunState, ScheduledClass, Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import counts, horizon, items, weekly
from scheduling.text.reasons import reason_text

pytestmark = pytest.mark.django_db


def stored_items(result, outcome):
    """Return (student, teacher, date, reason) of the stored items."""
    return [
        (
            item.student_name,
            item.teacher_name,
            str(item.date or ""),
            reason_text(item.code, item.params),
        )
        for item in items(result, outcome)
    ]


def ana_with_bach(**values):
    return make.slot(make.teacher("Bach"), make.student("Ana Ruiz"), **values)


def test_created_and_exists_are_counted_and_not_stored():
    ana_with_bach()
    assert counts(horizon(weeks=1)) == {"created": 1}
    result = horizon(weeks=2)
    assert counts(result) == {"created": 1, "exists": 1}
    assert items(result) == []


def test_moved_names_old_date():
    slot = ana_with_bach(weekday=3)
    horizon(weeks=1)
    slot.weekday = 4
    slot.save()
    result = horizon(weeks=1)
    assert counts(result) == {"moved": 1}
    reason = "brought in line with its schedule; it was on 2026-01-07 10:00–11:00"
    assert stored_items(result, "moved") == [("Ana Ruiz", "Bach", "2026-01-08", reason)]
    (item,) = items(result)
    assert item.class_id == ScheduledClass.objects.get().pk
    assert (item.series_kind, item.series_id) == ("recurring_slot", slot.pk)


@pytest.mark.parametrize(
    ("values", "english", "spanish"),
    [
        (
            {"subject": "Piano"},
            "its details are brought in line with its schedule; subject: Guitar → Piano",
            "sus datos se han ajustado a su horario; asignatura: Guitar → Piano",
        ),
        (
            {"subject": "", "is_shared": True},
            "its details are brought in line with its schedule; subject: Guitar → –; "
            "shared: no → yes",
            "sus datos se han ajustado a su horario; asignatura: Guitar → –; de grupo: no → sí",
        ),
        (
            {"subject": "100 % Cello", "weekday": 4},
            "brought in line with its schedule; it was on 2026-01-07 10:00–11:00; "
            "subject: Guitar → 100 % Cello",
            "ajustada a su horario; antes era el 2026-01-07 10:00–11:00; "
            "asignatura: Guitar → 100 % Cello",
        ),
    ],
    ids=["subject", "subject and sharing", "subject and weekday"],
)
def test_changed_details_are_described_in_both_languages(values, english, spanish):
    slot = ana_with_bach(weekday=3, subject="Guitar")
    horizon(weeks=1)
    for name, value in values.items():
        setattr(slot, name, value)
    slot.save()
    ((*_, reason),) = stored_items(result := horizon(weeks=1), "moved")
    assert reason == english
    with translation.override("es"):
        ((*_, reason),) = stored_items(result, "moved")
    assert reason == spanish


def test_removed_names_reason():
    slot = ana_with_bach(weekday=3)
    horizon(weeks=1)
    slot.valid_until = MONDAY
    slot.save()
    result = horizon(weeks=1)
    assert counts(result) == {"removed": 1, "ended": 1}
    reason = "the schedule ended on 2026-01-05"
    assert stored_items(result, "removed") == [("Ana Ruiz", "Bach", "2026-01-07", reason)]


def test_closed_is_one_item_a_day_with_count():
    make.closure("Epiphany", MONDAY + timedelta(1))
    for _ in range(3):
        make.slot(weekday=2)
    result = horizon(weeks=1)
    assert counts(result) == {"closed": 3}
    assert stored_items(result, "closed") == [("", "", "2026-01-06", "closed: Epiphany")]
    assert items(result)[0].occurrences == 3


def test_cancelled_and_restored_name_reason():
    ana_with_bach(weekday=2)
    horizon(weeks=1)
    holiday = make.closure("Epiphany", MONDAY + timedelta(1))
    result = horizon(weeks=1)
    assert counts(result) == {"cancelled": 1}
    expected = [("Ana Ruiz", "Bach", "2026-01-06", "closed: Epiphany")]
    assert stored_items(result, "cancelled") == expected
    holiday.delete()
    result = horizon(weeks=1)
    assert counts(result) == {"restored": 1}
    assert stored_items(result, "restored") == [
        ("Ana Ruiz", "Bach", "2026-01-06", "the closure is gone")
    ]


def test_protected_is_stored_if_it_differs_from_series():
    ana_with_bach(weekday=2)
    horizon(weeks=2)
    first, second = ScheduledClass.objects.order_by("date")
    first.notes = "bring the bow"
    first.save()
    second.status, second.cancelled_by = "cancelled", "student"
    second.save()
    result = horizon(weeks=2)
    assert counts(result) == {"protected": 2}
    reason = "cancelled by a person: stays cancelled"
    assert stored_items(result, "protected") == [("Ana Ruiz", "Bach", "2026-01-13", reason)]


def test_conflict_names_both_classes():
    bach = make.teacher("Bach", zone="Europe/Berlin")
    make.lesson(make.student("Juan Pérez"), MONDAY, "10:30", "11:30", bach)
    make.slot(bach, make.student("Ana Ruiz"))
    result = horizon(weeks=1)
    assert counts(result) == {"conflict": 1}
    reason = "Bach already teaches Juan Pérez, 2026-01-05 10:30–11:30 Europe/Berlin"
    assert stored_items(result, "conflict") == [("Ana Ruiz", "Bach", "2026-01-05", reason)]
    (item,) = items(result)
    assert item.params["with_class"] == ScheduledClass.objects.get().pk


def test_not_started_names_date():
    make.slot(make.teacher("Bach"), make.student("Ana Ruiz", start=MONDAY + timedelta(9)))
    make.slot(make.teacher("Bach"), make.student("Juan"), valid_from=MONDAY + timedelta(9))
    result = horizon(weeks=1)
    assert counts(result) == {"not_started": 2}
    assert stored_items(result, "not_started") == [
        ("Ana Ruiz", "Bach", "", "the student starts on 2026-01-14"),
        ("Juan", "Bach", "", "the schedule is valid from 2026-01-14"),
    ]


def test_student_without_start_date_has_not_started():
    make.schedule(make.student("Ana Ruiz", start=None), make.teacher("Bach"))
    result = weekly()
    assert counts(result) == {"not_started": 1}
    assert stored_items(result, "not_started") == [
        ("Ana Ruiz", "Bach", "", "the student has no start date")
    ]


def test_recent_end_is_stored_and_old_end_is_not():
    make.slot(make.teacher("Bach"), make.student("Ana Ruiz", end_date=MONDAY - timedelta(3)))
    make.slot(make.teacher("Bach"), make.student("Juan"), valid_until=MONDAY - timedelta(60))
    result = horizon(weeks=1)
    assert counts(result) == {"ended": 2}
    assert stored_items(result, "ended") == [
        ("Ana Ruiz", "Bach", "", "the student ended on 2026-01-02")
    ]


def test_paused_names_slot():
    ana_with_bach(status="paused")
    result = horizon()
    assert counts(result) == {"paused": 1}
    assert stored_items(result, "paused") == [("Ana Ruiz", "Bach", "", "the slot is paused")]


def test_cancelled_slot_counts_as_ended():
    ana_with_bach(status="cancelled")
    assert counts(horizon()) == {"ended": 1}


def test_inactive_names_student_or_teacher():
    make.slot(make.teacher("Bach"), make.student("Ana Ruiz", is_active=False))
    make.slot(make.teacher("Liszt", is_active=False), make.student("Juan"))
    result = horizon()
    assert counts(result) == {"inactive": 2}
    assert stored_items(result, "inactive") == [
        ("Ana Ruiz", "Bach", "", "the student is not active"),
        ("Juan", "Liszt", "", "the teacher is not active"),
    ]


def test_active_student_without_schedule_is_listed():
    make.student("Ana Ruiz")
    make.student("Juan", is_active=False)
    make.slot()
    result = weekly()
    assert counts(result) == {"no_schedule": 1}
    assert stored_items(result, "no_schedule") == [
        ("Ana Ruiz", "", "", "the student has no schedule")
    ]


def test_invalid_names_unknown_zone():
    slot = ana_with_bach()
    Teacher.objects.filter(pk=slot.teacher_id).update(time_zone="Mars/Olympus")
    result = horizon()
    assert (result.state, counts(result)) == (RunState.PARTIAL, {"invalid": 1})
    reason = "the time zone “Mars/Olympus” is unknown; correct it on the teacher's page"
    assert stored_items(result, "invalid") == [("Ana Ruiz", "Bach", "", reason)]
    assert result.errors() == [f"Ana Ruiz: {reason}"]


def test_error_names_exception(monkeypatch):
    ana_with_bach()

    def refuse(plan, run_id, now):
        raise ValueError("refused")

    monkeypatch.setattr(generator, "write_plan", refuse)
    result = horizon()
    assert (result.state, counts(result)) == (RunState.PARTIAL, {"error": 1})
    text = "Something unexpected went wrong: ValueError: refused. The log has the details."
    assert stored_items(result, "error") == [("Ana Ruiz", "Bach", "", text)]


def test_reason_is_stored_as_code_and_params():
    ana_with_bach(status="paused")
    (item,) = items(horizon())
    assert (item.code, item.params) == ("slot_paused", {})
