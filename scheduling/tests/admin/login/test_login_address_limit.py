"""Too many wrong passwords from one address close the login to it, whatever the usernames."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from scheduling.tests.support.login import HOME, PASSWORD, SCHOOL

pytestmark = pytest.mark.django_db
LIMIT = settings.ADDRESS_FAILURE_LIMIT


@pytest.fixture(autouse=True)
def marta():
    return User.objects.create_superuser("marta", password=PASSWORD)


@pytest.fixture
def guess(log_in):
    """Try ``count`` invented usernames, one wrong password each; return the statuses."""

    def guess(count=LIMIT, address=SCHOOL):
        return [log_in(f"invented {n}", "wrong", address).status_code for n in range(count)]

    return guess


def test_guesses_for_many_usernames_lock_their_address(guess, log_in):
    assert guess() == [200] * LIMIT
    answer = log_in()
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert log_in("one more", "wrong").status_code == 429
    assert AccessAttempt.objects.count() == LIMIT


def test_login_is_open_below_limit(guess, log_in):
    guess(LIMIT - 1)
    assert log_in().status_code == 302


def test_other_addresses_are_not_locked(guess, log_in):
    guess()
    assert log_in(address=HOME).status_code == 302


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Too many wrong passwords from your address. Wait 15 minutes, then try again."),
        (
            "es",
            "Demasiadas contraseñas incorrectas desde esta dirección. Hay que esperar 15 minutos e "
            "intentarlo de nuevo.",
        ),
    ],
)
def test_page_shows_reason_and_duration(guess, log_in, language, sentence):
    guess()
    answer = log_in(HTTP_ACCEPT_LANGUAGE=language)
    assert answer.context["form"].non_field_errors() == [sentence]


def test_lock_of_one_username_has_its_own_message(log_in):
    for _time in range(settings.AXES_FAILURE_LIMIT):
        log_in(password="wrong")
    (error,) = log_in().context["form"].non_field_errors()
    assert error.startswith("Too many wrong passwords for this username")


def test_lock_ends_after_15_minutes_despite_attempts_meanwhile(guess, log_in):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        guess()
        clock.shift(timedelta(minutes=14))
        assert log_in().status_code == 429
        clock.shift(timedelta(minutes=1, seconds=1))
        assert log_in().status_code == 302


def test_mistyped_passwords_of_studio_do_not_lock_its_address(log_in):
    """Twenty people, each of whom types four wrong passwords and then the right one."""
    for n in range(20):
        User.objects.create_user(f"teacher {n}", password=PASSWORD, is_staff=True)
        for _wrong in range(4):
            assert log_in(f"teacher {n}", "wrong").status_code == 200
        assert log_in(f"teacher {n}").status_code == 302


def test_successful_login_keeps_failures_of_other_usernames(guess, log_in):
    guess(LIMIT - 1)
    assert log_in().status_code == 302
    log_in("one more", "wrong")
    assert log_in().status_code == 429


def test_axes_reset_ip_ends_lock(guess, log_in):
    guess()
    call_command("axes_reset_ip", SCHOOL)
    assert log_in().status_code == 302


def test_ipv6_addresses_of_one_network_are_counted_together(log_in):
    for n in range(LIMIT):
        log_in(f"invented {n}", "wrong", f"2001:db8:0:1::{n:x}")
    assert log_in(address="2001:db8:0:1:ffff::1").status_code == 429
    assert log_in(address="2001:db8:0:2::1").status_code == 302


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        (SCHOOL, SCHOOL),
        (f"::ffff:{SCHOOL}", SCHOOL),
        ("2001:db8:0:1::7", "2001:db8:0:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("", None),
    ],
)
def test_address_is_stored_without_host_part_of_ipv6(log_in, address, stored):
    log_in("invented", "wrong", address)
    assert AccessAttempt.objects.get().ip_address == stored


def test_requests_without_address_are_not_locked(guess, log_in):
    guess(LIMIT, address="")
    assert log_in(address="").status_code == 302
