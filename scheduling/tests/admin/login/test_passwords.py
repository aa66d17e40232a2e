"""“Forgotten password?”: the mail with its link, the limits, and what an answer tells."""

import re
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import Message
from scheduling.tests import factories as make
from scheduling.tests.support.login import HOME, PASSWORD, SCHOOL

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
FORGOTTEN = "/admin/password/"
SENT = f"{FORGOTTEN}sent/"
LINK = re.compile(r"http://testserver(/admin/password/[^/]+/[^/\s]+/)")
NEW = "a better horse 7"


@pytest.fixture(autouse=True)
def marta():
    make.studio(name="Cadenza", language="en")
    return User.objects.create_user("marta", "Marta@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def ask(client):
    def ask(email="marta@example.org", address=SCHOOL, **extra):
        return client.post(FORGOTTEN, {"email": email}, REMOTE_ADDR=address, **extra)

    return ask


def link_in(message):
    return LINK.search(message.body)[1]


def choose(client, link, password=NEW):
    """Open the link and set the password; return the last answer."""
    form = client.get(link, follow=True)
    page = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(page, {"new_password1": password, "new_password2": password}, follow=True)


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        (
            "en",
            "Cadenza: a new password",
            "Hello marta,\n\nsomeone has asked for a new password for your account. Choose it "
            "here:\n\nLINK\n\nYour user name is marta. The link works once, within 3 days. If it "
            "was not you, do nothing: your password stays as it is.\n\nCadenza",
        ),
        (
            "es",
            "Cadenza: una contraseña nueva",
            "Hola, marta:\n\nalguien ha pedido una contraseña nueva para tu cuenta. Elígela "
            "aquí:\n\nLINK\n\nTu nombre de usuario es marta. El enlace sirve una sola vez y caduca "
            "en 3 días. Si no has sido tú, no hagas nada: tu contraseña no cambia.\n\nCadenza",
        ),
    ],
)
def test_link_is_mailed_and_sets_a_password_once(
    client, ask, log_in, marta, language, subject, body
):
    make.teacher("Marta Gil", user=marta, language=language)
    assert "/admin/password/" in client.get("/admin/login/").content.decode()
    assert ask()["Location"] == SENT
    deliver(timezone.now())
    (message,) = mail.outbox
    link = link_in(message)
    assert (message.to, message.subject) == (["Marta@example.org"], subject)
    assert message.body.replace(f"http://testserver{link}", "LINK") == body

    answer = choose(client, link)

    assert answer.status_code == 200
    assert log_in(password=PASSWORD).status_code == 200
    assert log_in(password=NEW).status_code == 302
    client.logout()
    for word, text in (("en", "has expired, or was used already"), ("es", "ha caducado o ya se")):
        answer = client.get(link, HTTP_ACCEPT_LANGUAGE=word)
        assert text in answer.content.decode()
        assert 'type="password"' not in answer.content.decode()


def test_link_expires(client, ask):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask()
        deliver(timezone.now())
        link = link_in(mail.outbox[0])
        clock.shift(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))
        assert "This link has expired" in client.get(link).content.decode()


def test_outbox_does_not_contain_the_secret(client, ask):
    ask()
    deliver(timezone.now())
    stored = Message.objects.get()
    sent = mail.outbox[0].body
    assert stored.state == "sent"
    assert link_in(sent_message := mail.outbox[0]) not in stored.body
    assert "/hidden/" in stored.body
    assert "/hidden/" not in sent
    assert "This link has expired" in client.get(link_in(stored)).content.decode()
    assert sent_message.subject == stored.subject


@pytest.mark.parametrize("email", ["nobody@example.org", "off@example.org", "marta@example.org"])
def test_answer_does_not_tell_whether_an_account_has_the_address(client, ask, email):
    User.objects.create_user("off", "off@example.org", PASSWORD, is_active=False)
    answer = ask(email)
    assert (answer.status_code, answer["Location"], dict(answer.cookies)) == (302, SENT, {})
    assert "If an account has this address" in client.get(SENT).content.decode()
    assert Message.objects.count() == int(email.startswith("marta"))


def test_account_gets_one_link_in_five_minutes(ask):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [ask()["Location"] for _ in range(2)] == [SENT] * 2
        assert Message.objects.count() == 1
        clock.shift(timedelta(minutes=6))
        ask()
        assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Too many attempts. Wait 15 minutes, then try again."),
        ("es", "Demasiados intentos. Hay que esperar 15 minutos e intentarlo de nuevo."),
    ],
)
def test_limits_of_the_login_hold(ask, language, text):
    addresses = [f"invented{n}@example.org" for n in range(settings.ADDRESS_FAILURE_LIMIT - 1)]
    assert {ask(email).status_code for email in addresses} == {302}
    answer = ask("one.more@example.org", HTTP_ACCEPT_LANGUAGE=language)
    answer = ask(HTTP_ACCEPT_LANGUAGE=language)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert text in answer.content.decode()
    assert not Message.objects.exists()
    assert ask(address=HOME).status_code == 302


def test_one_address_is_limited_like_one_user_name(ask):
    answers = [ask("x@example.org").status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [302] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert ask("y@example.org").status_code == 302
    row = AccessAttempt.objects.get(username="x@example.org")
    assert "x@example.org" not in row.post_data


def test_locked_address_gets_no_link(ask, log_in):
    for n in range(settings.ADDRESS_FAILURE_LIMIT):
        log_in(f"invented {n}", "wrong")
    assert ask().status_code == 429
    assert not Message.objects.exists()


def test_without_mail_the_page_says_so(client, ask, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_FROM = ""
    page = client.get(FORGOTTEN).content.decode()
    assert "E-mail is not set up here" in page
    assert 'name="email"' not in page
    assert ask().status_code == 200
    assert not Message.objects.exists()


def test_link_is_not_sent_to_a_closed_account_or_another_address(ask, marta):
    ask()
    marta.email = "new@example.org"
    marta.save()
    assert deliver(timezone.now()) == 0
    assert Message.objects.get().state == "stale"


def test_disabled_account_cannot_use_its_link(client, ask, marta):
    ask()
    deliver(timezone.now())
    marta.is_active = False
    marta.save()
    assert "This link has expired" in client.get(link_in(mail.outbox[0])).content.decode()
