"""``results`` of a generation: the main reason for a student without new classes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.selectors.studio import studio_day
from scheduling.tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

MISSING = "/api/class-tracking/generate-missing-classes"


@pytest.fixture
def today():
    return studio_day(timezone.now())


@pytest.fixture
def ana(today):
    """Create a student with three weeks of a schedule and a slot that is valid from today."""
    ana = make.student("Ana Ruiz", start=today - timedelta(21))
    yesterday = today - timedelta(1)
    marta = make.teacher("Marta Gil")
    make.schedule(ana, marta, weekday=yesterday.isoweekday())
    make.slot(student=ana, weekday=yesterday.isoweekday(), start="15:00", valid_from=today)
    return ana


def generate_for(client, ana):
    """Generate Ana's missing classes; return how many were created and the reason."""
    body = {"studentId": ana.pk}
    answer = client.post(MISSING, body, content_type="application/json").json()
    (result,) = answer["results"]
    return result["classesCreated"], result["message"].partition(": ")[2]


def test_conflict_precedes_later_start_of_schedule(admin_client, ana, today):
    marta = ana.fixed_schedules.get().teacher
    for weeks in range(3):
        make.lesson(
            make.student("Leo Park"), today - timedelta(1 + 7 * weeks), start="10:30",
            end="11:30", teacher=marta,
        )  # fmt: skip
    created, reason = generate_for(admin_client, ana)
    assert created == 0
    assert reason.startswith("Marta Gil already teaches Leo Park, ")


def test_existing_classes_are_the_reason(admin_client, ana):
    assert generate_for(admin_client, ana)[0] == 3
    assert generate_for(admin_client, ana) == (0, "the classes already exist")


def test_start_of_schedule_is_the_reason_without_others(admin_client, ana, today):
    ana.fixed_schedules.get().delete()
    assert generate_for(admin_client, ana) == (0, f"the schedule is valid from {today}")


def test_cancelled_class_precedes_start_of_schedule(admin_client, ana):
    generate_for(admin_client, ana)
    for scheduled_class in ana.classes.all():
        scheduled_class.status, scheduled_class.cancelled_by = "cancelled", "student"
        scheduled_class.edited_at = timezone.now()
        scheduled_class.save()
    assert generate_for(admin_client, ana) == (0, "cancelled by a person: stays cancelled")
