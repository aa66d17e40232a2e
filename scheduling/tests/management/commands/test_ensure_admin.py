"""``ensure_admin``: creation of the first administrator and its password."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def ensure_admin(capsys):
    call_command("ensure_admin")
    return capsys.readouterr().out


def test_printed_password_logs_in_to_admin(client, capsys):
    output = ensure_admin(capsys)
    password = re.search(r"password: (\S+)", output)[1]
    assert get_user_model().objects.get(username="admin").is_superuser
    client.post("/admin/login/", {"username": "admin", "password": password})
    assert client.get("/admin/").status_code == 200


def test_second_call_changes_nothing_and_prints_no_password(capsys):
    ensure_admin(capsys)
    before = get_user_model().objects.get().password
    assert "password stays as it is" in ensure_admin(capsys)
    assert get_user_model().objects.get().password == before


def test_existing_administrator_of_other_name_suffices(capsys):
    get_user_model().objects.create_superuser("olga", password="x")
    assert "'olga' exists" in ensure_admin(capsys)
    assert get_user_model().objects.count() == 1


def test_user_named_admin_is_not_promoted(capsys):
    get_user_model().objects.create_user("admin", password="x")
    assert "left as it is" in ensure_admin(capsys)
    assert not get_user_model().objects.get().is_superuser
