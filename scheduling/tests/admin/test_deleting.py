"""Who has history is not deleted: what keeps them is counted."""

import pytest
from django.contrib.auth.models import User

from scheduling.models import Student
from scheduling.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("teresa"))
    return client


def test_what_keeps_a_person_is_counted_and_nothing_is_deleted(admin):
    student = make.student("Ana Ruiz")
    make.schedule(student)
    for day in ("2026-01-05", "2026-01-06", "2026-01-07"):
        make.lesson(student, make.day(day))
    page = f"/admin/scheduling/student/{student.pk}/delete/"

    text = admin.get(page).content.decode()
    assert "<li>1 fixed schedule</li>" in text
    assert "<li>3 classes</li>" in text
    admin.post(page, {"post": "yes"})
    assert Student.objects.filter(pk=student.pk).exists()


def test_who_has_no_history_goes(admin):
    student = make.student()
    page = f"/admin/scheduling/student/{student.pk}/delete/"
    assert "Are you sure" in admin.get(page).content.decode()
    admin.post(page, {"post": "yes"})
    assert not Student.objects.exists()
