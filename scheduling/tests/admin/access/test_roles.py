"""Roles: groups created by a migration; a teacher sees and marks only their own classes."""

import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from knox.models import AuthToken

from scheduling.admin.core import permissions
from scheduling.models import Attendance, CancelledBy, ClassStatus, ScheduledClass
from scheduling.services.roles import (
    OWNER,
    PERMISSIONS,
    ROLES,
    SCHEDULER,
    TEACHER,
    VIEWER,
    ensure_roles,
)
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

LOG = re.compile("jobrun|incident")
CLASSES = "/admin/scheduling/scheduledclass/"
ALL_CLASSES = f"{CLASSES}?when=all"


def page(scheduled_class: ScheduledClass) -> str:
    return f"{CLASSES}{scheduled_class.pk}/change/"


@pytest.fixture
def marta():
    return make.teacher("Marta Gil")


@pytest.fixture
def own(marta):
    return make.lesson(make.student("Ana Ruiz", email="ana@example.org"), teacher=marta)


@pytest.fixture
def other():
    return make.lesson(make.student("Leo Park"), teacher=make.teacher("Tom Lee"))


@pytest.fixture
def browser(client, marta):
    client.force_login(account(TEACHER, teacher=marta))
    return client


def granted_permissions(role):
    rows = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


@pytest.mark.parametrize("role", ROLES)
def test_every_permission_of_a_role_exists_and_is_granted(role):
    ensure_roles()
    assert granted_permissions(role) == PERMISSIONS[role]


def test_each_role_includes_the_one_below_it():
    assert PERMISSIONS[VIEWER] < PERMISSIONS[SCHEDULER] < PERMISSIONS[OWNER]
    scheduling = Permission.objects.filter(content_type__app_label="scheduling")
    everything = {f"scheduling.{row.codename}" for row in scheduling}
    beyond = {name for name in everything - PERMISSIONS[OWNER] if not LOG.search(name)}
    assert beyond == {"scheduling.mark_own_classes"}


def test_the_migration_creates_groups_and_permissions_and_can_be_repeated():
    Group.objects.all().delete()
    Permission.objects.all().delete()
    migration = import_module("scheduling.migrations.0001_squashed_0044_release_1_0_0")
    for _ in range(2):
        migration.create_roles(apps, SimpleNamespace(connection=connection))
        assert {role: granted_permissions(role) for role in ROLES} == PERMISSIONS


def test_permissions_added_to_a_role_are_kept():
    ensure_roles()
    viewer = Group.objects.get(name=VIEWER)
    extra = Permission.objects.get(codename="run_jobs")
    viewer.permissions.add(extra)
    ensure_roles()
    assert granted_permissions(VIEWER) == PERMISSIONS[VIEWER] | {"scheduling.run_jobs"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("superuser", {"run", "see", "import", "everyone"}),
        (OWNER, {"run", "see", "import", "everyone"}),
        (SCHEDULER, {"run", "see", "everyone"}),
        (VIEWER, {"see", "everyone"}),
        (TEACHER, set()),
        ("", set()),
    ],
)
def test_the_permission_helpers_match_the_role(role, expected):
    user = account(role)
    answers = {
        "run": permissions.may_run_jobs(user),
        "see": permissions.may_see_jobs(user),
        "import": permissions.may_import(user),
        "everyone": permissions.may_see_everyone(user),
    }
    assert {name for name, value in answers.items() if value} == expected


@pytest.mark.parametrize("flag", ["is_active", "is_staff"])
def test_a_role_requires_an_active_staff_account(flag, marta, own):
    for role in (OWNER, TEACHER):
        user = account(role, teacher=marta)
        setattr(user, flag, False)
        user.save()
        user = User.objects.get(pk=user.pk)
        assert not permissions.may_run_jobs(user)
        assert not permissions.visible_classes(user).exists()
        assert permissions.teacher_of(user) is None


def test_the_list_shows_a_teacher_only_their_own_classes(browser, own, other):
    text = browser.get(ALL_CLASSES).content.decode()
    assert "Ana Ruiz" in text
    assert "Leo Park" not in text
    assert "Tom Lee" not in text
    assert "Leo Park" not in browser.get(CLASSES + "?q=Leo").content.decode()


@pytest.mark.parametrize("kind", ["change", "history", "delete"])
def test_a_class_of_another_teacher_is_hidden(browser, other, kind):
    answer = browser.get(f"{CLASSES}{other.pk}/{kind}/", follow=True)
    assert "Leo Park" not in answer.content.decode()
    answer = browser.post(page(other), {"status": "completed"})
    assert answer.status_code in {302, 403}
    other.refresh_from_db()
    assert other.status == ClassStatus.SCHEDULED


def test_a_teacher_marks_their_own_class(browser, own):
    form = {"status": "completed", "attendance": "present", "notes": "Scales"}
    assert browser.post(page(own), form).status_code == 302
    own.refresh_from_db()
    assert (own.status, own.attendance) == (ClassStatus.COMPLETED, Attendance.PRESENT)
    assert own.notes == "Scales"
    assert own.edited_at is not None


@pytest.mark.parametrize(
    "change",
    [{"date": "2030-01-01"}, {"start_time": "20:00"}, {"teacher": ""}, {"cancelled_by": "student"}],
)
def test_a_teacher_changes_no_other_field_of_a_class(browser, own, change):
    before = ScheduledClass.objects.values().get(pk=own.pk)
    browser.post(page(own), {"status": "scheduled", **change})
    after = ScheduledClass.objects.values().get(pk=own.pk)
    assert after == before


def test_a_teacher_cannot_cancel_a_class(browser, own):
    answer = browser.post(page(own), {"status": "cancelled"})
    assert "is not one of the available choices" in answer.content.decode()
    own.refresh_from_db()
    assert own.status == ClassStatus.SCHEDULED


def test_a_teacher_cannot_restore_a_cancelled_class(browser, own):
    ScheduledClass.objects.filter(pk=own.pk).update(
        status=ClassStatus.CANCELLED, cancelled_by=CancelledBy.STUDENT
    )
    browser.post(page(own), {"status": "scheduled", "notes": "Called in sick"})
    own.refresh_from_db()
    assert (own.status, own.notes) == (ClassStatus.CANCELLED, "Called in sick")


def test_a_teacher_sees_only_the_name_of_a_student(browser, own):
    for address in (page(own), ALL_CLASSES, "/admin/"):
        text = browser.get(address).content.decode()
        assert "ana@example.org" not in text
        assert "/admin/scheduling/student/" not in text
    # A filter by address reveals nothing either.
    answer = browser.get(CLASSES + "?student__email__startswith=ana")
    assert answer.status_code in {302, 400}


def test_an_account_without_a_teacher_row_sees_no_classes(client, own):
    client.force_login(account(TEACHER))
    assert client.get(CLASSES).status_code == 403


@pytest.mark.parametrize("path", ["students", "teachers", "classes", "recurring-slots", "closures"])
def test_the_api_is_closed_to_teachers(browser, own, path):
    assert browser.get(f"/api/{path}").status_code == 403


def test_an_owner_cannot_create_or_change_superusers(client):
    boss = account("superuser", "boss")
    client.force_login(account(OWNER))
    someone = User.objects.create_user("someone")

    client.post(f"/admin/auth/user/{someone.pk}/change/", {"username": "x", "is_superuser": "on"})
    someone.refresh_from_db()
    assert (someone.username, someone.is_superuser) == ("x", False)

    assert client.post(f"/admin/auth/user/{boss.pk}/change/", {"username": "x"}).status_code == 403
    assert client.get(f"/admin/auth/user/{boss.pk}/password/").status_code == 403
    assert client.post(f"/admin/auth/user/{boss.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_owner_creates_a_token_that_is_shown_once(client):
    boss = account("superuser", "boss")
    owner = account(OWNER)
    client.force_login(owner)
    add = "/admin/knox/authtoken/add/"

    client.post(add, {"user": str(boss.pk)})
    assert not AuthToken.objects.exists()

    text = client.post(add, {"user": str(owner.pk)}, follow=True).content.decode()
    token = AuthToken.objects.get()
    assert "shown only once" in text
    assert token.token_key in text
    text = client.get("/admin/knox/authtoken/").content.decode()
    assert "shown only once" not in text
