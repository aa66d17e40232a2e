"""Pages answer 503 with Retry-After while the database is unavailable or locked."""

from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

pytestmark = [pytest.mark.django_db]


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/calendar/", "/family/1-x.y"])
@pytest.mark.parametrize("error", ["database is locked", "connection refused"])
def test_pages_are_503_while_database_is_unavailable(path, error):
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("teresa"))
    with patch.object(connection, "cursor", side_effect=OperationalError(error)):
        answer = browser.get(path, headers={"accept-language": "es"})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    text = answer.content.decode()
    assert "no se puede acceder a la base de datos" in text
    assert error not in text


def test_submitted_login_form_is_503():
    browser = Client(raise_request_exception=False)
    with patch.object(connection, "cursor", side_effect=OperationalError("database is locked")):
        answer = browser.post("/admin/login/", {"username": "teresa", "password": "secret"})
    assert answer.status_code == 503


def test_error_of_a_statement_is_500():
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("teresa"))
    with patch.object(connection, "cursor", side_effect=OperationalError("no such table: x")):
        assert browser.get("/admin/calendar/").status_code == 500
