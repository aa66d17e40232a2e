"""``generate_classes --endpoint`` against a real server that answers as it is told."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.one_database(name="sqlite")

WEEKLY = "/api/class-tracking/generate-weekly-classes"
HORIZON = "/api/cron/generate-lessons"
WEEKLY_ANSWER = {
    "success": True,
    "message": "Weekly generation completed: 15 classes created",
    "weekStart": "2024-01-15",
    "weekEnd": "2024-01-21",
    "totalClassesCreated": 15,
    "studentsProcessed": 8,
    "runId": 41,
    "results": [],
}
HORIZON_ANSWER = {
    "success": True,
    "lessonsGenerated": 7,
    "teachersProcessed": 3,
    "timestamp": "2024-01-15T06:00:00+00:00",
    "runId": 42,
    "errors": [],
    "healthIssues": [],
    "data": {"lessonsGenerated": 7, "teachersProcessed": 3, "errors": []},
}


class Deployment:
    """A server whose answers are set in advance, and which remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        deployment = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                deployment.asked.append(
                    (self.command, self.path, dict(self.headers), json.loads(body or b"null"))
                )
                planned = deployment.answers.get(self.path) or [(404, {"success": False})]
                status, answer = planned.pop(0) if len(planned) > 1 else planned[0]
                raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def paths(self) -> list[str]:
        return [path for _method, path, _headers, _body in self.asked]


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    one = Deployment()
    one.answers = {WEEKLY: [(200, WEEKLY_ANSWER)], HORIZON: [(200, HORIZON_ANSWER)]}
    thread = threading.Thread(target=one.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def generate(settings: Any) -> Callable[..., Done]:
    """Run the command here. No test is marked for a database: touching one would be an error."""
    settings.CRON_SECRET = "s3cret"

    def run(*args: str) -> Done:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        try:
            call_command("generate_classes", *args, stdout=out, stderr=err)
        except SystemExit as end:
            status = int(end.code or 0)
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return Done(status, out.getvalue(), err.getvalue())

    return run


def test_a_base_url_runs_both_jobs_with_the_secret(generate: Any, deployment: Deployment) -> None:
    done = generate("--endpoint", deployment.url, "--json")

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [run["classesCreated"] for run in report["runs"]] == [15, 7]
    assert [run["runId"] for run in report["runs"]] == [41, 42]
    assert report["runs"][0]["windowStart"] == "2024-01-15"
    assert report["runs"][0]["windowEnd"] == "2024-01-21"
    assert report["runs"][0]["studentsProcessed"] == 8
    assert deployment.paths() == [WEEKLY, HORIZON]
    assert all(headers["Authorization"] == "Bearer s3cret" for *_, headers, _b in deployment.asked)


@pytest.mark.parametrize("tail", ["", "/", "/api", "/api/"])
def test_a_base_url_may_end_as_it_likes(generate: Any, deployment: Deployment, tail: str) -> None:
    done = generate("--endpoint", deployment.url + tail, "--only", "horizon")

    assert done.returncode == 0, done.stderr
    assert deployment.paths() == [HORIZON]


def test_the_full_url_of_an_endpoint_runs_that_job(generate: Any, deployment: Deployment) -> None:
    done = generate("--endpoint", deployment.url + WEEKLY, "--date", "2024-01-17")

    assert done.returncode == 0, done.stderr
    assert [body for *_, body in deployment.asked] == [{"date": "2024-01-17"}]
    assert deployment.paths() == [WEEKLY]


def test_api_endpoint_is_followed_but_not_by_cron(manage: Any, deployment: Deployment) -> None:
    # Real processes, and a database that can't be reached: only cron's entry is to ask for it.
    env = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
        "CRON_SECRET": "s3cret",
        "API_ENDPOINT": deployment.url,
    }
    by_hand = manage("generate_classes", "--only", "weekly", env=env)
    cron = ("--trigger", "cron", "--retries", "1")
    by_cron = manage("generate_classes", "--only", "weekly", *cron, env=env)

    assert by_hand.returncode == 0, by_hand.stderr
    assert deployment.paths() == [WEEKLY]
    assert by_cron.returncode == 1
    assert "Traceback" not in by_cron.stderr


def test_a_server_that_fails_twice_is_asked_three_times(
    generate: Any, deployment: Deployment
) -> None:
    busy = {"success": False, "error": "unavailable", "message": "Try again in a moment."}
    deployment.answers[HORIZON] = [(503, busy), (429, busy), (200, HORIZON_ANSWER)]

    done = generate("--endpoint", deployment.url, "--only", "horizon", "--retry-delay", "0")

    assert done.returncode == 0, done.stderr
    assert deployment.paths() == [HORIZON] * 3
    assert "attempt 3/3" in done.stderr
    assert "HTTP 503: Try again in a moment." in done.stderr


def test_a_server_that_is_not_there(generate: Any, deployment: Deployment) -> None:
    done = generate("--endpoint", "http://127.0.0.1:9", "--only", "weekly", "--retries", "2",
        "--retry-delay", "0", "--json",
    )  # fmt: skip

    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["success"] is False
    assert "can't be reached" in report["runs"][0]["errors"][0]
    assert "attempt 2/2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_tried_again(generate: Any, deployment: Deployment, status: int) -> None:
    no = {"success": False, "error": "no", "message": "The cron secret is missing or wrong."}
    deployment.answers[WEEKLY] = [(status, no)]

    done = generate("--endpoint", deployment.url, "--only", "weekly")

    assert done.returncode == 1
    assert len(deployment.asked) == 1
    assert f"HTTP {status}: The cron secret is missing or wrong." in done.stderr


def test_the_secret_does_not_follow_a_redirect(generate: Any, deployment: Deployment) -> None:
    deployment.answers[WEEKLY] = [(307, {})]

    done = generate("--endpoint", deployment.url, "--only", "weekly")

    assert done.returncode == 1
    assert "HTTP 307: moved to http://127.0.0.1:9/elsewhere; use that URL" in done.stderr


def test_the_secret_goes_past_proxies_and_netrc_to_the_named_host(
    generate: Any, deployment: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ana password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    with_user = deployment.url.replace("://", "://ana:other@")
    for url in (deployment.url, with_user):
        done = generate("--endpoint", url, "--only", "weekly", "--retries", "1")
        assert done.returncode == 0, done.stderr

    given = [headers["Authorization"] for *_, headers, _body in deployment.asked]
    assert given == ["Bearer s3cret"] * 2


@pytest.mark.parametrize(
    ("path", "only", "status", "answer"),
    [
        (WEEKLY, "weekly", 409, {"success": False, "error": "already_running", "message": "…"}),
        (HORIZON, "horizon", 202, HORIZON_ANSWER | {"status": "already_running"}),
    ],
)
def test_an_active_run_is_status_four(
    generate: Any, deployment: Deployment, path: str, only: str, status: int, answer: Any
) -> None:
    deployment.answers[path] = [(status, answer)]

    assert generate("--endpoint", deployment.url, "--only", only).returncode == 4


def test_a_run_with_errors_is_status_three(generate: Any, deployment: Deployment) -> None:
    answer = HORIZON_ANSWER | {"success": False, "errors": ["Ana Gil: the zone is unknown"]}
    deployment.answers[HORIZON] = [(500, answer)]

    done = generate(
        "--endpoint", deployment.url, "--only", "horizon", "--retry-delay", "0", "--json"
    )

    assert done.returncode == 3
    assert json.loads(done.stdout)["runs"][0]["errors"] == ["Ana Gil: the zone is unknown"]


@pytest.mark.parametrize(
    "options",
    [
        ("--only", "horizon", "--weeks", "4"),
        ("--only", "horizon", "--dry-run"),
        ("--only", "horizon", "--date", "2024-01-17"),
        ("--only", "weekly", "--student", "1"),
        ("--only", "weekly", "--teacher", "1"),
        ("--only", "missing", "--student", "1", "--student", "2"),
        ("--dry-run",),
    ],
)
def test_what_the_api_cannot_carry_is_a_usage_error(
    generate: Any, deployment: Deployment, options: tuple[str, ...]
) -> None:
    done = generate("--endpoint", deployment.url, *options)

    assert done.returncode == 2
    assert "is not supported by the API" in done.stderr
    assert deployment.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *("nonsense", "ftp://example.org", "http://x/api/students", "http://", "http://:80"),
        *("http://[bad", "http://127.0.0.1:99999", "http://h h/", "http://h/a b", "", " "),
    ],
)
def test_what_is_no_endpoint_is_a_usage_error(generate: Any, url: str) -> None:
    done = generate("--endpoint", url)

    assert done.returncode == 2
    assert "--endpoint" in done.stderr


@pytest.mark.parametrize(
    "answer", [b"<html>hello</html>", [1, 2], b"", b"[" * 9999, b"\xff\xfe"], ids=range(5)
)
def test_what_is_no_answer_of_the_api_is_a_failure(
    generate: Any, deployment: Deployment, answer: Any
) -> None:
    deployment.answers[WEEKLY] = [(200, answer)]

    done = generate("--endpoint", deployment.url, "--only", "weekly", "--json")

    assert done.returncode == 1
    errors = ["HTTP 200: the response is not JSON of this API"]
    assert json.loads(done.stdout)["runs"][0]["errors"] == errors


@pytest.mark.parametrize(
    ("told", "status", "errors"),
    [
        ({"errors": 7}, 3, ["7"]),
        ({"errors": "boom"}, 3, ["boom"]),
        ({"errors": None, "results": 7}, 0, []),
        ({"results": [7, {"studentName": [], "message": None}]}, 0, []),
        ({"weekEnd": "9999-12-31"}, 0, []),
        ({"weekStart": 20240115, "weekEnd": "2024-01-01"}, 0, []),
        ({"totalClassesCreated": "15", "studentsProcessed": [], "runId": "x"}, 0, []),
        ({"errors": ["half a sign: \ud83c"]}, 3, ["half a sign: ?"]),
        ({"success": "yes", "message": {"es": "no"}}, 1, ["HTTP 200: {'es': 'no'}"]),
    ],
    ids=repr,
)
def test_an_odd_answer_is_reported_as_far_as_it_can_be_read(
    generate: Any, deployment: Deployment, told: Any, status: int, errors: list[str]
) -> None:
    deployment.answers[WEEKLY] = [(200, WEEKLY_ANSWER | told)]

    done = generate("--endpoint", deployment.url, "--only", "weekly", "--json")

    assert done.returncode == status
    assert json.loads(done.stdout)["runs"][0]["errors"] == errors


def test_the_report_names_the_week_and_why_somebody_got_nothing(
    generate: Any, deployment: Deployment
) -> None:
    rows = [
        {"studentId": 1, "studentName": "Eva", "classesCreated": 2, "message": "2 classes"},
        {"studentId": 2, "studentName": "Ana Gil", "classesCreated": 0, "message": "0: paused"},
    ]
    deployment.answers[WEEKLY] = [(200, WEEKLY_ANSWER | {"results": rows})]

    done = generate("--endpoint", deployment.url, "--only", "weekly")

    texts = [line.partition("] ")[2] for line in done.stderr.splitlines()]
    assert texts[1:4] == [
        "This week's lessons: run 41",
        "week 2024-01-15 – 2024-01-21",
        "○ Ana Gil · 0: paused",
    ]
    assert "Eva" not in done.stderr
