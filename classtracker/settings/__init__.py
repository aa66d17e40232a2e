"""Django settings. This module reads all environment variables, through the readers of `env`."""

import os
import re
import shlex
import shutil
from importlib.util import find_spec
from pathlib import Path

from classtracker import __version__, env
from scheduling.jobs.schedule.cron_entries import ENTRIES

from .api import (  # noqa: F401
    KNOX_TOKEN_MODEL,
    REST_FRAMEWORK,
    REST_KNOX,
    SPECTACULAR_SETTINGS,
)
from .logging import logging_settings
from .security import *  # noqa: F403

VERSION = __version__
BASE_DIR = Path(__file__).resolve().parents[2]
# Read here rather than by a shell, as cron gives jobs almost no environment.
env.read_dotenv(BASE_DIR / ".env")

# Mode and hosts ------------------------------------------------------------------------------

DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        env.fail("SECRET_KEY", "is required unless DEBUG is true; set a long random text.")
    SECRET_KEY = "django-insecure-only-for-debug"
# Former keys, with which signatures are still accepted. The pattern matches any text, so that no
# message contains a key.
SECRET_KEY_FALLBACKS = env.csv_list("SECRET_KEY_FALLBACKS", ".+", "a key")

ALLOWED_HOSTS = env.csv_list(
    "ALLOWED_HOSTS",
    r"\*|\.?[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\]",
    "a host name; leave out the scheme, the port and the path",
)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

# The path below which a proxy serves the product, such as /studio; "" at the root of a host.
URL_PREFIX = env.url_prefix("URL_PREFIX")
FORCE_SCRIPT_NAME = URL_PREFIX or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = URL_PREFIX or "/"
# Names of their own, as browsers also send the cookies of the paths above, and Django would take
# the value of those.
COOKIE_SUFFIX = URL_PREFIX.replace("/", "_")
SESSION_COOKIE_NAME = f"sessionid{COOKIE_SUFFIX}"
CSRF_COOKIE_NAME = f"csrftoken{COOKIE_SUFFIX}"
LANGUAGE_COOKIE_NAME = f"django_language{COOKIE_SUFFIX}"
if URL_PREFIX:
    # The cookie of messages, which name people, is always sent to the whole host.
    MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# One variable turns off the redirect to HTTPS, secure cookies and HSTS.
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
# HSTS binds the whole host and its subdomains, so a product below a path leaves it to the host.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL_REDIRECT and not URL_PREFIX else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
# Forwarding headers are trusted only behind a known proxy, as clients can forge them.
TRUSTED_PROXY = env.boolean("TRUSTED_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
# HSTS preloading binds a whole domain for years, so the application does not decide on it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if URL_PREFIX:
    SILENCED_SYSTEM_CHECKS.append("security.W004")  # HSTS is not set

# The studio ----------------------------------------------------------------------------------

# Initial values of the studio's row, which takes precedence once it is stored.
TIME_ZONE = env.time_zone("STUDIO_TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "classtracker.formats"
LANGUAGES = [("en", "English"), ("es", "Español")]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "en", ("en", "es"))
LOCALE_PATHS = [BASE_DIR / "scheduling" / "locale"]

HORIZON_WEEKS = env.integer("HORIZON_WEEKS", 12, 1, 104)
JOB_LOG_RETENTION_DAYS = env.integer("JOB_LOG_RETENTION_DAYS", 30, 1, 36500)
# For questions about the past year; 0 keeps the rows for ever.
MESSAGE_RETENTION_DAYS = env.integer("MESSAGE_RETENTION_DAYS", 400, 0, 36500)
AUDIT_LOG_RETENTION_DAYS = env.integer("AUDIT_LOG_RETENTION_DAYS", 730, 0, 36500)
# Hours before a class at which its student and teacher are reminded; 0 turns reminders off.
REMINDER_HOURS = env.integer("REMINDER_HOURS", 24, 0, 168)
# The currency of prices as an ISO 4217 code; empty for plain numbers.
CURRENCY = env.regex("CURRENCY", "", "([A-Z]{3})?", "an ISO 4217 code such as EUR")
# Which cancellations entitle to a make-up, and for how many days: services/classes/make_ups.py.
MAKEUP_RULE = env.choice("MAKEUP_RULE", "teacher", ("never", "teacher", "notice"))
MAKEUP_DAYS = env.integer("MAKEUP_DAYS", 60, 1, 366)
# Hours before a class until which a student may cancel in time.
CANCEL_NOTICE_HOURS = env.integer("CANCEL_NOTICE_HOURS", 24, 1, 168)
# Whether families are notified when a person changes their lessons: services/notices.py.
NOTIFY_FAMILIES = env.choice("NOTIFY_FAMILIES", "ask", ("ask", "always", "never"))
# Whether families have pages of their own, cancel lessons there, and book make-ups that are owed.
FAMILY_PAGES = env.boolean("FAMILY_PAGES", False)
FAMILY_CANCEL = env.boolean("FAMILY_CANCEL", False)
FAMILY_MAKEUPS = env.boolean("FAMILY_MAKEUPS", False)
# Days after a class until which its attendance should be marked; 0 if attendance is not recorded.
UNMARKED_DAYS = env.integer("UNMARKED_DAYS", 7, 0, 366)
# The environment variables of the initial values, by column.
FIRST_VALUES = {
    "time_zone": "STUDIO_TIME_ZONE",
    "language": "LANGUAGE_CODE",
    "currency": "CURRENCY",
    "unmarked_days": "UNMARKED_DAYS",
    "reminder_hours": "REMINDER_HOURS",
    "makeup_rule": "MAKEUP_RULE",
    "cancel_notice_hours": "CANCEL_NOTICE_HOURS",
    "makeup_days": "MAKEUP_DAYS",
    "notify_families": "NOTIFY_FAMILIES",
    "family_pages": "FAMILY_PAGES",
    "family_cancel": "FAMILY_CANCEL",
    "family_makeups": "FAMILY_MAKEUPS",
}
GIVEN_FIRST_VALUES = [name for name in FIRST_VALUES.values() if name in os.environ]
TASKS_BACKEND = env.choice("TASKS_BACKEND", "embedded", ("embedded", "database", "rq"))
REDIS_URL = env.redis("REDIS_URL")
if TASKS_BACKEND == "rq":
    if not REDIS_URL:
        env.fail("REDIS_URL", "is required if TASKS_BACKEND is rq.")
    if not find_spec("django_tasks_rq"):
        env.fail(
            "TASKS_BACKEND",
            "rq needs further packages; install them: .venv/bin/pip install -r requirements-rq.txt",
        )

CRON_SECRET = env.ascii_text("CRON_SECRET")
API_ENDPOINT = env.url("API_ENDPOINT", base=True)
PING_URL = env.url("PING_URL")
ALERT_EMAILS = env.csv_list("ALERT_EMAILS", r"[^@\s<>]+@[^@\s<>]+", "an e-mail address")
ALERT_WEBHOOK_URL = env.url("ALERT_WEBHOOK_URL")

RATE = r"[1-9][0-9]{0,8}/(sec|min|hour|day)"
API_THROTTLE = env.regex("API_THROTTLE", "600/min", RATE, "a rate such as 600/min")
API_THROTTLE_FAILED = env.regex("API_THROTTLE_FAILED", "60/min", RATE, "a rate such as 60/min")

EMAIL = env.email("EMAIL_URL", "console:" if DEBUG else "smtp://localhost:25")
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = EMAIL["EMAIL_FILE_PATH"]
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = EMAIL["EMAIL_TIMEOUT"] or 30
EMAIL_FROM = env.address("EMAIL_FROM") or EMAIL.get("DEFAULT_FROM_EMAIL", "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM or "webmaster@localhost"

# Data ----------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", BASE_DIR)}
if not DEBUG and DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Each server thread reuses its connection, as connecting takes longer than most queries.
    # (Not with DEBUG: runserver has a new thread for each request.)
    DATABASES["default"] |= {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Django --------------------------------------------------------------------------------------

# A student's page sends ten fields for each weekly lesson, including ended ones.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# As in nginx.conf, so that uploads need no temporary folder on a read-only disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

INSTALLED_APPS = [
    "classtracker.apps.ClassTrackerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Before staticfiles, whose `runserver` finds no file below URL_PREFIX.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "auditlog",
    "axes",
    "csp",
    "django_crontab",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "scheduling",
]

MIDDLEWARE = [
    "classtracker.middleware.RequestIdMiddleware",
    "classtracker.middleware.HealthHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "classtracker.middleware.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "classtracker.middleware.StudioMiddleware",
    "scheduling.api.middleware.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "scheduling.api.middleware.AuditActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "classtracker.middleware.OddValuesMiddleware",
    "axes.middleware.AxesMiddleware",
]
if TRUSTED_PROXY:
    MIDDLEWARE.insert(0, "classtracker.middleware.ClientAddressMiddleware")
if URL_PREFIX:
    MIDDLEWARE.insert(0, "classtracker.middleware.UrlPrefixMiddleware")

ROOT_URLCONF = "classtracker.urls"
WSGI_APPLICATION = "classtracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# So that templates/ also overrides Django's templates of form inputs.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

STATIC_URL = f"{URL_PREFIX}/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

# Hashed names and compression need `collectstatic`; before it, files are served from their sources.
COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG
STATICFILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
if COLLECTED:
    STATICFILES = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES},
}

# The API -------------------------------------------------------------------------------------

# No redirects for URLs used by programs, as many don't follow them.
EXEMPT = r"(api|healthz|readyz|metrics|calendar)(/|$)"
SECURE_REDIRECT_EXEMPT = [f"^{re.escape(f'{URL_PREFIX}/'.lstrip('/'))}{EXEMPT}"]

if URL_PREFIX:
    SPECTACULAR_SETTINGS["SERVERS"] = [{"url": URL_PREFIX}]

LOGGING = logging_settings(DEBUG)

# Background execution ------------------------------------------------------------------------

TASKS = {
    "default": {
        "BACKEND": {
            "embedded": "scheduling.jobs.workers.embedded_backend.EmbeddedBackend",
            "database": "django_tasks_db.DatabaseBackend",
            "rq": "django_tasks_rq.RQBackend",
        }[TASKS_BACKEND],
        "QUEUES": ["default"],
    }
}
if TASKS_BACKEND == "rq":
    # Before `scheduling`.
    INSTALLED_APPS[-1:-1] = ["django_rq", "django_tasks_rq"]
    # No time limit: the heartbeat reveals dead runs.
    RQ_QUEUES = {"default": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": -1}}

# Cron ----------------------------------------------------------------------------------------

CRON_LOG = env.regex(
    "CRON_LOG",
    str(BASE_DIR / "cron.log"),
    r"/[^#]*[^/#]",
    "the absolute path of a file, without '#', which begins a comment in a crontab",
)
# In a crontab, an unescaped % is a line break, even in quotes.
APPEND = f">> {shlex.quote(CRON_LOG)} 2>&1".replace("%", r"\%")
CALL = "django.core.management.call_command"
CRONJOBS = [
    (entry.cron, CALL, list(entry.command), {"trigger": "cron"}, APPEND) for entry in ENTRIES
]
CRONTAB_EXECUTABLE = shutil.which("crontab") or "/usr/bin/crontab"
CRONTAB_DJANGO_MANAGE_PATH = str(BASE_DIR / "manage.py")
# Distinguishes the entries of several installations of the same user.
CRONTAB_COMMENT = f"Class Tracker in {BASE_DIR}".replace("%", r"\%")
# Cron uses the machine's zone and its own environment.
SYSTEM_TIME_ZONE = env.system_time_zone()
UNSEEN_BY_CRON = env.missing_in_dotenv()

# Variables of earlier versions; a system check warns if they are still set.
UNUSED_VARIABLES = [name for name in ("RUN_SHARDS",) if name in os.environ]
