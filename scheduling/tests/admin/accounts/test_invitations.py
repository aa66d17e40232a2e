"""Accounts: a role chosen by its name, a teacher invited by e-mail, a link sent again."""

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.utils import timezone

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import Message
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.login.test_passwords import choose, link_in
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def owner(client):
    client.force_login(account(OWNER))
    return client


@pytest.fixture
def clara():
    make.studio(name="Cadenza")
    return make.teacher("Clara Vidal", email="clara@example.org", language="es")


def page_of(person):
    return f"/admin/scheduling/{person._meta.model_name}/{person.pk}/change/"


def invite_url(teacher):
    return f"/admin/scheduling/teacher/{teacher.pk}/invite/"


def invite(browser, teacher, email="clara@example.org", role=TEACHER):
    group = Group.objects.get(name=role)
    return browser.post(invite_url(teacher), {"email": email, "roles": [group.pk]})


def test_teacher_is_invited_and_logs_in(owner, log_in, clara):
    assert invite_url(clara) in owner.get(page_of(clara)).content.decode()
    form = owner.get(invite_url(clara)).content.decode()
    assert 'value="clara@example.org"' in form
    assert "Sees and marks their own classes, and nothing else." in form

    assert invite(owner, clara)["Location"] == page_of(clara)

    clara.refresh_from_db()
    user = clara.user
    assert (user.username, user.email, user.is_staff) == (
        "clara@example.org",
        "clara@example.org",
        True,
    )
    assert [group.name for group in user.groups.all()] == [TEACHER]
    assert "No password has been chosen yet." in owner.get(page_of(clara)).content.decode()
    deliver(timezone.now())
    (message,) = mail.outbox
    assert message.subject == "Cadenza: tu cuenta"
    link = link_in(message)
    assert message.body.replace(f"http://testserver{link}", "LINK") == (
        "Hola, Clara Vidal:\n\nCadenza ha creado una cuenta para ti. Elige aquí una contraseña:"
        "\n\nLINK\n\nTu nombre de usuario es clara@example.org. El enlace sirve una sola vez y "
        "caduca en 3 días.\n\nCadenza"
    )
    choose(owner, link)
    assert log_in("clara@example.org", "a better horse 7").status_code == 302
    assert owner.get("/admin/").context["user"] == user


def test_link_is_sent_again(owner, clara):
    invite(owner, clara)
    clara.refresh_from_db()
    url = f"/admin/auth/user/{clara.user_id}/send-link/"
    assert url in owner.get(page_of(clara)).content.decode()
    assert url in owner.get(f"/admin/auth/user/{clara.user_id}/change/").content.decode()
    assert owner.post(url, {"next": page_of(clara)})["Location"] == page_of(clara)
    assert Message.objects.filter(account=clara.user).count() == 2
    User.objects.update(email="")
    answer = owner.post(url, follow=True)
    assert "This account is not active, or has no e-mail address." in answer.content.decode()
    assert Message.objects.count() == 2


def test_invited_teacher_who_lost_the_mail_asks_for_a_link(owner, client, clara):
    invite(owner, clara)
    Message.objects.all().delete()
    client.logout()
    client.post("/admin/password/", {"email": "clara@example.org"})
    assert "tu cuenta" in Message.objects.get().subject


def test_invited_account_is_deleted_and_its_message_not_sent(owner, clara):
    invite(owner, clara)
    clara.refresh_from_db()
    page = f"/admin/auth/user/{clara.user_id}/delete/"
    assert "Are you sure" in owner.get(page).content.decode()
    owner.post(page, {"post": "yes"})
    clara.refresh_from_db()
    assert clara.user is None
    assert deliver(timezone.now()) == 0
    assert Message.objects.get().state == "stale"


def test_taken_address_and_second_account_are_refused(owner, clara):
    User.objects.create_user("CLARA@example.org")
    answer = invite(owner, clara)
    assert "Another account has this address" in answer.content.decode()
    assert invite(owner, clara, "c@example.org").status_code == 302
    assert invite(owner, clara, "d@example.org").status_code == 302
    clara.refresh_from_db()
    assert (clara.user.username, clara.email) == ("c@example.org", "clara@example.org")
    assert not User.objects.filter(username="d@example.org").exists()


@pytest.mark.parametrize("role", [SCHEDULER, VIEWER])
def test_only_owners_invite(client, clara, role):
    client.force_login(account(role))
    assert "/invite/" not in client.get(page_of(clara)).content.decode()
    assert client.get(invite_url(clara)).status_code == 403
    assert invite(client, clara).status_code == 403
    assert not Message.objects.exists()


def test_owner_sends_no_link_for_a_superuser(owner):
    chief = User.objects.create_superuser("chief", "chief@example.org")
    assert owner.post(f"/admin/auth/user/{chief.pk}/send-link/").status_code == 403
    assert not Message.objects.exists()


def test_without_mail_the_page_of_an_invitation_says_so(owner, clara, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_FROM = ""
    assert "E-mail is not set up here" in owner.get(invite_url(clara)).content.decode()
    assert invite(owner, clara).status_code == 200
    clara.refresh_from_db()
    assert clara.user is None


def test_roles_are_chosen_by_name_and_sentence(owner):
    Group.objects.create(name="Friends")
    text = owner.get("/admin/auth/user/add/").content.decode()
    for part in ("<strong>Scheduler</strong>", "changes nothing.", "<strong>Friends</strong>"):
        assert part in text
    spanish = owner.get("/admin/auth/group/", HTTP_ACCEPT_LANGUAGE="es").content.decode()
    assert "Jefe de estudios" in spanish
    viewer = Group.objects.get(name=VIEWER)
    data = {
        "username": "vera",
        "email": "vera@example.org",
        "groups": [viewer.pk],
        "is_staff": "on",
        "usable_password": "false",
    }
    answer = owner.post("/admin/auth/user/add/", data)
    vera = User.objects.get(username="vera")
    assert answer["Location"] == f"/admin/auth/user/{vera.pk}/change/"
    assert (vera.email, vera.is_staff, [*vera.groups.all()]) == ("vera@example.org", True, [viewer])
    page = owner.get(answer["Location"]).content.decode()
    assert f"/admin/auth/user/{vera.pk}/send-link/" in page
    assert 'name="user_permissions"' not in page
