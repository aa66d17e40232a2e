"""The environment, read strictly: a bad value is one line on standard error and status 1.

Each case is a process on a copy of the project's folder: the caller's own `.env` stays out of it.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scheduling.tests.support.plugin import ENVIRONMENT

pytestmark = pytest.mark.one_database(name="sqlite")

ROOT = Path(__file__).resolve().parents[3]
GOOD = {"SECRET_KEY": "x" * 60, "DATABASE_URL": "sqlite:///db.sqlite3"}
SHOW = "import classtracker.settings as s; print(repr({}))"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "classtracker", folder / "classtracker")
    shutil.copy(ROOT / "manage.py", folder)
    return folder


def start(folder, *command, **variables):
    """A Python process in `folder` with nothing in its environment but `variables`."""
    env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env |= {"PYTHONPATH": str(ROOT)} | variables
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def setting(folder, expression, **variables):
    answer = start(folder, "-c", SHOW.format(expression), **(GOOD | variables))
    assert answer.stderr == ""
    return eval(answer.stdout)


BAD = [
    ("DEBUG", "maybe"),
    ("DEBUG", ""),
    ("SECURE_SSL_REDIRECT", "2"),
    ("TRUSTED_PROXY", "10.0.0.1"),
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "   "),
    ("SECRET_KEY", "two\nlines"),
    ("ALLOWED_HOSTS", "https://example.org"),
    ("ALLOWED_HOSTS", "example.org:8000"),
    ("CSRF_TRUSTED_ORIGINS", "example.org"),
    ("CSRF_TRUSTED_ORIGINS", "https://example.org/path"),
    ("STUDIO_TIME_ZONE", ""),
    ("STUDIO_TIME_ZONE", "Mars/Olympus"),
    ("STUDIO_TIME_ZONE", "../x"),
    ("STUDIO_TIME_ZONE", "/etc/passwd"),
    ("STUDIO_TIME_ZONE", "America"),
    ("STUDIO_TIME_ZONE", "America/"),
    ("STUDIO_TIME_ZONE", "zone.tab"),
    ("STUDIO_TIME_ZONE", "posix/UTC"),
    ("STUDIO_TIME_ZONE", "right/UTC"),
    ("STUDIO_TIME_ZONE", "localtime"),
    ("STUDIO_TIME_ZONE", "x" * 300),
    ("STUDIO_TIME_ZONE", "\udcff"),
    ("LANGUAGE_CODE", "fr"),
    ("LANGUAGE_CODE", "ES"),
    ("HORIZON_WEEKS", "0"),
    ("HORIZON_WEEKS", "105"),
    ("HORIZON_WEEKS", "-1"),
    ("HORIZON_WEEKS", "1.5"),
    ("HORIZON_WEEKS", "1_2"),
    ("HORIZON_WEEKS", "twelve"),
    ("HORIZON_WEEKS", ""),
    ("REMINDER_HOURS", "-1"),
    ("REMINDER_HOURS", "169"),
    ("REMINDER_HOURS", "soon"),
    ("CURRENCY", "eur"),
    ("CURRENCY", "EURO"),
    ("CURRENCY", "€"),
    ("MAKEUP_RULE", "always"),
    ("CANCEL_NOTICE_HOURS", "0"),
    ("CANCEL_NOTICE_HOURS", "169"),
    ("CANCEL_NOTICE_HOURS", "a day"),
    ("MAKEUP_DAYS", "0"),
    ("MAKEUP_DAYS", "367"),
    ("UNMARKED_DAYS", "-1"),
    ("UNMARKED_DAYS", "367"),
    ("UNMARKED_DAYS", "never"),
    ("JOB_LOG_RETENTION_DAYS", "0"),
    ("JOB_LOG_RETENTION_DAYS", "x"),
    ("TASKS_BACKEND", "celery"),
    ("REDIS_URL", "http://localhost"),
    ("API_ENDPOINT", "example.org/api"),
    ("API_ENDPOINT", "ftp://example.org"),
    ("API_ENDPOINT", "https://example.org:port/"),
    ("API_ENDPOINT", "http://:80"),
    ("API_ENDPOINT", "http://example.org/?a=b"),
    ("API_ENDPOINT", "http://example.org/#a"),
    ("PING_URL", "http://:80"),
    ("PING_URL", "http://user@/x"),
    ("CRON_SECRET", "contraseña"),
    ("CSRF_TRUSTED_ORIGINS", "https://a.org:abc"),
    ("CSRF_TRUSTED_ORIGINS", "https://:443"),
    ("CSRF_TRUSTED_ORIGINS", "https://a.org?b"),
    ("REDIS_URL", "redis://h/abc"),
    ("REDIS_URL", "redis://h/0?db=x"),
    ("EMAIL_URL", "smtp://h?ssl=maybe"),
    ("EMAIL_URL", "smtp://h?tls="),
    ("EMAIL_URL", "file://mail"),
    ("EMAIL_URL", "file:mail"),
    ("DATABASE_URL", "postgres://localhost/classes?connect_timeout=abc"),
    ("DATABASE_URL", "postgres://localhost/classes?sslmode=maybe"),
    ("PING_URL", "http://"),
    ("ALERT_WEBHOOK_URL", "http://[x"),
    ("ALERT_EMAILS", "ana@example.org, juan"),
    ("EMAIL_URL", "pigeon://coop"),
    ("EMAIL_FROM", "studio"),
    ("EMAIL_FROM", "Studio <studio@>"),
    ("EMAIL_URL", "smtp://ana:p@mail:port"),
    ("EMAIL_URL", "smtp://mail?timeout=soon"),
    ("API_THROTTLE", "600"),
    ("API_THROTTLE", "0/min"),
    ("API_THROTTLE", "600/week"),
    ("API_THROTTLE_FAILED", "many/min"),
    ("CRON_LOG", "cron.log"),
    ("CRON_LOG", "/tmp/#1.log"),
    ("CRON_LOG", ""),
    ("DATABASE_URL", "db.sqlite3"),
    ("DATABASE_URL", "mysql://root@localhost/classes"),
    ("DATABASE_URL", "postgres://ana:p/w@localhost:x/classes"),
    ("DATABASE_URL", "postgres://localhost"),
    ("DATABASE_URL", "postgres://localhost/classes?colour=red"),
    ("DATABASE_URL", "sqlite://:memory:"),
    ("DATABASE_URL", "sqlite://db.sqlite3"),
    ("DATABASE_URL", "sqlite:///no/such/folder/db.sqlite3"),
    ("DATABASE_URL", "sqlite:////"),
    ("DATABASE_URL", "sqlite:///db.sqlite3?timeout=5"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_one_line_that_names_the_variable(project, name, value):
    answer = start(project, "-c", "import classtracker.settings", **(GOOD | {name: value}))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.startswith(f"{name}: ")
    assert answer.stderr.endswith(".\n")
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [("manage.py", "check"), ("manage.py", "migrate"), ("-c", "import classtracker.wsgi")],
    ids=lambda command: command[1],
)
def test_it_stops_every_way_in(project, command):
    answer = start(project, *command, **(GOOD | {"HORIZON_WEEKS": "x"}))
    wanted = "HORIZON_WEEKS: 'x' is not a whole number from 1 to 104.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", wanted)


def test_the_secret_key_is_required_unless_debug(project):
    assert start(project, "-c", "import classtracker.settings").stderr.startswith("SECRET_KEY: is")
    answer = start(project, "-c", "import classtracker.settings", DEBUG="true")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_redis_is_required_by_rq_alone(project):
    assert setting(project, "s.TASKS_BACKEND", TASKS_BACKEND="database") == "database"
    answer = start(project, "-c", "import classtracker.settings", **GOOD, TASKS_BACKEND="rq")
    assert answer.stderr == "REDIS_URL: is required if TASKS_BACKEND is rq.\n"


def test_a_password_is_never_repeated(project):
    for name in ("DATABASE_URL", "EMAIL_URL", "REDIS_URL", "PING_URL"):
        value = "scheme://ana:hunter2@host:port/x"
        answer = start(project, "-c", "import classtracker.settings", **(GOOD | {name: value}))
        assert answer.returncode == 1
        assert "hunter2" not in answer.stderr


DEFAULTS = {
    "DEBUG": False,
    "ALLOWED_HOSTS": [],
    "CSRF_TRUSTED_ORIGINS": [],
    "SECURE_SSL_REDIRECT": True,
    "TRUSTED_PROXY": False,
    "SECURE_PROXY_SSL_HEADER": None,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "TIME_ZONE": "UTC",
    "GIVEN_FIRST_VALUES": [],
    "LANGUAGE_CODE": "en",
    "CURRENCY": "",
    "CRON_SECRET": "",
    "API_ENDPOINT": "",
    "HORIZON_WEEKS": 12,
    "REMINDER_HOURS": 24,
    "MAKEUP_RULE": "teacher",
    "CANCEL_NOTICE_HOURS": 24,
    "MAKEUP_DAYS": 60,
    "UNMARKED_DAYS": 7,
    "JOB_LOG_RETENTION_DAYS": 30,
    "TASKS_BACKEND": "embedded",
    "REDIS_URL": "",
    "PING_URL": "",
    "ALERT_EMAILS": [],
    "ALERT_WEBHOOK_URL": "",
    "API_THROTTLE": "600/min",
    "API_THROTTLE_FAILED": "60/min",
}


def test_the_sender_of_every_mail(project):
    names = "(s.DEFAULT_FROM_EMAIL, s.SERVER_EMAIL)"
    sender = "My Studio <studio@example.org>"
    assert setting(project, names, EMAIL_FROM=sender) == (sender, sender)


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ({"EMAIL_URL": "smtp://mail.example.org"}, True),
        ({"EMAIL_URL": "submission://a:b@mail.example.org"}, True),
        ({"EMAIL_URL": "smtp://mail.example.org", "EMAIL_FROM": "studio@example.org"}, False),
        ({"EMAIL_URL": "console:"}, False),
    ],
)
def test_a_check_warns_where_mail_goes_out_without_a_sender(project, values, warned):
    answer = start(project, "manage.py", "check", "--tag", "mail", **GOOD, **values)
    assert answer.returncode == 0
    assert ("scheduling.W003" in answer.stderr) == warned


def test_the_defaults(project):
    names = ", ".join(f"{name!r}: s.{name}" for name in DEFAULTS)
    assert setting(project, f"{{{names}}}") == DEFAULTS


def test_the_first_values_that_are_given_are_known(project):
    given = {"CURRENCY": "EUR", "STUDIO_TIME_ZONE": "Europe/Madrid", "HORIZON_WEEKS": "9"}
    names = setting(project, "s.GIVEN_FIRST_VALUES", **given)
    assert names == ["STUDIO_TIME_ZONE", "CURRENCY"]


def test_plain_http_turns_off_cookies_and_hsts_too(project):
    safe = "(s.SECURE_SSL_REDIRECT, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_SECURE)"
    hsts = "(s.SECURE_HSTS_SECONDS > 0, s.SECURE_HSTS_INCLUDE_SUBDOMAINS)"
    for expression, on in ((safe, (True,) * 3), (hsts, (True,) * 2)):
        off = (False,) * len(on)
        assert setting(project, expression) == on
        assert setting(project, expression, SECURE_SSL_REDIRECT="false") == off
        assert setting(project, expression, DEBUG="true") == off
        assert setting(project, expression, DEBUG="true", SECURE_SSL_REDIRECT="true") == on


def test_the_log_is_for_machines_in_production_and_for_people_under_debug(project):
    formatter = "s.LOGGING['handlers']['stderr']['formatter']"
    assert setting(project, formatter) == "json"
    assert setting(project, formatter, DEBUG="true") == "line"


def test_the_studio_s_zone_is_django_s(project):
    zone = setting(project, "(s.TIME_ZONE, s.USE_TZ)", STUDIO_TIME_ZONE="America/Bogota")
    assert zone == ("America/Bogota", True)


def test_sqlite_is_a_file_of_the_project_wherever_one_stands(project, tmp_path):
    found = setting(project, "s.DATABASES['default']", DATABASE_URL="sqlite:///a%20b.sqlite3")
    assert found["NAME"] == str(project / "a b.sqlite3")
    assert found["TEST"]["NAME"] == str(project / "test_a b.sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    absolute = setting(
        project, "s.DATABASES['default']['NAME']", DATABASE_URL=f"sqlite:///{tmp_path}/x.db"
    )
    assert absolute == str(tmp_path / "x.db")


def test_postgresql_keeps_connections_honest(project):
    url = "postgres://ana:p%40ss@db.example.org:6432/classes?sslmode=require&connect_timeout=3"
    found = setting(project, "s.DATABASES['default']", DATABASE_URL=url)
    place = [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert place == ["ana", "p@ss", "db.example.org", 6432, "classes"]
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["connect_timeout"] == 3
    assert found["OPTIONS"]["keepalives"] == 1
    # A thread keeps one as long as it works; runserver's threads live for a request.
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (300, True)
    assert not setting(project, "s.DATABASES['default']", DATABASE_URL=url, DEBUG="true").get(
        "CONN_MAX_AGE"
    )


def test_mail(project):
    names = "(s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)"
    url = "submission://ana:x@mail.example.org"
    assert setting(project, names, EMAIL_URL=url) == ("smtp", "mail.example.org", 587, True)
    assert setting(project, names) == ("smtp", "localhost", 25, False)
    assert setting(project, names, DEBUG="true")[0] == "console"


def test_files_of_mail_go_where_the_url_says(project, tmp_path):
    place = "s.EMAIL_FILE_PATH"
    assert (
        setting(project, place, EMAIL_URL=f"file://{tmp_path}/my%20mail") == f"{tmp_path}/my mail"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CSRF_TRUSTED_ORIGINS", "https://*.example.org,http://[::1]:8000"),
        ("API_ENDPOINT", "https://ana:x@example.org:8443/studio/api/"),
        ("REDIS_URL", "rediss://:p%40ss@h:6380/2?ssl_cert_reqs=none"),
        ("REDIS_URL", "redis://h"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1"),
        ("EMAIL_URL", "smtp://h:465?ssl=True"),
        ("DATABASE_URL", "postgres:///classes?connect_timeout=3&sslmode=verify-full"),
        ("CRON_SECRET", "s3cret~!/+="),
        ("CURRENCY", "EUR"),
        ("CURRENCY", ""),
        ("CANCEL_NOTICE_HOURS", "168"),
    ],
)
def test_what_can_be_used_is_taken(project, name, value):
    answer = start(project, "-c", "import classtracker.settings", **(GOOD | {name: value}))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_cron_s_log_is_quoted_for_the_shell_and_for_cron(project):
    jobs = setting(project, "s.CRONJOBS", CRON_LOG="/var/log/my 100%.log")
    assert [(job[0], job[2]) for job in jobs] == [
        ("0 6 * * 1", ["generate_classes", "--only", "weekly"]),
        ("0 2 * * *", ["generate_classes"]),
        ("30 3 * * *", ["prune_job_logs"]),
        ("*/15 * * * *", ["watch_jobs"]),
    ]
    assert {job[4] for job in jobs} == {r">> '/var/log/my 100\%.log' 2>&1"}


@pytest.fixture
def dotenv(project):
    path = project / ".env"
    yield path
    path.unlink()


def test_a_dotenv_file_is_read_and_the_environment_goes_first(project, dotenv):
    dotenv.write_text("# studio\nHORIZON_WEEKS=8\nSTUDIO_TIME_ZONE='Europe/Madrid'\nDEBUG=true\n")
    found = "(s.HORIZON_WEEKS, s.TIME_ZONE, s.DEBUG)"
    assert setting(project, found) == (8, "Europe/Madrid", True)
    assert setting(project, found, HORIZON_WEEKS="9") == (9, "Europe/Madrid", True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"DEBUG=true\nthis is = no\nsetting 'x\n", "line 2 is not NAME=value"),
        (b"\xef\xbb\xbfDEBUG=true\n", "starts with a byte-order mark"),
        (b"SECRET_KEY=\xff\xfe\n", "cannot be read as UTF-8 text"),
        (b"HORIZON_WEEKS=x\n", "HORIZON_WEEKS: 'x' is not a whole number"),
    ],
    ids=["no assignment", "byte-order mark", "encoding", "bad value"],
)
def test_a_bad_dotenv_file_is_one_line_too(project, dotenv, content, reason):
    dotenv.write_bytes(content)
    answer = start(project, "-c", "import classtracker.settings", **GOOD)
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert reason in answer.stderr


def test_the_documented_production_environment_passes_django_s_own_check(project):
    answer = start(
        project,
        "manage.py",
        *("check", "--deploy", "--fail-level", "WARNING"),
        DATABASE_URL=GOOD["DATABASE_URL"],
        SECRET_KEY="Aa1-" + "".join(map(chr, range(48, 122))),
        ALLOWED_HOSTS="classes.example.org",
        EMAIL_FROM="studio@example.org",
    )
    assert answer.returncode == 0, answer.stderr


def test_a_variable_of_an_earlier_version_has_no_effect_and_gets_one_line(project):
    answer = start(project, "manage.py", "check", **GOOD, RUN_SHARDS="nonsense")
    assert answer.returncode == 0
    (line,) = [line for line in answer.stderr.splitlines() if "RUN_SHARDS" in line]
    assert "has no effect any more" in line
    assert "RUN_SHARDS" not in start(project, "manage.py", "check", **GOOD).stderr


def test_every_variable_is_in_the_example_and_fixed_for_the_suite():
    code = (ROOT / "classtracker" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    example = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example - {"TEST_DATABASE_URL"} == read
    assert {*ENVIRONMENT, "DATABASE_URL", "CRON_LOG"} == read
