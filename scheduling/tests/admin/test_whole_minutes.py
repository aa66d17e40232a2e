"""Times with seconds are refused beside their field; classes begin and end at whole minutes."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
REFUSED = "Write the time in whole minutes, without seconds."


def test_the_students_form_names_the_field(admin_client):
    ana = make.student("Ana Ruiz")
    values = {
        "first_name": "Ana",
        "last_name": "Ruiz",
        "language": "en",
        "is_active": "on",
        "student_guardians-TOTAL_FORMS": 0,
        "student_guardians-INITIAL_FORMS": 0,
        "fixed_schedules-TOTAL_FORMS": 1,
        "fixed_schedules-INITIAL_FORMS": 0,
        "fixed_schedules-0-student": ana.pk,
        "fixed_schedules-0-weekday": 1,
        "fixed_schedules-0-start_time": "16:00",
        "fixed_schedules-0-end_time": "16:00:30",
        "fixed_schedules-0-interval_weeks": 1,
    }
    answer = admin_client.post(reverse("admin:scheduling_student_change", args=[ana.pk]), values)
    assert answer.status_code == 200
    schedules, _guardians = [inline.formset for inline in answer.context["inline_admin_formsets"]]
    assert schedules.errors == [{"end_time": [REFUSED]}]
    assert not FixedSchedule.objects.exists()


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: make.schedule(), "start_time"),
        (lambda: make.schedule(), "end_time"),
        (lambda: make.slot(), "start_time"),
        (lambda: make.lesson(on=MONDAY), "start_time"),
        (lambda: make.lesson(on=MONDAY), "end_time"),
    ],
)
@pytest.mark.parametrize("seconds", ["{}:30", "{}:00.000001"])
def test_every_model_refuses_seconds(build, field, seconds):
    row = build()
    row.full_clean()
    setattr(row, field, at(seconds.format(f"{getattr(row, field):%H:%M}")))
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert caught.value.message_dict == {field: [REFUSED]}


@pytest.mark.parametrize("model", [FixedSchedule, RecurringSlot, ScheduledClass])
def test_migrations_use_the_field_of_django(model):
    _name, path, _args, values = model._meta.get_field("start_time").deconstruct()
    assert (path, set(values)) == ("django.db.models.TimeField", {"verbose_name"})
