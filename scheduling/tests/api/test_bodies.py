"""Invalid request bodies: the error names the field, in the caller's language."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from scheduling.models import JobRun
from scheduling.tests.api.resources.helpers import invalid, refused

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

WEEKLY = "/api/class-tracking/generate-weekly-classes"
SPANISH = {"accept-language": "es"}


def post(client, body, path=WEEKLY, **headers):
    return client.post(path, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        '{"dryRun": true, "dry_run": false}',
        '{"dry_run": false, "dryRun": true}',
        '{"dry_run": true}',
    ],
)
def test_misspelt_field_is_unknown(admin_client, body):
    assert invalid(post(admin_client, body)) == "dry_run: Unknown field."
    assert not JobRun.objects.exists()


def test_all_unknown_fields_are_named_also_nested_ones(admin_client):
    body = '{"first_name": "A", "fixedSchedule": [{"dayOfWeek": 1}, {"day_of_week": 1}]}'
    assert invalid(post(admin_client, body, "/api/students")) == (
        "first_name: Unknown field. fixedSchedule[1].day_of_week: Unknown field."
    )


@pytest.mark.parametrize("depth", [300, 700, 100_000])
def test_deeply_nested_body_is_400(admin_client, depth):
    answer = post(admin_client, '{"date": ' + "[" * depth + "]" * depth + "}")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "english", "spanish"),
    [
        (
            '{"date":\n x',
            "The request body is not valid JSON: line 2, column 2 can't be read.",
            "El cuerpo de la petición no es JSON válido: no se puede leer la línea 2, columna 2.",
        ),
        (
            '{"weeks": NaN}',
            "The request body is not valid JSON.",
            "El cuerpo de la petición no es JSON válido.",
        ),
        (
            b"\xff\xfe{",
            "The request body is not valid JSON.",
            "El cuerpo de la petición no es JSON válido.",
        ),
        ("[" * 100_000, "The body is nested too deeply.", "El cuerpo tiene demasiados niveles."),
        ("null", "The body must be an object.", "El cuerpo debe ser un objeto."),
    ],
)
def test_unreadable_body_is_reported_in_both_languages(admin_client, body, english, spanish):
    for headers, text in (({}, english), (SPANISH, spanish)):
        answer = post(admin_client, body, **headers)
        assert (answer.status_code, answer.json()["message"]) == (400, text)


def test_missing_csrf_token_is_reported_in_both_languages():
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("teresa"))
    assert "CSRF" in refused(post(client, "{}"), 403, "permission_denied", "X-CSRFToken")
    refused(post(client, "{}", **SPANISH), 403, "permission_denied", "El token CSRF falta")
