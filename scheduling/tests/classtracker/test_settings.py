"""Settings from the environment, read by processes in a copy of the project."""

import re

import pytest

from scheduling.tests.support.plugin import ENVIRONMENT

from .environment import REQUIRED, ROOT, setting, start

pytestmark = pytest.mark.one_database(name="sqlite")

DEFAULTS = {
    "DEBUG": False,
    "SECRET_KEY_FALLBACKS": [],
    "ALLOWED_HOSTS": [],
    "CSRF_TRUSTED_ORIGINS": [],
    "URL_PREFIX": "",
    "FORCE_SCRIPT_NAME": None,
    "STATIC_URL": "/static/",
    "SESSION_COOKIE_NAME": "sessionid",
    "SESSION_COOKIE_PATH": "/",
    "CSRF_COOKIE_NAME": "csrftoken",
    "CSRF_COOKIE_PATH": "/",
    "LANGUAGE_COOKIE_NAME": "django_language",
    "LANGUAGE_COOKIE_PATH": "/",
    "SECURE_REDIRECT_EXEMPT": ["^(api|healthz|readyz|metrics|calendar)(/|$)"],
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
    "NOTIFY_FAMILIES": "ask",
    "FAMILY_PAGES": False,
    "FAMILY_CANCEL": False,
    "FAMILY_MAKEUPS": False,
    "UNMARKED_DAYS": 7,
    "JOB_LOG_RETENTION_DAYS": 30,
    "MESSAGE_RETENTION_DAYS": 400,
    "AUDIT_LOG_RETENTION_DAYS": 730,
    "TASKS_BACKEND": "embedded",
    "REDIS_URL": "",
    "PING_URL": "",
    "ALERT_EMAILS": [],
    "ALERT_WEBHOOK_URL": "",
    "API_THROTTLE": "600/min",
    "API_THROTTLE_FAILED": "60/min",
}


def test_email_from_is_sender_of_all_mail(project):
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
def test_check_warns_about_mail_without_sender(project, values, warned):
    answer = start(project, "manage.py", "check", "--tag", "mail", **REQUIRED, **values)
    assert answer.returncode == 0
    assert ("scheduling.W003" in answer.stderr) == warned


def test_defaults_are_used_without_variables(project):
    names = ", ".join(f"{name!r}: s.{name}" for name in DEFAULTS)
    assert setting(project, f"{{{names}}}") == DEFAULTS


def test_former_keys_are_list(project):
    keys = setting(project, "s.SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS="k-_(1, #$2=,")
    assert keys == ["k-_(1", "#$2="]


def test_given_first_values_are_listed(project):
    given = {"CURRENCY": "EUR", "STUDIO_TIME_ZONE": "Europe/Madrid", "HORIZON_WEEKS": "9"}
    names = setting(project, "s.GIVEN_FIRST_VALUES", **given)
    assert names == ["STUDIO_TIME_ZONE", "CURRENCY"]


def test_plain_http_disables_secure_cookies_and_hsts(project):
    safe = "(s.SECURE_SSL_REDIRECT, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_SECURE)"
    hsts = "(s.SECURE_HSTS_SECONDS > 0, s.SECURE_HSTS_INCLUDE_SUBDOMAINS)"
    for expression, on in ((safe, (True,) * 3), (hsts, (True,) * 2)):
        off = (False,) * len(on)
        assert setting(project, expression) == on
        assert setting(project, expression, SECURE_SSL_REDIRECT="false") == off
        assert setting(project, expression, DEBUG="true") == off
        assert setting(project, expression, DEBUG="true", SECURE_SSL_REDIRECT="true") == on


def test_url_prefix_applies_to_files_cookies_and_exempt_urls(project):
    names = ("STATIC_URL", "SESSION_COOKIE_NAME", "SESSION_COOKIE_PATH", "SECURE_REDIRECT_EXEMPT")
    expression = f"[{', '.join(f's.{name}' for name in names)}]"
    assert setting(project, expression, URL_PREFIX="/a/b-c") == [
        "/a/b-c/static/",
        "sessionid_a_b-c",
        "/a/b-c",
        [r"^a/b\-c/(api|healthz|readyz|metrics|calendar)(/|$)"],
    ]


def test_url_prefix_leaves_hsts_to_host(project):
    hsts = "(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SESSION_COOKIE_SECURE)"
    assert setting(project, hsts, URL_PREFIX="/studio") == (0, False, True)


def test_log_is_json_in_production_and_text_under_debug(project):
    formatter = "s.LOGGING['handlers']['stderr']['formatter']"
    assert setting(project, formatter) == "json"
    assert setting(project, formatter, DEBUG="true") == "line"


def test_zone_of_studio_is_time_zone(project):
    zone = setting(project, "(s.TIME_ZONE, s.USE_TZ)", STUDIO_TIME_ZONE="America/Bogota")
    assert zone == ("America/Bogota", True)


def test_relative_sqlite_path_is_in_project(project, tmp_path):
    found = setting(project, "s.DATABASES['default']", DATABASE_URL="sqlite:///a%20b.sqlite3")
    assert found["NAME"] == str(project / "a b.sqlite3")
    assert found["TEST"]["NAME"] == str(project / "test_a b.sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    absolute = setting(
        project, "s.DATABASES['default']['NAME']", DATABASE_URL=f"sqlite:///{tmp_path}/x.db"
    )
    assert absolute == str(tmp_path / "x.db")


def test_postgresql_connections_have_their_options(project):
    url = "postgres://ana:p%40ss@db.example.org:6432/classes?sslmode=require&connect_timeout=3"
    found = setting(project, "s.DATABASES['default']", DATABASE_URL=url)
    place = [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert place == ["ana", "p@ss", "db.example.org", 6432, "classes"]
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["connect_timeout"] == 3
    assert found["OPTIONS"]["keepalives"] == 1
    # A worker thread keeps its connection; a thread of runserver ends with its request.
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (300, True)
    assert not setting(project, "s.DATABASES['default']", DATABASE_URL=url, DEBUG="true").get(
        "CONN_MAX_AGE"
    )


def test_email_url_sets_backend_and_host(project):
    names = "(s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)"
    url = "submission://ana:x@mail.example.org"
    assert setting(project, names, EMAIL_URL=url) == ("smtp", "mail.example.org", 587, True)
    assert setting(project, names) == ("smtp", "localhost", 25, False)
    assert setting(project, names, DEBUG="true")[0] == "console"


def test_email_files_are_written_to_path_of_url(project, tmp_path):
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
        ("URL_PREFIX", ""),
        ("URL_PREFIX", "/schools/My_studio-2"),
        ("CANCEL_NOTICE_HOURS", "168"),
    ],
)
def test_valid_values_are_accepted(project, name, value):
    answer = start(project, "-c", "import classtracker.settings", **(REQUIRED | {name: value}))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_cron_log_is_quoted_for_shell_and_cron(project):
    jobs = setting(project, "s.CRONJOBS", CRON_LOG="/var/log/my 100%.log")
    assert [(job[0], job[2]) for job in jobs] == [
        ("0 6 * * 1", ["generate_classes", "--only", "weekly"]),
        ("0 2 * * *", ["generate_classes"]),
        ("30 3 * * *", ["prune_job_logs"]),
        ("*/15 * * * *", ["watch_jobs"]),
    ]
    assert {job[4] for job in jobs} == {r">> '/var/log/my 100\%.log' 2>&1"}


def test_environment_overrides_dotenv_file(project, dotenv):
    dotenv.write_text("# studio\nHORIZON_WEEKS=8\nSTUDIO_TIME_ZONE='Europe/Madrid'\nDEBUG=true\n")
    found = "(s.HORIZON_WEEKS, s.TIME_ZONE, s.DEBUG)"
    assert setting(project, found) == (8, "Europe/Madrid", True)
    assert setting(project, found, HORIZON_WEEKS="9") == (9, "Europe/Madrid", True)


@pytest.mark.parametrize("prefix", ["", "/studio"])
def test_documented_environment_passes_check_deploy(project, prefix):
    answer = start(
        project,
        "manage.py",
        *("check", "--deploy", "--fail-level", "WARNING"),
        DATABASE_URL=REQUIRED["DATABASE_URL"],
        SECRET_KEY="Aa1-" + "".join(map(chr, range(48, 122))),
        ALLOWED_HOSTS="classes.example.org",
        EMAIL_FROM="studio@example.org",
        URL_PREFIX=prefix,
    )
    assert answer.returncode == 0, answer.stderr


def test_removed_variable_has_no_effect_and_is_reported(project):
    answer = start(project, "manage.py", "check", **REQUIRED, RUN_SHARDS="nonsense")
    assert answer.returncode == 0
    (line,) = [line for line in answer.stderr.splitlines() if "RUN_SHARDS" in line]
    assert "has no effect any more" in line
    assert "RUN_SHARDS" not in start(project, "manage.py", "check", **REQUIRED).stderr


def test_each_variable_is_in_example_and_in_test_environment():
    code = (ROOT / "classtracker" / "settings" / "__init__.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    example = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example - {"TEST_DATABASE_URL"} == read
    assert {*ENVIRONMENT, "DATABASE_URL", "CRON_LOG"} == read
