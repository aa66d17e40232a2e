"""The prices on the page of a teacher's lesson settings."""

from datetime import date
from decimal import Decimal

import pytest

from scheduling.domain.windows import FIRST_DATE
from scheduling.models import LessonDuration, LessonSettings
from scheduling.selectors.studio import studio_today
from scheduling.tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def settings_row():
    row = LessonSettings.objects.create(teacher=make.teacher("Marta Gil"))
    LessonDuration.objects.create(settings=row, minutes=45, price=30)
    return row


def save(client, row, *lines):
    """Post the page with these lines: id, minutes, price, first day."""
    data = {"teacher": row.teacher_id, "advance_booking_days": 28}
    stored = [line for line in lines if line[0]]
    data |= {"durations-TOTAL_FORMS": len(lines), "durations-INITIAL_FORMS": len(stored)}
    for number, line in enumerate([*stored, *(line for line in lines if not line[0])]):
        for name, value in zip(("id", "minutes", "price", "valid_from"), line, strict=True):
            data[f"durations-{number}-{name}"] = value
        data[f"durations-{number}-settings"] = row.pk
    return client.post(f"/admin/scheduling/lessonsettings/{row.pk}/change/", data)


def prices():
    rows = LessonDuration.objects.order_by("minutes", "valid_from")
    return list(rows.values_list("minutes", "price", "valid_from"))


def test_a_changed_price_becomes_a_row_from_today_on(admin_client, settings_row):
    stored = settings_row.durations.get()
    assert save(admin_client, settings_row, (stored.pk, 45, 35, "")).status_code == 302
    today = studio_today()
    assert prices() == [(45, Decimal(30), FIRST_DATE), (45, Decimal(35), today)]

    new = settings_row.durations.get(valid_from=today)
    lines = (stored.pk, 45, 30, ""), (new.pk, 45, 36, today)
    assert save(admin_client, settings_row, *lines).status_code == 302
    assert prices() == [(45, Decimal(30), FIRST_DATE), (45, Decimal(36), today)]

    lines = (stored.pk, 45, 31, ""), (new.pk, 45, 36, today)
    answer = save(admin_client, settings_row, *lines)
    assert "Please correct the duplicate data" in answer.content.decode()
    assert prices()[0] == (45, Decimal(30), FIRST_DATE)


def test_a_first_price_has_always_been_valid_and_a_second_one_is_from_today(
    admin_client, settings_row
):
    stored = settings_row.durations.get()
    lines = (stored.pk, 45, 30, ""), ("", 60, 40, ""), ("", 45, 33, "")
    assert save(admin_client, settings_row, *lines).status_code == 302
    assert prices() == [
        (45, Decimal(30), FIRST_DATE),
        (45, Decimal(33), studio_today()),
        (60, Decimal(40), FIRST_DATE),
    ]


def test_a_day_and_the_end_of_a_price_can_be_given(admin_client, settings_row):
    stored = settings_row.durations.get()
    lines = (stored.pk, 45, 30, ""), ("", 45, 33, "2025-03-01")
    save(admin_client, settings_row, *lines)
    assert prices()[1:] == [(45, Decimal(33), date(2025, 3, 1))]
    later = settings_row.durations.get(price=33)
    save(admin_client, settings_row, (stored.pk, 45, 30, ""), (later.pk, 45, "", "2025-03-01"))
    assert prices()[1:] == [
        (45, Decimal(33), date(2025, 3, 1)),
        (45, None, studio_today()),
    ]
    assert str(settings_row.durations.last()) == "45 min · –"
    answer = save(admin_client, settings_row, (stored.pk, 45, 30, ""), ("", 60, "", ""))
    assert "Enter a price." in answer.content.decode()
