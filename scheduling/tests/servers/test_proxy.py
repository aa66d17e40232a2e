"""Headers, cookies, TLS and client addresses of a real server with production settings."""

import re
from urllib.request import urlopen

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.module_loading import import_string

from scheduling.tests.support.curl import curl
from scheduling.tests.support.servers.gunicorn import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]
HTTPS = ("-H", "X-Forwarded-Proto: https")
LOGIN = "/admin/login/"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.1, 127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9,2001:DB8::0:1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", "127.0.0.1"),
        ("203.0.113.9, unknown", "127.0.0.1"),
        ("203.0.113.9,", "127.0.0.1"),
        ("203.0.113.9:4711", "127.0.0.1"),
    ],
)
def test_only_last_hop_is_trusted(forwarded, address):
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)
    import_string("classtracker.middleware.ClientAddressMiddleware")(
        lambda request: HttpResponse()
    )(request)
    assert request.META["REMOTE_ADDR"] == address


TLS = {"SECURE_SSL_REDIRECT": "true", "API_THROTTLE_FAILED": "1/day"}


@pytest.fixture(scope="module")
def production(django_db_setup, django_db_blocker):
    """Start a server as in `docs/deploy.md`, behind a proxy on the same machine."""
    with django_db_blocker.unblock(), serving(TRUSTED_PROXY="true", **TLS) as server:
        yield server


@pytest.fixture(scope="module")
def without_proxy(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), serving(**TLS) as server:
        yield server


def test_tls_at_the_proxy_is_accepted_and_http_is_redirected(production):
    plain = curl(production.url + LOGIN)
    assert plain.status == 301
    assert plain.headers["location"].startswith("https://127.0.0.1")
    assert curl(production.url + LOGIN, *HTTPS).status == 200
    assert curl(production.url + LOGIN, "-H", "X-Forwarded-Proto: http").status == 301


def test_forwarded_proto_is_ignored_without_proxy(without_proxy):
    assert curl(without_proxy.url + LOGIN, *HTTPS).status == 301
    assert curl(without_proxy.url + LOGIN, "-H", "X-Forwarded-SSL: on").status == 301


def test_pages_carry_security_headers(production):
    for path in (LOGIN, "/static/scheduling/admin.css"):
        headers = curl(production.url + path, *HTTPS).headers
        hsts = headers["strict-transport-security"]
        assert hsts == "max-age=31536000; includeSubDomains", path
        assert headers["x-content-type-options"] == "nosniff", path
    headers = curl(production.url + LOGIN, *HTTPS).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def make_marta():
    """Create a superuser with a password hash of the server, which has production's hashers."""
    password = make_password("correct-horse", hasher="pbkdf2_sha256")
    User.objects.create(username="marta", password=password, is_staff=True, is_superuser=True)


def log_in(server, password, *options, jar):
    page = curl(server.url + LOGIN, *HTTPS, "--cookie-jar", str(jar))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())[1]
    cookie = page.headers["set-cookie"].partition(";")[0]
    origin = server.url.replace("http:", "https:")
    form = ("--data", f"csrfmiddlewaretoken={token}&username=marta&password={password}")
    request = ("-H", f"Cookie: {cookie}", "-H", f"Referer: {origin}{LOGIN}", *form, *options)
    return curl(server.url + LOGIN, *HTTPS, "--cookie-jar", str(jar), *request)


def test_cookies_require_tls(production, tmp_path):
    make_marta()
    jar = tmp_path / "jar"
    answer = log_in(production, "correct-horse", jar=jar)
    assert answer.status == 302
    # The fourth column of the jar: TLS only.
    rows = [line.split("\t") for line in jar.read_text().splitlines() if "\t" in line]
    secure = {row[5]: row[3] for row in rows}
    assert secure == {"csrftoken": "TRUE", "sessionid": "TRUE"}
    assert any(row[5] == "sessionid" and row[0].startswith("#HttpOnly_") for row in rows)


def test_login_lockout_applies_to_client_not_proxy(production, tmp_path):
    make_marta()
    attacker = ("-H", "X-Forwarded-For: 198.51.100.7, 203.0.113.9")
    assert log_in(production, "wrong", *attacker, jar=tmp_path / "jar").status == 200
    AccessAttempt.objects.update(failures_since_start=settings.AXES_FAILURE_LIMIT - 1)
    assert log_in(production, "wrong", *attacker, jar=tmp_path / "jar").status == 429
    # Another forged address is the same client; the client at that address is not locked.
    forged = ("-H", "X-Forwarded-For: 192.0.2.55, 203.0.113.9")
    assert log_in(production, "correct-horse", *forged, jar=tmp_path / "jar").status == 429
    marta = ("-H", "X-Forwarded-For: 198.51.100.7")
    assert log_in(production, "correct-horse", *marta, jar=tmp_path / "jar").status == 302


def wrong_tokens(server, *addresses):
    url = server.url + "/api/students"
    headers = [("-H", f"X-Forwarded-For: {address}") for address in addresses]
    return [curl(url, *HTTPS, *header, token="wrong").status for header in headers]


def test_wrong_tokens_are_counted_by_client_behind_a_proxy(production):
    statuses = wrong_tokens(production, "203.0.113.9", "198.51.100.7", "192.0.2.1, 203.0.113.9")
    assert statuses == [401, 401, 429]


def test_wrong_tokens_are_counted_by_connection_without_a_proxy(without_proxy):
    assert wrong_tokens(without_proxy, "203.0.113.9", "198.51.100.7") == [401, 429]


def test_metrics_behind_a_local_proxy_require_a_token(production):
    # Local requests need no token; behind a local proxy every connection is local.
    stranger = ("-H", "X-Forwarded-For: 127.0.0.1, 203.0.113.9")
    assert curl(production.url + "/metrics", *HTTPS, *stranger).status == 401
    with urlopen(f"{production.url}/metrics", timeout=10) as answer:
        assert answer.status == 200


def test_request_headers_do_not_change_script_name(production):
    answer = curl(production.url + LOGIN, *HTTPS, "-H", "SCRIPT_NAME: /evil")
    assert "/evil" not in answer.body.decode()


def test_no_warning_before_collectstatic(production):
    assert not [line for line in production.lines() if "No directory" in line]


def test_nothing_else_listens(production):
    # gunicorn would open a control socket in the user's home.
    assert not [line for line in production.lines() if "Control socket" in line]
