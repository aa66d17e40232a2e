"""Schemathesis as a program: every operation of the schema, against a real server.

Not through its pytest plugin: the program has all four phases (examples, coverage, fuzzing,
stateful) and all checks, and reports them as a person would read them.
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
from scheduling.models import Student, Teacher
from scheduling.tests.factories import closure, day, lesson, schedule, slot, student, teacher
from scheduling.tests.support.gunicorn import Server, serving

HOOKS = Path(__file__).with_name("fuzzing_hooks.py")
SECRET = "the-cron-secret-of-the-fuzzer"
# Far more calls than a caller may make in production; a 429 would end the examination.
GENEROUS = {"API_THROTTLE": "1000000/sec", "API_THROTTLE_FAILED": "1000000/sec"}
# gunicorn itself refuses an address of over 4,094 characters (414), before anything of ours.
ANY_LENGTH = ("--limit-request-line", "0")

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

# A schema can't say that a student has to exist, that a lesson ends after it starts, or that a
# closure is for a teacher or a student: what is well formed may still be refused here.
[[operations]]
include-method = ["POST", "PATCH"]
include-path-regex = "^/api/(teachers|students|recurring-slots|closures|classes)"
checks.positive_data_acceptance.expected-statuses = {refused}

# A generated class that is deleted stays, as cancelled: else it would come back. So does a closure
# of which only the plan was asked for.
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
"""
AUTH = """
[auth.openapi]
apiToken = {{ bearer = "{token}" }}
cronSecret = {{ bearer = "{secret}" }}
"""
# 410: a run whose log is pruned can't be undone any more.
REFUSED = ["2xx", "400", "401", "403", "404", "409", "410", "429"]


@contextmanager
def examined(folder: Path) -> Iterator[tuple[Server, str]]:
    """A server with a little studio, its schema in ``folder``, an administrator's token."""
    furnish()
    token = token_of_administrator()
    with serving(*ANY_LENGTH, CRON_SECRET=SECRET, **GENEROUS) as server:
        (folder / "schema.json").write_text(json.dumps(schema_of(server, token)))
        yield server, token


def token_of_administrator() -> str:
    """The API token of a superuser."""
    person = User.objects.create_superuser("fuzzer")
    _row, token = get_token_model().objects.create(person)
    return token


def furnish() -> None:
    """A few of everything, so that what is asked for is sometimes there."""
    ana, juan = teacher("Ana", zone="Europe/Madrid"), teacher("Juan", zone="America/Bogota")
    pupils = [student(f"Pupil {letter}") for letter in "ABC"]
    schedule(pupils[0], None, weekday=1, start="09:00", end="10:00")
    schedule(pupils[1], ana, weekday=2, start="11:00", end="12:00")
    slot(ana, pupils[1], weekday=3, start="16:00", minutes=45)
    slot(juan, pupils[2], weekday=4, start="17:30", minutes=30)
    closure("Holidays", day("2026-12-24"), day("2027-01-06"))
    lesson(pupils[2], day("2026-01-09"), "08:00", "09:00", juan)


def known() -> dict[str, str]:
    """For fuzzing_hooks.py: the rows that there are, and a cursor that the server takes."""
    students = list(Student.objects.values_list("id", flat=True))
    teachers = list(Teacher.objects.values_list("id", flat=True))
    found = {"student": students, "studentId": students, "teacher": teachers}
    cursor = signing.dumps(["id", None, 1, False], salt=SALT)
    return {"FUZZING_KNOWN": json.dumps(found), "FUZZING_CURSOR": cursor}


def schema_of(server: Server, token: str) -> dict[str, object]:
    """The schema as the server gives it to the holder of ``token``."""
    request = Request(f"{server.url}/api/schema", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def fuzz(
    server: Server,
    folder: Path,
    token: str,
    *options: str,
    examples: int,
    seed: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Examine the whole schema; ``token`` empty: without any credential.

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
    # All checks are on. To name them here would switch on what the configuration switches off.
    command += [str(schema), "--url", server.url, *options]
    found = subprocess.run(
        command, cwd=folder, env=os.environ | known(), capture_output=True, text=True, check=False
    )
    (folder / "report.txt").write_text(found.stdout + found.stderr)
    return found
