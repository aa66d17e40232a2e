"""Two hosts, each with a web server and a worker, on the same PostgreSQL.

They share a clock; the product measures silence by the clock of the database.
"""

import os
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest

from scheduling.db.advisory_locks import CALENDAR_LOCK
from scheduling.jobs.runs.takeover import SILENCE
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.servers.killing import SMALL_CHUNKS
from scheduling.tests.support import processes
from scheduling.tests.support.curl import Call, curl
from scheduling.tests.support.databases.postgres import cluster
from scheduling.tests.support.machines.hosts import NoHosts, hosts

pytestmark = [pytest.mark.soak, pytest.mark.postgresql]

BUTTON = "/api/admin/background-jobs/generate-lessons"
CRON = "/api/cron/generate-lessons"
POST = ("--request", "POST")
IN_BACKGROUND = ("--json", '{"background": true}')
SECRET = "a-secret-of-sixteen-or-more"
COMMAND = ("generate_classes", "--only", "horizon")
ALREADY_RUNNING = 4
STUDENTS = 400
CHUNK_ROWS = 30
TOKEN = """
from django.contrib.auth.models import User
from knox.models import get_token_model
print(get_token_model().objects.create(User.objects.create_superuser("teresa"))[1])
"""
DUPLICATES = """
    SELECT count(*) FROM (
        SELECT recurring_slot_id, week FROM classes GROUP BY 1, 2 HAVING count(*) > 1
    ) AS duplicates
"""
RUN = "SELECT state, host, heartbeat, classes_created, error, id FROM scheduling_jobrun"


class Site:
    """Two hosts and their database, seen from this machine."""

    def __init__(self, found, url, folder):
        self.first, self.second = found
        self.url, self.folder = url, folder
        self.database = psycopg.connect(url, autocommit=True)
        self.manage(self.first, "migrate", "--verbosity", "0")
        self.manage(self.first, "load_demo", "--students", str(STUDENTS), "--teachers", "40")
        self.database.execute("DELETE FROM scheduling_fixedschedule")  # of the other job
        self.token = self.manage(self.first, "shell", "--no-imports", "-c", TOKEN).stdout.strip()

    def manage(self, host, *args, status=0):
        answer = host.manage(*args, url=self.url)
        assert answer.returncode == status, answer.stdout + answer.stderr
        return answer

    def scalar(self, query):
        return self.database.execute(query).fetchone()[0]

    def runs(self):
        return self.database.execute(f"{RUN} ORDER BY id").fetchall()

    def classes(self):
        return self.scalar("SELECT count(*) FROM classes")

    def erase(self):
        """Delete classes and runs; keep people and slots."""
        self.database.execute("TRUNCATE classes, scheduling_jobrun CASCADE")

    @contextmanager
    def serving(self, host, backend="database"):
        """Run gunicorn on ``host`` and yield its address."""
        address = f"http://{host.address}:8000"
        env = {
            "ALLOWED_HOSTS": host.address,
            "CRON_SECRET": SECRET,
            "TASKS_BACKEND": backend,
        }
        command = [sys.executable, "-m", "gunicorn", "classtracker.wsgi", "--workers", "2"]
        command += ["--threads", "2", "--bind", f"{host.address}:8000"]
        log = (self.folder / f"{host.name}.log").open("a")
        process = host.popen(*command, url=self.url, env=env, stdout=log, stderr=log)

        def answers():
            assert process.poll() is None, (self.folder / f"{host.name}.log").read_text()
            try:
                with urlopen(f"{address}/healthz", timeout=5):
                    return True
            except (URLError, OSError):
                return False

        with log:
            try:
                wait_until(answers)
                yield address
            finally:
                process.terminate()
                process.wait(timeout=30)

    @contextmanager
    def working(self, host, program=(processes.MANAGE,)):
        """Run a db_worker on ``host``."""
        command = [sys.executable, *program, "db_worker", "--interval", "0.05"]
        process = host.popen(
            *command,
            url=self.url,
            env={"TASKS_BACKEND": "database"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(timeout=30)

    def assert_consistent(self):
        """Check that no class is duplicated, missing or uncounted."""
        assert self.scalar(DUPLICATES) == 0
        assert sum(run[3] for run in self.runs()) == self.classes()
        assert {run[0] for run in self.runs()} <= {"succeeded", "crashed"}
        self.manage(self.second, "check_schedules")
        before = self.classes()
        self.manage(self.second, *COMMAND)
        assert self.classes() == before


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hosts")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as ending:
        patch.setenv("no_proxy", "*")
        patch.delenv("TEST_DATABASE_URL", raising=False)
        try:
            found = ending.enter_context(hosts(folder, "one", "two"))
        except NoHosts as error:
            if os.environ.get("CI"):
                pytest.fail(str(error), pytrace=False)
            pytest.skip(str(error))
        url = ending.enter_context(cluster(addresses=[host.gateway for host in found]))
        site = Site(found, url, folder)
        with closing(site.database):
            yield site


@pytest.fixture
def site(machines):
    machines.erase()
    machines.database.execute("TRUNCATE django_tasks_database_dbtaskresult")
    return machines


def test_run_is_refused_while_other_host_runs(site):
    with site.serving(site.first) as first_url, site.serving(site.second) as second_url:
        site.database.execute(f"SELECT pg_advisory_lock({CALENDAR_LOCK})")
        first = Call(first_url + BUTTON, *POST, token=site.token)
        wait_until(lambda: site.runs() and site.runs()[0][0] == "running")
        assert curl(second_url + BUTTON, *POST, token=site.token).status == 409
        answer = curl(second_url + CRON, token=SECRET)
        assert (answer.status, answer.json["status"]) == (202, "already_running")
        site.manage(site.second, *COMMAND, status=ALREADY_RUNNING)
        site.database.execute(f"SELECT pg_advisory_unlock({CALENDAR_LOCK})")
        answer = first.answer()
        assert (answer.status, answer.json["lessonsGenerated"]) == (200, site.classes())
    assert site.classes() > STUDENTS * 10
    ((_state, host, *_rest),) = site.runs()
    assert host.startswith(site.first.name)
    site.assert_consistent()


def test_simultaneous_starts_on_both_hosts_run_once(site):
    performed_by = set()
    with site.serving(site.first) as first_url, site.serving(site.second) as second_url:
        for order in [(first_url, second_url), (second_url, first_url)] * 5:
            site.erase()
            calls = [Call(url + BUTTON, *POST, token=site.token) for url in order * 2]
            answers = [call.answer() for call in calls]
            assert {answer.status for answer in answers} <= {200, 409}
            done = [answer.json["lessonsGenerated"] for answer in answers if answer.status == 200]
            assert sum(done) == site.classes() == max(done)
            assert len(site.runs()) == len(done)
            assert site.scalar(DUPLICATES) == 0
            performed_by |= {run[1] for run in site.runs()}
    assert len(performed_by) == 2
    site.assert_consistent()


@pytest.mark.parametrize("backend", ["database", "embedded"])
def test_background_run_is_performed_once_by_either_host(site, backend):
    """The worker is on the other host, or started by the host that received the request."""
    with ExitStack() as ending:
        address = ending.enter_context(site.serving(site.first, backend))
        performer = site.first
        if backend == "database":
            performer = site.second
            ending.enter_context(site.working(site.second))
        for _round in range(3):
            site.erase()
            answer = curl(address + BUTTON, *POST, *IN_BACKGROUND, token=site.token)
            assert answer.status == 202
            wait_until(lambda: site.runs()[0][0] not in {"queued", "running"})
            ((state, host, _beat, created, *_rest),) = site.runs()
            assert (state, created) == ("succeeded", site.classes())
            assert host.startswith(performer.name)
    site.assert_consistent()


def test_workers_of_both_hosts_perform_each_run_once(site):
    with ExitStack() as ending:
        servers = [ending.enter_context(site.serving(host)) for host in (site.first, site.second)]
        for host in (site.first, site.second) * 2:
            ending.enter_context(site.working(host))
        for number in range(8):
            site.erase()
            answer = curl(servers[number % 2] + BUTTON, *POST, *IN_BACKGROUND, token=site.token)
            assert answer.status == 202
            wait_until(lambda: site.runs()[0][0] not in {"queued", "running"})
            ((state, _host, _beat, created, *_rest),) = site.runs()
            assert (state, created) == ("succeeded", site.classes())
            assert site.scalar(DUPLICATES) == 0
    site.assert_consistent()


@pytest.mark.parametrize("loss", ["die", "unplug"])
def test_other_host_takes_over_run_of_lost_host(site, loss):
    """The host is killed or unplugged; unplugged processes write nothing after their return."""
    with ExitStack() as ending:
        address = ending.enter_context(site.serving(site.second))
        program = (SMALL_CHUNKS, str(CHUNK_ROWS))
        worker = ending.enter_context(site.working(site.first, program))
        assert curl(address + BUTTON, *POST, *IN_BACKGROUND, token=site.token).status == 202
        wait_until(lambda: site.classes() > STUDENTS)
        getattr(site.first, loss)()
        ending.callback(site.first.plug)
        ((state, host, *_rest),) = site.runs()
        assert (state, host.split()[0]) == ("running", site.first.name)
        left = site.classes()
        assert curl(address + BUTTON, *POST, token=site.token).status == 409
        site.manage(site.second, *COMMAND, status=ALREADY_RUNNING)

        def taken_over():
            return site.second.manage(*COMMAND, url=site.url).returncode == 0

        wait_until(taken_over, 90)
        lost, following = site.runs()
        taken_over_at = site.scalar(
            f"SELECT started_at FROM scheduling_jobrun WHERE id = {following[5]}"
        )
        assert SILENCE <= taken_over_at - lost[2] <= SILENCE * 1.5
        assert (lost[0], following[0]) == ("crashed", "succeeded")
        assert lost[4] == "Stalled for 45 seconds; the next run completes the work."
        assert 0 < lost[3] < following[3] + lost[3] == site.classes()
        print(f"{loss}: {left} classes were there, taken over after {taken_over_at - lost[2]}")
        if loss == "unplug":
            assert worker.poll() is None
            site.first.plug()
            wait_until(lambda: is_idle(site, worker), 180)
    assert site.runs()[0] == lost
    site.assert_consistent()


def is_idle(site, worker):
    """Return whether the worker has ended or has no task."""
    tasks = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING'"
    return worker.poll() is not None or site.scalar(tasks) == 0
