"""A server below a path of another site (`URL_PREFIX`), called in place of the proxy."""

import re
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import get_token_model

from scheduling.models import CalendarFeed, JobRun, ScheduledClass
from scheduling.services.calendar_feeds import token_of
from scheduling.tests import factories as make
from scheduling.tests.support import processes
from scheduling.tests.support.curl import curl
from scheduling.tests.support.servers.gunicorn import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

SECRET = "a-secret-of-sixteen-or-more"
HTTPS = ("-H", "X-Forwarded-Proto: https")
PREFIX = "/studio"
PRODUCTION = {"TRUSTED_PROXY": "true", "SECURE_SSL_REDIRECT": "true", "CRON_SECRET": SECRET}


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), serving(URL_PREFIX=PREFIX, **PRODUCTION) as started:
        yield started


@pytest.fixture(params=[PREFIX, ""], ids=["prefix kept", "prefix removed"])
def base(server, request):
    """Return the base URL of a proxy that passes the prefix on, or removes it."""
    return server.url + request.param


@pytest.fixture
def token():
    return get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]


def test_links_and_static_files_are_below_the_prefix(base):
    page = curl(f"{base}/admin/login/", *HTTPS)
    assert page.status == 200
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.body.decode())
    files = [link for link in links if link.startswith(f"{PREFIX}/static/")]
    assert files
    assert [link for link in links if not link.startswith(f"{PREFIX}/")] == []
    for file in files:
        assert curl(base + file.removeprefix(PREFIX), *HTTPS).status == 200, file


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("", "/admin/"),
        ("/", "/admin/"),
        ("/admin", "/admin/"),
        ("/admin/", f"/admin/login/?next={PREFIX}/admin/"),
        ("/language?x=1", "/language/?x=1"),
        ("/api/docs?x=1", None),
        ("/nothing/", None),
    ],
)
def test_redirects_are_below_the_prefix(base, path, location):
    answer = curl(base + path, *HTTPS)
    assert answer.headers.get("location") == (location and PREFIX + location)


def test_only_pages_are_redirected_to_https(base):
    answer = curl(f"{base}/admin/login/?next=x")
    host = base.removesuffix(PREFIX).replace("http:", "https:")
    assert (answer.status, answer.headers["location"]) == (
        301,
        f"{host}{PREFIX}/admin/login/?next=x",
    )
    anyone = ("-H", "Host: 10.0.0.7")
    for path in ("/healthz", "/readyz", "/healthz/jobs"):
        assert curl(base + path, *anyone).status in (200, 503), path
    assert curl(f"{base}/api/students").status == 401
    assert curl(f"{base}/calendar/nothing.ics").status == 404


def test_no_hsts_is_sent_below_a_prefix(base):
    headers = curl(f"{base}/admin/login/", *HTTPS).headers
    assert "strict-transport-security" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_feed_is_served_below_the_prefix(base):
    make.lesson(make.student("Ana Ruiz"), timezone.localdate())
    path = f"/calendar/{token_of(CalendarFeed.objects.create())}.ics"
    answer = curl(base + path)
    assert (answer.status, answer.body.count(b"BEGIN:VEVENT")) == (200, 1)


def test_next_and_previous_of_the_api_are_below_the_prefix(base, token):
    for name in ("Ana", "Juan", "Zoe"):
        make.student(f"{name} Ruiz")
    first = curl(f"{base}/api/students?pageSize=1", token=token).json
    root = base.removesuffix(PREFIX)
    assert first["next"].startswith(f"{root}{PREFIX}/api/students?")
    second = curl(base + first["next"].removeprefix(root + PREFIX), token=token).json
    assert second["results"] != first["results"]
    assert second["previous"].startswith(f"{root}{PREFIX}/api/students?")


def test_location_of_a_background_run_is_below_the_prefix(base, token):
    body = ("-H", "Content-Type: application/json", "--data", '{"background": true}')
    answer = curl(f"{base}/api/admin/background-jobs/generate-lessons", *body, token=token)
    run = JobRun.objects.latest("pk")
    root = base.removesuffix(PREFIX)
    assert answer.status == 202
    assert answer.headers["location"] == answer.json["url"]
    assert answer.json["url"] == f"{root}{PREFIX}/api/admin/background-jobs/runs/{run.pk}"


def test_schema_contains_the_prefix_as_server(base, token):
    schema = curl(f"{base}/api/schema", token=token).json
    assert schema["servers"] == [{"url": PREFIX}]
    assert "/api/students" in schema["paths"]


def test_endpoint_option_accepts_a_base_url_with_a_path(server):
    make.slot()
    endpoint = f"{server.url}{PREFIX}"
    for named in (endpoint, f"{endpoint}/api/", f"{endpoint}/api/cron/generate-lessons"):
        answer = processes.run("generate_classes", "--endpoint", named, env={"CRON_SECRET": SECRET})
        assert answer.returncode == 0, answer.stderr
    assert ScheduledClass.objects.count() == 12


def test_urls_in_commands_are_below_the_prefix():
    show = "from django.urls import reverse; print(reverse('admin:index'))"
    answer = processes.run("shell", "--no-imports", "-c", show, env={"URL_PREFIX": PREFIX})
    assert (answer.stdout, answer.stderr) == (f"{PREFIX}/admin/\n", "")


class Visitor:
    """A client with one cookie jar. Cookies are kept by host name, whatever the port."""

    def __init__(self, folder):
        self.jar = folder / "jar"

    def request(self, url, **fields):
        cookies = ("--cookie", str(self.jar), "--cookie-jar", str(self.jar))
        data = ("--data", urlencode(fields)) if fields else ()
        return curl(url, *cookies, *data)

    def post(self, url, page, **fields):
        """Post the fields with the token of a page's form."""
        form = self.request(page).body.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
        return self.request(url, csrfmiddlewaretoken=token, **fields)

    def log_in(self, studio, name):
        # The server is another process, with production's hashers.
        password = make_password("correct-horse", hasher="pbkdf2_sha256")
        User.objects.create(username=name, password=password, is_staff=True, is_superuser=True)
        page = f"{studio}/admin/login/"
        return self.post(page, page, username=name, password="correct-horse")

    def cookies(self):
        rows = [line.split("\t") for line in self.jar.read_text().splitlines() if "\t" in line]
        return {(row[5], row[2]) for row in rows}


def test_studios_on_one_host_have_separate_sessions(tmp_path):
    """The root, a path, and a path below that path."""
    visitor = Visitor(tmp_path)
    prefixes = {"ana": "", "marta": "/studio", "juan": "/studio/two"}
    with ExitStack() as stack:
        studios = {
            name: stack.enter_context(serving(URL_PREFIX=prefix, workers=1)).url + prefix
            for name, prefix in prefixes.items()
        }
        for name, studio in studios.items():
            assert visitor.log_in(studio, name).status == 302
        assert visitor.cookies() == {
            ("csrftoken", "/"),
            ("sessionid", "/"),
            ("csrftoken_studio", "/studio"),
            ("sessionid_studio", "/studio"),
            ("csrftoken_studio_two", "/studio/two"),
            ("sessionid_studio_two", "/studio/two"),
        }
        home = {name: f"{studio}/admin/" for name, studio in studios.items()}
        for name, page in home.items():
            assert f'title="{name}"' in visitor.request(page).body.decode()
        visitor.post(f"{home['ana']}logout/", home["ana"])
        visitor.post(f"{home['juan']}logout/", home["juan"])
        assert {name: visitor.request(page).status for name, page in home.items()} == {
            "ana": 302,
            "marta": 200,
            "juan": 302,
        }
