"""``create_api_token``: a token with an expiry, a name and a scope, printed once."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from knox.models import AuthToken

from scheduling.models import ApiTokenDetails, TokenScope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def teresa():
    with time_machine.travel(NOW, tick=False):
        yield User.objects.create_superuser("teresa")


def create(*options, name="teresa"):
    """Return the token as printed, and what standard error says."""
    output, log = io.StringIO(), io.StringIO()
    call_command("create_api_token", name, *options, stdout=output, stderr=log)
    return output.getvalue().strip(), log.getvalue()


def status(client, text, path="/api/students"):
    headers = {"Authorization": f"Bearer {text}"}
    return client.get(path, headers=headers, REMOTE_ADDR="203.0.113.9").status_code


def test_token_has_full_scope_and_expires_after_year(client):
    text, log = create()
    assert "It expires on Tuesday 5 January 2027." in log
    token = AuthToken.objects.get()
    assert token.expiry == NOW + timedelta(days=365)
    assert (token.details.name, token.details.scope) == ("", TokenScope.ALL)
    assert status(client, text) == status(client, text, "/metrics") == 200
    with time_machine.travel(NOW + timedelta(days=365, seconds=1), tick=False):
        assert status(client, text) == 401


def test_options_set_name_scope_and_expiry(client):
    text, log = create("--name", " Prometheus ", "--scope", "metrics", "--days", "30")
    assert "It expires on Wednesday 4 February 2026." in log
    token = AuthToken.objects.get()
    assert token.expiry == NOW + timedelta(days=30)
    assert (token.details.name, token.details.scope) == ("Prometheus", TokenScope.METRICS)
    assert status(client, text) == 403
    assert status(client, text, "/metrics") == 200


@pytest.mark.parametrize(
    "options", [("--scope", "everything"), ("--days", "0"), ("--name", "x" * 61)]
)
def test_invalid_options_store_nothing(options):
    with pytest.raises(CommandError, match=options[0]):
        create(*options)
    assert not AuthToken.objects.exists()


def test_audit_log_of_token_omits_secret():
    text, _log = create("--name", "Prometheus")
    token = AuthToken.objects.get()
    digest = token.digest
    token.delete()
    entries = list(LogEntry.objects.get_for_model(ApiTokenDetails).order_by("id"))
    assert [entry.get_action_display() for entry in entries] == ["create", "delete"]
    for entry in entries:
        assert entry.object_repr == f"Prometheus · teresa · {token.token_key}…"
        logged = f"{entry.object_pk} {entry.object_repr} {entry.changes}"
        assert text not in logged
        assert digest not in logged
