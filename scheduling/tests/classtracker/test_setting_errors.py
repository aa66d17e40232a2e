"""Errors in the environment: one line on standard error and exit status 1."""

import pytest

from .environment import REQUIRED, setting, start

pytestmark = pytest.mark.one_database(name="sqlite")

BAD = [
    ("DEBUG", "maybe"),
    ("DEBUG", ""),
    ("SECURE_SSL_REDIRECT", "2"),
    ("TRUSTED_PROXY", "10.0.0.1"),
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "   "),
    ("SECRET_KEY", "two\nlines"),
    ("SECRET_KEY_FALLBACKS", "two\nlines"),
    ("ALLOWED_HOSTS", "https://example.org"),
    ("ALLOWED_HOSTS", "example.org:8000"),
    ("CSRF_TRUSTED_ORIGINS", "example.org"),
    ("CSRF_TRUSTED_ORIGINS", "https://example.org/path"),
    ("URL_PREFIX", "/"),
    ("URL_PREFIX", "studio"),
    ("URL_PREFIX", "/studio/"),
    ("URL_PREFIX", "//example.org"),
    ("URL_PREFIX", "https://example.org/studio"),
    ("URL_PREFIX", "/schools/../studio"),
    ("URL_PREFIX", "/a b"),
    ("URL_PREFIX", "/música"),
    ("URL_PREFIX", "/studio?a=b"),
    ("URL_PREFIX", "/0"),
    ("URL_PREFIX", "/admin"),
    ("URL_PREFIX", "/schools/api"),
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
    ("NOTIFY_FAMILIES", "sometimes"),
    ("FAMILY_PAGES", "perhaps"),
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
def test_invalid_value_is_one_line_that_names_the_variable(project, name, value):
    answer = start(project, "-c", "import classtracker.settings", **(REQUIRED | {name: value}))
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
def test_invalid_value_stops_commands_and_wsgi(project, command):
    answer = start(project, *command, **(REQUIRED | {"HORIZON_WEEKS": "x"}))
    expected = "HORIZON_WEEKS: 'x' is not a whole number from 1 to 104.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", expected)


def test_secret_key_is_required_unless_debug(project):
    assert start(project, "-c", "import classtracker.settings").stderr.startswith("SECRET_KEY: is")
    answer = start(project, "-c", "import classtracker.settings", DEBUG="true")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_redis_is_required_only_by_rq(project):
    assert setting(project, "s.TASKS_BACKEND", TASKS_BACKEND="database") == "database"
    answer = start(project, "-c", "import classtracker.settings", **REQUIRED, TASKS_BACKEND="rq")
    assert answer.stderr == "REDIS_URL: is required if TASKS_BACKEND is rq.\n"


def test_rq_without_its_packages_is_reported_with_the_remedy(project):
    without = "import sys; sys.modules['django_tasks_rq'] = None; import classtracker.settings"
    chosen = REQUIRED | {"TASKS_BACKEND": "rq", "REDIS_URL": "redis://localhost"}
    answer = start(project, "-c", without, **chosen)
    assert answer.returncode == 1
    assert answer.stderr == (
        "TASKS_BACKEND: rq needs further packages; install them: "
        ".venv/bin/pip install -r requirements-rq.txt\n"
    )
    assert start(project, "-c", without, **REQUIRED).returncode == 0


def test_passwords_are_not_printed(project):
    for name in ("DATABASE_URL", "EMAIL_URL", "REDIS_URL", "PING_URL"):
        value = "scheme://ana:hunter2@host:port/x"
        answer = start(project, "-c", "import classtracker.settings", **(REQUIRED | {name: value}))
        assert answer.returncode == 1
        assert "hunter2" not in answer.stderr


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
def test_invalid_dotenv_file_is_one_line(project, dotenv, content, reason):
    dotenv.write_bytes(content)
    answer = start(project, "-c", "import classtracker.settings", **REQUIRED)
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert reason in answer.stderr
