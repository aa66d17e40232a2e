"""The pages of accounts, groups, permissions and API tokens, and the page of a refusal."""

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.utils import translation
from knox.models import AuthToken

from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def owner(client):
    client.force_login(account(OWNER))
    return client


def test_the_storage_of_a_password_is_not_shown(owner):
    person = User.objects.create_user("someone", password="correct horse")
    page = text_of(owner.get(f"/admin/auth/user/{person.pk}/change/"))
    assert "A password is set." in page
    assert "Reset password" in page
    assert "pbkdf2" not in page
    person.set_unusable_password()
    person.save()
    page = text_of(owner.get(f"/admin/auth/user/{person.pk}/change/"))
    assert "No password set." in page
    assert "Set password" in page


def test_resetting_a_superusers_password_is_not_offered_to_an_owner(owner):
    superuser = account("superuser")
    page = text_of(owner.get(f"/admin/auth/user/{superuser.pk}/change/"))
    assert "View user" in page
    assert "password" not in page.replace("Change password", "")


def test_permissions_have_readable_names():
    change = Permission.objects.get(codename="change_student")
    run = Permission.objects.get(codename="run_jobs")
    assert (str(change), str(run)) == ("Students: change", "Can run jobs")
    with translation.override("es"):
        assert (str(change), str(run)) == ("Alumnos: cambiar", "Puede ejecutar tareas")


def test_only_permissions_of_the_products_pages_can_be_granted(owner):
    group = Group.objects.get(name=VIEWER)
    form = owner.get(f"/admin/auth/group/{group.pk}/change/").context["adminform"].form
    offered = {str(permission) for permission in form.fields["permissions"].queryset}
    assert {"Students: view", "Lesson durations: view", "Can run jobs"} <= offered
    assert not {name for name in offered if name.startswith(("Sessions", "Access attempts"))}


def test_rows_deleted_with_a_role_are_counted_and_not_listed(owner):
    group = Group.objects.get(name=VIEWER)
    page = text_of(owner.get(f"/admin/auth/group/{group.pk}/delete/"))
    assert "Groups : 1" in page or "Groups: 1" in page
    assert "object (" not in page


def test_a_token_is_named_by_its_owner(owner):
    token, _text = AuthToken.objects.create(User.objects.get(username="owner"))
    assert str(token) == f"owner · {token.token_key}…"
    LogEntry.objects.log_actions(token.user_id, [token], ADDITION, single_object=True)
    assert str(token) in text_of(owner.get("/admin/settings/"))
    # Older log entries contain the digest; so do those of deleted tokens.
    LogEntry.objects.update(object_repr=f"{token.digest} : owner")
    assert str(token) in text_of(owner.get("/admin/settings/"))
    digest = token.digest
    token.delete()
    home = text_of(owner.get("/admin/settings/"))
    assert digest not in home
    assert "API token" in home


@pytest.mark.parametrize(
    ("role", "page", "sentence"),
    [
        ("superuser", "/admin/scheduling/jobrun/add/", "No account may do this."),
        (OWNER, "/admin/scheduling/jobrun/add/", "it takes a superuser, or nobody may."),
        (SCHEDULER, "/admin/import/", "Ask the owner of the studio if you need it."),
        (TEACHER, "/admin/background-jobs/", "Ask the owner of the studio if you need it."),
    ],
)
def test_a_refusal_names_who_can_help(client, role, page, sentence):
    client.force_login(account(role, teacher=make.teacher() if role == TEACHER else None))
    answer = client.get(page)
    assert answer.status_code == 403
    assert sentence in text_of(answer)
    assert ("owner" in text_of(answer)) == (role in (SCHEDULER, TEACHER))
