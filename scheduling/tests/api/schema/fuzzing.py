"""Run schemathesis as a program: every operation of the schema, against a real server.

Its pytest plugin is not used: the program has all four phases (examples, coverage, fuzzing,
stateful) and all checks, and a readable report.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from django.contrib.auth.models import User
from django.core import signing
from knox.models import get_token_model

from scheduling.api.pagination import SALT
from scheduling.models import Room, Student, Teacher
from scheduling.tests.factories import (
    closure,
    day,
    lesson,
    room,
    schedule,
    slot,
    student,
    teacher,
)
from scheduling.tests.support.servers.gunicorn import Server, serving

HOOKS = Path(__file__).with_name("fuzzing_hooks.py")
SECRET = "the-cron-secret-of-the-fuzzer"
# Far more calls than a caller may make in production: no call gets 429.
HIGH_LIMITS = {"API_THROTTLE": "1000000/sec", "API_THROTTLE_FAILED": "1000000/sec"}
# Otherwise gunicorn refuses an address of over 4,094 characters (414) before the application.
NO_LINE_LIMIT = ("--limit-request-line", "0")

CONFIG = """
color = false
seed = {seed}
suppress-health-check = ["all"]
continue-on-failure = true
hooks = "{hooks}"
headers = {{ "X-Forwarded-For" = "203.0.113.7" }}
request-timeout = 60.0

{auth}
[generation]
deterministic = {deterministic}
max-examples = {examples}
database = "none"
allow-x00 = false
codec = "utf-8"

# test_matrix.py tries every method everywhere.
[phases.coverage]
unexpected-methods = ["put", "trace"]

[output.sanitization]
enabled = false

# A schema can't express that a student must exist, that a lesson ends after it starts, or that a
# closure is for a teacher or a student: a valid body can still be refused.
[[operations]]
include-method = ["POST", "PATCH"]
include-path-regex = "^/api/(teachers|students|recurring-slots|rooms|closures|classes)"
checks.positive_data_acceptance.expected-statuses = {refused}

# A deleted generated class is kept as cancelled, so that it is not created again. A dry run keeps
# the closure.
[[operations]]
include-path-regex = "^/api/(classes|closures)"
checks.use_after_free.enabled = false

# No job has run in this studio: 503 is the right answer.
[[operations]]
include-path-regex = "^/healthz/jobs$"
checks.not_a_server_error.enabled = false
checks.positive_data_acceptance.expected-statuses = ["2xx", "503"]

[[operations]]
include-path-regex = "^/api/(plan|class-tracking/generate-missing-classes|students/.*/explain)$"
checks.positive_data_acceptance.expected-statuses = {refused}

# Dates that have passed, people who are not there, a period that ends before it begins, and the
# cursor of another ordering.
[[operations]]
include-path-regex = "^/api/(openings|statements|guardians)$"
checks.positive_data_acceptance.expected-statuses = {refused}
"""
AUTH = """
[auth.openapi]
apiToken = {{ bearer = "{token}" }}
cronSecret = {{ bearer = "{secret}" }}
"""
# 410: a run with a pruned log can't be undone.
REFUSED = ["2xx", "400", "401", "403", "404", "409", "410", "429"]


@contextmanager
def fuzzed_server(folder: Path) -> Iterator[tuple[Server, str]]:
    """Serve a small studio, write its schema to ``folder``, yield the server and a token."""
    create_studio()
    token = create_token()
    with serving(*NO_LINE_LIMIT, CRON_SECRET=SECRET, **HIGH_LIMITS) as server:
        (folder / "schema.json").write_text(json.dumps(get_schema(server, token)))
        yield server, token


def create_token() -> str:
    """Return the API token of a new superuser."""
    user = User.objects.create_superuser("fuzzer")
    _row, token = get_token_model().objects.create(user)
    return token


def create_studio() -> None:
    """Create a few rows of each model, so that some references exist."""
    ana, juan = teacher("Ana", zone="Europe/Madrid"), teacher("Juan", zone="America/Bogota")
    pupils = [student(f"Pupil {letter}") for letter in "ABC"]
    schedule(pupils[0], None, weekday=1, start="09:00", end="10:00")
    schedule(pupils[1], ana, weekday=2, start="11:00", end="12:00")
    slot(ana, pupils[1], weekday=3, start="16:00", minutes=45)
    slot(juan, pupils[2], weekday=4, start="17:30", minutes=30)
    closure("Holidays", day("2026-12-24"), day("2027-01-06"))
    lesson(pupils[2], day("2026-01-09"), "08:00", "09:00", juan, room=room("Hall"))


def known_ids() -> dict[str, str]:
    """Return environment variables for fuzzing_hooks.py: existing ids and a valid cursor."""
    students = list(Student.objects.values_list("id", flat=True))
    teachers = list(Teacher.objects.values_list("id", flat=True))
    rooms = list(Room.objects.values_list("id", flat=True))
    ids = {"student": students, "studentId": students, "teacher": teachers, "room": rooms}
    cursor = signing.dumps(["id", None, 1, False], salt=SALT)
    return {"FUZZING_KNOWN": json.dumps(ids), "FUZZING_CURSOR": cursor}


def get_schema(server: Server, token: str) -> dict[str, object]:
    """Return the schema that the server sends to the owner of ``token``."""
    request = Request(f"{server.url}/api/schema", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=30) as response:
        return json.load(response)


def fuzz(
    server: Server,
    folder: Path,
    token: str,
    *options: str,
    examples: int,
    seed: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run schemathesis on the whole schema; without credentials if ``token`` is empty.

    Without a ``seed`` the examples are the same every time.
    """
    schema = folder / "schema.json"
    config = folder / "schemathesis.toml"
    auth = AUTH.format(token=token, secret=SECRET) if token else ""
    config.write_text(
        CONFIG.format(
            seed=seed or 1,
            deterministic=str(seed is None).lower(),
            hooks=HOOKS,
            auth=auth,
            examples=examples,
            refused=REFUSED,
        )
    )
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
    # All checks are on. Naming them here would override those that the configuration disables.
    command += [str(schema), "--url", server.url, *options]
    result = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | known_ids(),
        capture_output=True,
        text=True,
        check=False,
    )
    (folder / "report.txt").write_text(result.stdout + result.stderr)
    return result
