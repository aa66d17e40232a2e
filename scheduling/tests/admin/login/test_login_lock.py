"""The lock of the login after too many wrong passwords for a username from one IP address."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from scheduling.jobs.execution.runner import run
from scheduling.models import Job
from scheduling.tests.jobs.helpers import request, run_options
from scheduling.tests.support.login import HOME, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
LIMIT = settings.AXES_FAILURE_LIMIT


@pytest.fixture(autouse=True)
def users():
    for name in ("marta", "tom"):
        User.objects.create_superuser(name, password=PASSWORD)


@pytest.fixture
def locked(log_in):
    return [log_in(password="wrong", HTTP_USER_AGENT=f"browser {n}") for n in range(LIMIT)]


def test_the_tenth_wrong_password_locks_the_login_for_any_browser(locked, log_in):
    assert [answer.status_code for answer in locked] == [200] * (LIMIT - 1) + [429]
    answer = log_in()
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"


def test_the_page_states_the_lock_and_its_duration(locked, log_in):
    (error,) = log_in().context["form"].non_field_errors()
    assert error == (
        "Too many wrong passwords for this username from your address. "
        "Wait 15 minutes, then try again."
    )
    assert error in locked[-1].content.decode()
    assert error not in locked[-2].content.decode()


def test_another_user_at_the_same_address_can_log_in(locked, log_in):
    assert log_in("tom").status_code == 302


def test_the_locked_user_can_log_in_from_another_address(locked, log_in):
    assert log_in(address=HOME).status_code == 302
    assert log_in().status_code == 429


def test_the_lock_expires_and_attempts_do_not_extend_it(log_in):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(LIMIT):
            log_in(password="wrong")
        clock.shift(timedelta(minutes=14))
        assert log_in().status_code == 429
        clock.shift(timedelta(minutes=1, seconds=1))
        assert log_in().status_code == 302


def test_a_correct_password_resets_the_count(log_in):
    for _ in range(2):
        for _ in range(LIMIT - 1):
            log_in(password="wrong")
        assert log_in().status_code == 302
    assert not AccessAttempt.objects.exists()


def test_only_the_username_is_stored(log_in):
    log_in(password="my other password", HTTP_USER_AGENT="browser")
    (row,) = AccessAttempt.objects.values()
    assert row["username"] == "marta"
    assert "my other password" not in str(row)


def test_expired_attempts_are_pruned(log_in):
    now = timezone.now()
    for n in range(5):
        log_in(f"invented {n}", "wrong")
    old = AccessAttempt.objects.filter(username__in=["invented 0", "invented 1"])
    old.update(attempt_time=now - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    run(request(Job.PRUNE, now.date()), run_options(now))
    names = AccessAttempt.objects.values_list("username", flat=True)
    assert sorted(names) == ["invented 2", "invented 3", "invented 4"]


def test_unusual_usernames_are_accepted(log_in):
    for name in ("", "  ", "\x00", "é" * 150, "x" * 3000, "' OR 1=1 --"):
        assert log_in(name, "wrong").status_code == 200
