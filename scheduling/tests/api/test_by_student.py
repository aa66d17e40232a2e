"""``results`` of a generation: of all reasons the one that keeps a student from a class."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.selectors.studio import studio_day
from scheduling.tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="postgresql")]

MISSING = "/api/class-tracking/generate-missing-classes"


@pytest.fixture
def today():
    return studio_day(timezone.now())


@pytest.fixture
def ana(today):
    """Three weeks of a schedule; and a slot that begins today, on another weekday."""
    ana = make.student("Ana Ruiz", start=today - timedelta(21))
    yesterday = today - timedelta(1)
    marta = make.teacher("Marta Gil")
    make.schedule(ana, marta, weekday=yesterday.isoweekday())
    make.slot(who=ana, weekday=yesterday.isoweekday(), start="15:00", valid_from=today)
    return ana


def message_of(client, ana):
    """What is told of Ana alone."""
    body = {"studentId": ana.pk}
    answer = client.post(MISSING, body, content_type="application/json").json()
    (told,) = answer["results"]
    return told["classesCreated"], told["message"].partition(": ")[2]


def test_a_conflict_comes_before_a_schedule_that_begins_later(admin_client, ana, today):
    marta = ana.fixed_schedules.get().teacher
    for weeks in range(3):
        make.lesson(
            make.student("Leo Park"), today - timedelta(1 + 7 * weeks), start="10:30",
            end="11:30", whom=marta,
        )  # fmt: skip
    created, reason = message_of(admin_client, ana)
    assert created == 0
    assert reason.startswith("Marta Gil already teaches Leo Park, ")


def test_where_all_classes_are_there_that_is_the_reason(admin_client, ana):
    assert message_of(admin_client, ana)[0] == 3
    assert message_of(admin_client, ana) == (0, "the classes already exist")


def test_where_nothing_else_is_to_be_said_it_is_the_bound(admin_client, ana, today):
    ana.fixed_schedules.get().delete()
    assert message_of(admin_client, ana) == (0, f"the schedule is valid from {today}")


def test_what_a_person_cancelled_is_told_before_a_bound(admin_client, ana):
    message_of(admin_client, ana)
    for one in ana.classes.all():
        one.status, one.cancelled_by, one.edited_at = "cancelled", "student", timezone.now()
        one.save()
    assert message_of(admin_client, ana) == (0, "cancelled by a person: stays cancelled")
