"""/api/schema and /api/docs: complete, in camel case, for staff only."""

import io
import json
import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import OperationalError, connection
from drf_spectacular.generators import SchemaGenerator
from knox.models import get_token_model

from scheduling.api.errors import not_found
from scheduling.api.urls import monitoring, urlpatterns
from scheduling.text.json_keys import camel

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

CRON = "/api/cron/generate-lessons"
WEEKLY = "/api/class-tracking/generate-weekly-classes"


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def resolve(schema, node):
    """Return ``node``, or the node that its ``$ref`` names."""
    while "$ref" in node:
        *_start, kind, name = node["$ref"].split("/")
        node = schema["components"][kind][name]
    return node


def nodes(value):
    """Yield every object within ``value``."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


def test_schema_is_valid_without_warnings():
    output, errors = io.StringIO(), io.StringIO()
    options = {"validate": True, "fail_on_warn": True, "format": "openapi-json"}
    call_command("spectacular", stdout=output, stderr=errors, **options)
    assert errors.getvalue() == ""
    assert json.loads(output.getvalue())["openapi"].startswith("3.1.")


def test_schema_has_each_address_once_without_trailing_slash(schema):
    paths = list(schema["paths"])
    assert not [path for path in paths if path.endswith("/")]
    views = [p for p in (*urlpatterns, *monitoring) if p.callback is not not_found]
    # The schema does not contain its own page.
    assert len(paths) == len([p for p in views if p.name != "api-docs"])


def test_names_are_camel_case(schema):
    for path, _method, operation in operations(schema):
        names = [*re.findall(r"\{(\w+)\}", path), operation["operationId"]]
        names += [parameter["name"] for parameter in operation.get("parameters", ())]
        assert [camel(name) for name in names] == names
    for node in nodes(schema["components"]["schemas"]):
        names = [*node.get("properties", ()), *node.get("required", ())]
        assert [camel(name) for name in names] == names
        assert set(node.get("required", ())) <= set(node.get("properties", ()))


def test_response_keys_are_required_with_named_exceptions(schema):
    optional = {"warning", "notified", "errors", "resultsTruncated"}
    found = 0
    for _path, _method, operation in operations(schema):
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                continue
            for media in resolve(schema, answer).get("content", {}).values():
                body = resolve(schema, media["schema"])
                lacking = set(body.get("properties", ())) - set(body.get("required", ()))
                assert lacking <= optional, (operation["operationId"], lacking)
                found += "properties" in body
    assert found > 20


def test_operation_ids_are_unique_and_every_operation_is_described(schema):
    found = [operation for _path, _method, operation in operations(schema)]
    ids = [operation["operationId"] for operation in found]
    assert len(set(ids)) == len(ids)
    assert all(operation["summary"] for operation in found)
    known = {tag["name"] for tag in schema["tags"]}
    assert {tag for operation in found for tag in operation["tags"]} == known
    assert all(
        a.get("description") for o in found for a in o["responses"].values() if "$ref" not in a
    )


def test_every_reference_resolves(schema):
    for node in nodes(schema):
        if "$ref" in node:
            assert resolve(schema, node)


def test_errors_are_documented_with_body_and_headers(schema):
    headers = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
    for path, method, operation in operations(schema):
        statuses = {int(status) for status in operation["responses"]}
        assert 405 in statuses
        if operation.get("security"):
            assert statuses >= {401, 429, 500, 503}, path
        if operation.get("requestBody"):
            assert 400 in statuses, path
        # A body that is too large is refused even where no body is read.
        assert (413 in statuses) == (method != "get"), (path, method)
        if "{" in path:
            assert 404 in statuses, path
        for status, answer in operation["responses"].items():
            answer = resolve(schema, answer)
            assert "X-Request-Id" in answer["headers"]
            if int(status) in headers:
                assert headers[int(status)] in answer["headers"]
            if int(status) >= 400 and path not in ("/readyz", "/healthz/jobs"):
                media = answer["content"]["application/json"]
                assert "#/components/schemas/Error" in json.dumps(media["schema"])


def test_statuses_of_single_views_are_documented(schema):
    assert "409" in schema["paths"][WEEKLY]["post"]["responses"]
    assert "409" not in schema["paths"][WEEKLY]["get"]["responses"]
    assert set(schema["paths"][CRON]["get"]["responses"]) >= {"200", "202", "500"}
    assert "403" not in schema["paths"][CRON]["get"]["responses"]


def test_cron_secret_is_documented_where_accepted(schema):
    takes = {p for p, _m, o in operations(schema) if {"cronSecret": []} in o.get("security", ())}
    missing = "/api/class-tracking/generate-missing-classes"
    assert takes == {CRON, "/api/cron/tick", WEEKLY, missing}
    assert schema["paths"][CRON]["post"]["security"] == [{"cronSecret": []}]
    open_to_all = {path for path, _m, o in operations(schema) if not o.get("security")}
    assert open_to_all == {"/healthz", "/readyz", "/healthz/jobs"}
    assert set(schema["components"]["securitySchemes"]) == {
        "apiToken",
        "adminSession",
        "cronSecret",
    }


def test_bodies_allow_no_additional_properties(schema):
    for path, _method, operation in operations(schema):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body = resolve(schema, media["schema"])
            for variant in body.get("oneOf", [body]):
                assert resolve(schema, variant)["additionalProperties"] is False, path


def test_examples_match_their_schemas(schema):
    from jsonschema import Draft202012Validator

    found = 0
    for _path, _method, operation in operations(schema):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in (resolve(schema, body) for body in bodies):
            for media in body.get("content", {}).values():
                complete = {**media["schema"], "components": schema["components"]}
                for example in media.get("examples", {}).values():
                    Draft202012Validator(complete).validate(example["value"])
                    found += 1
                if "example" in media:
                    Draft202012Validator(complete).validate(media["example"])
    assert found >= 5
    week = schema["paths"][WEEKLY]["post"]["responses"]["200"]["content"]["application/json"]
    (example,) = week["examples"].values()
    assert example["value"]["results"][0]["studentName"] == "Juan Pérez"


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_user("pablo", is_staff=True))
    return client


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/", "/api/schema?format=json"])
def test_staff_gets_json_for_any_accept_header(staff, path):
    answer = staff.get(path, HTTP_ACCEPT="text/html")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"


def test_token_of_staff_is_accepted(client):
    user = User.objects.create_user("pablo", is_staff=True)
    token = get_token_model().objects.create(user)[1]
    answer = client.get("/api/schema", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code == 200


@pytest.mark.parametrize("slash", ["", "/"])
def test_anonymous_caller_gets_401_without_redirect(client, slash):
    schema = client.get(f"/api/schema{slash}")
    assert schema.status_code == 401
    assert schema.json()["error"] == "not_authenticated"
    page = client.get(f"/api/docs{slash}")
    assert page.status_code == 401
    assert page["Content-Type"].startswith("text/html")
    assert f'href="/admin/login/?next=/api/docs{slash}"' in page.content.decode()
    assert client.get(f"/api/docs{slash}?script=").status_code == 401


def test_user_without_staff_status_gets_403(client):
    client.force_login(User.objects.create_user("ana"))
    assert client.get("/api/schema").status_code == 403
    page = client.get("/api/docs")
    assert page.status_code == 403
    assert b"/admin/login/" in page.content


def test_page_has_no_inline_code_and_no_foreign_address(staff):
    page = staff.get("/api/docs")
    text = page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "<style" not in text
    assert not re.search(r"\s(style|on\w+)=", text)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2
    for attributes, content in scripts:
        assert "src=" in attributes
        assert content.strip() == ""
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert address.startswith("/")
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
    script = staff.get("/api/docs?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert 'url: "/api/schema"' in script.content.decode().replace("\\u002D", "-")


def test_length_is_checked_before_blanks_are_stripped(client):
    """A name of 151 characters, the first of which is a blank, is too long."""
    client.force_login(User.objects.create_superuser("teresa"))
    body = json.dumps({"name": "\u00a0" + "n" * 150})
    answer = client.post("/api/teachers", body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("name: ")


def test_page_without_database_is_503_with_retry_after(staff):
    def refuse(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answer = staff.get("/api/docs")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "database" in answer.content.decode()
