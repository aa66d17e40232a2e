"""Logs mask every secret address: those of nginx, of Caddy and of the product."""

import json
import logging
import re

import pytest

from classtracker.json_logs import JSONFormatter
from scheduling.tests.support.documents import Document
from scheduling.tests.support.processes import ROOT
from scheduling.tests.support.secret_addresses import (
    HARMLESS,
    SECRETS,
    parameters,
    secret_addresses,
)

pytestmark = pytest.mark.one_database(name="sqlite")

NGINX = (ROOT / "deploy/nginx.conf").read_text()
CADDY = (ROOT / "deploy/Caddyfile").read_text()
TOKEN = "6-Xy_.secret"
PREFIXES = ("", "/studio", "/studio/family/two", "/calendar")
QUERIES = ("", "?language=es", "/?at=2026-01-06T15:00")
ADDRESSES = [
    prefix + path + query
    for prefix in PREFIXES
    for path in secret_addresses(TOKEN).values()
    for query in QUERIES
]
OTHERS = ("/admin/calendar/", "/admin/calendar/events/", "/admin/password/", "/api/students?page=1")


def python(pattern):
    """Return a pattern of nginx as one of Python."""
    return re.compile(pattern.replace("(?<", "(?P<"))


def nginx(uri):
    """Return what the access log of nginx shows: the map's first match with the decoded path."""
    rules = re.findall(r"^    ~(\^\S+) (\S+);$", NGINX, re.MULTILINE)
    assert len(rules) == 2
    for pattern, result in rules:
        if match := python(pattern).search(uri.partition("?")[0]):
            return re.sub(r"\$([a-z_]+)", lambda name: match[name[1]] or "", result)
    return uri


def caddy(uri):
    """Return what the log of Caddy shows; its three fields have the same filter."""
    rules = re.findall(r"^\t+(\S+) regexp (\S+) (\S+)$", CADDY, re.MULTILINE)
    assert [field for field, _pattern, _result in rules] == [
        "request>uri",
        "request>headers>Referer",
        "resp_headers>Location",
    ]
    ((pattern, result),) = {rule[1:] for rule in rules}
    return re.sub(pattern, re.sub(r"\$\{(\d)\}", r"\\g<\1>", result), uri)


def product(uri):
    """Return what a line of the product shows."""
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "Not Found: %s", (uri,), None)
    return json.loads(JSONFormatter().format(record))["message"].removeprefix("Not Found: ")


def test_every_parameter_of_an_address_is_known():
    """If this fails, put the parameter into SECRETS, and mask its address, or into HARMLESS."""
    assert parameters() == SECRETS | HARMLESS
    assert len(secret_addresses(TOKEN)) >= 6


@pytest.mark.parametrize("log", [nginx, caddy, product])
def test_secret_addresses_are_masked(log):
    assert [uri for uri in ADDRESSES if "secret" in log(uri) or "***" not in log(uri)] == []
    assert [uri for uri in OTHERS if log(uri) != uri] == []


def test_nginx_keeps_them_out_of_its_error_log_and_of_other_sites():
    (root,) = re.findall(r"location ~ (\S+) {\n.*\n        error_log /dev/null;", NGINX)
    other = Document("docs/deploy.md").text
    (below,) = re.findall(
        r"location ~ (\S+) {\n.*\n        access_log off;\n        error_log /dev/null;", other
    )
    for path in secret_addresses(TOKEN).values():
        assert python(root).search(path)
        assert python(below).search(f"/studio{path}")
    for path in OTHERS[:2]:
        assert not python(root).search(path)
        assert not python(below).search(f"/studio{path}")


@pytest.mark.django_db
def test_error_pages_send_no_referrer(client):
    for path in ("/family/secret/nothing/", "/family/secret?x=%00"):
        assert b'<meta name="referrer" content="no-referrer">' in client.get(path).content
