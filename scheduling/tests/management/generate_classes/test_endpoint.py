"""``generate_classes --endpoint`` with a real server that sends prepared answers."""

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
    """A server with prepared answers that records its requests."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        deployment = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                deployment.requests.append(
                    (self.command, self.path, dict(self.headers), json.loads(body or b"null"))
                )
                prepared = deployment.answers.get(self.path) or [(404, {"success": False})]
                status, answer = prepared.pop(0) if len(prepared) > 1 else prepared[0]
                raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def paths(self) -> list[str]:
        return [path for _method, path, _headers, _body in self.requests]


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    deployment = Deployment()
    deployment.answers = {WEEKLY: [(200, WEEKLY_ANSWER)], HORIZON: [(200, HORIZON_ANSWER)]}
    thread = threading.Thread(target=deployment.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield deployment
    deployment.server.shutdown()
    thread.join()
    deployment.server.server_close()


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def generate(settings: Any) -> Callable[..., Done]:
    """Return a function that runs the command in this process, without access to a database."""
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


def test_base_url_runs_both_jobs_with_secret(generate: Any, deployment: Deployment) -> None:
    done = generate("--endpoint", deployment.url, "--json")

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [run["classesCreated"] for run in report["runs"]] == [15, 7]
    assert [run["runId"] for run in report["runs"]] == [41, 42]
    assert report["runs"][0]["windowStart"] == "2024-01-15"
    assert report["runs"][0]["windowEnd"] == "2024-01-21"
    assert report["runs"][0]["studentsProcessed"] == 8
    assert deployment.paths() == [WEEKLY, HORIZON]
    credentials = {headers["Authorization"] for *_, headers, _body in deployment.requests}
    assert credentials == {"Bearer s3cret"}


@pytest.mark.parametrize("tail", ["", "/", "/api", "/api/"])
def test_base_url_can_have_suffix(generate: Any, deployment: Deployment, tail: str) -> None:
    done = generate("--endpoint", deployment.url + tail, "--only", "horizon")

    assert done.returncode == 0, done.stderr
    assert deployment.paths() == [HORIZON]


def test_full_url_runs_job_of_its_path(generate: Any, deployment: Deployment) -> None:
    done = generate("--endpoint", deployment.url + WEEKLY, "--date", "2024-01-17")

    assert done.returncode == 0, done.stderr
    assert [body for *_, body in deployment.requests] == [{"date": "2024-01-17"}]
    assert deployment.paths() == [WEEKLY]


def test_api_endpoint_is_used_except_by_cron(manage: Any, deployment: Deployment) -> None:
    # Processes without a reachable database, which only the cron entry needs.
    env = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
        "CRON_SECRET": "s3cret",
        "API_ENDPOINT": deployment.url,
    }
    interactive = manage("generate_classes", "--only", "weekly", env=env)
    cron = ("--trigger", "cron", "--retries", "1")
    by_cron = manage("generate_classes", "--only", "weekly", *cron, env=env)

    assert interactive.returncode == 0, interactive.stderr
    assert deployment.paths() == [WEEKLY]
    assert by_cron.returncode == 1
    assert "Traceback" not in by_cron.stderr


def test_failing_server_is_called_again(generate: Any, deployment: Deployment) -> None:
    busy = {"success": False, "error": "unavailable", "message": "Try again in a moment."}
    deployment.answers[HORIZON] = [(503, busy), (429, busy), (200, HORIZON_ANSWER)]

    done = generate("--endpoint", deployment.url, "--only", "horizon", "--retry-delay", "0")

    assert done.returncode == 0, done.stderr
    assert deployment.paths() == [HORIZON] * 3
    assert "attempt 3/3" in done.stderr
    assert "HTTP 503: Try again in a moment." in done.stderr


def test_unreachable_server_is_status_1(generate: Any, deployment: Deployment) -> None:
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
def test_refusal_is_not_retried(generate: Any, deployment: Deployment, status: int) -> None:
    refusal = {"success": False, "error": "no", "message": "The cron secret is missing or wrong."}
    deployment.answers[WEEKLY] = [(status, refusal)]

    done = generate("--endpoint", deployment.url, "--only", "weekly")

    assert done.returncode == 1
    assert len(deployment.requests) == 1
    assert f"HTTP {status}: The cron secret is missing or wrong." in done.stderr


def test_redirect_is_not_followed(generate: Any, deployment: Deployment) -> None:
    deployment.answers[WEEKLY] = [(307, {})]

    done = generate("--endpoint", deployment.url, "--only", "weekly")

    assert done.returncode == 1
    assert "HTTP 307: moved to http://127.0.0.1:9/elsewhere; use that URL" in done.stderr


def test_proxies_and_netrc_are_ignored(
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

    given = [headers["Authorization"] for *_, headers, _body in deployment.requests]
    assert given == ["Bearer s3cret"] * 2


@pytest.mark.parametrize(
    ("path", "only", "status", "answer"),
    [
        (WEEKLY, "weekly", 409, {"success": False, "error": "already_running", "message": "…"}),
        (HORIZON, "horizon", 202, HORIZON_ANSWER | {"status": "already_running"}),
    ],
)
def test_active_run_is_status_4(
    generate: Any, deployment: Deployment, path: str, only: str, status: int, answer: Any
) -> None:
    deployment.answers[path] = [(status, answer)]

    assert generate("--endpoint", deployment.url, "--only", only).returncode == 4


def test_run_with_errors_is_status_3(generate: Any, deployment: Deployment) -> None:
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
def test_options_without_api_support_are_usage_errors(
    generate: Any, deployment: Deployment, options: tuple[str, ...]
) -> None:
    done = generate("--endpoint", deployment.url, *options)

    assert done.returncode == 2
    assert "is not supported by the API" in done.stderr
    assert deployment.requests == []


@pytest.mark.parametrize(
    "url",
    [
        *("nonsense", "ftp://example.org", "http://x/api/students", "http://", "http://:80"),
        *("http://[bad", "http://127.0.0.1:99999", "http://h h/", "http://h/a b", "", " "),
    ],
)
def test_invalid_endpoint_is_usage_error(generate: Any, url: str) -> None:
    done = generate("--endpoint", url)

    assert done.returncode == 2
    assert "--endpoint" in done.stderr


@pytest.mark.parametrize(
    "answer", [b"<html>hello</html>", [1, 2], b"", b"[" * 9999, b"\xff\xfe"], ids=range(5)
)
def test_answer_without_json_object_is_status_1(
    generate: Any, deployment: Deployment, answer: Any
) -> None:
    deployment.answers[WEEKLY] = [(200, answer)]

    done = generate("--endpoint", deployment.url, "--only", "weekly", "--json")

    assert done.returncode == 1
    errors = ["HTTP 200: the response is not JSON of this API"]
    assert json.loads(done.stdout)["runs"][0]["errors"] == errors


@pytest.mark.parametrize(
    ("values", "status", "errors"),
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
def test_answer_with_unexpected_values_is_reported(
    generate: Any, deployment: Deployment, values: Any, status: int, errors: list[str]
) -> None:
    deployment.answers[WEEKLY] = [(200, WEEKLY_ANSWER | values)]

    done = generate("--endpoint", deployment.url, "--only", "weekly", "--json")

    assert done.returncode == status
    assert json.loads(done.stdout)["runs"][0]["errors"] == errors


def test_report_has_week_and_reasons(generate: Any, deployment: Deployment) -> None:
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
