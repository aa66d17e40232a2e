"""Each recipe of `docs/cron.md` makes classes, on the machine that `docs/deploy.md` set up.

Services of others are played: the test calls what their files name, as they do. Times of entries
are every minute, as the page says it for a test. Debian has pg_cron, but neither pg_net nor
Supabase's vault, so these two are extensions of the test with the same functions.
"""

import json
import re
from pathlib import Path

import pytest
import yaml

from scheduling.tests.support.documents import Document
from scheduling.tests.support.machines.debian import Debian

from .studio import APP, AS_USER, HOST, answer, classes, setting, sql

pytestmark = [pytest.mark.servers, pytest.mark.one_database(name="sqlite")]

PAGE = Document("docs/cron.md")
WEEKLY = "0 6 * * 1"
CRON_LOG = "/var/log/classtracker/cron.log"
# A copy of the code without settings, as on a host that gives them in the environment.
COPY = "/srv/copy"
# Cron looks once a minute.
PATIENCE = 100
STAND_INS = Path(__file__).with_name("stand_ins")
POSTGRESQL = "/usr/share/postgresql/15/extension/"


@pytest.fixture(autouse=True)
def _nothing_ran_for_a_month(machine: Debian) -> None:
    """Delete the classes, stop what makes them, and let the last runs be old."""
    machine.run("systemctl stop classtracker-scheduler; crontab -u classtracker -r || true")
    sql(machine, "DELETE FROM classes")
    old = "now() - interval '30 days'"
    sql(
        machine,
        f"UPDATE scheduling_jobrun SET created_at = {old}, started_at = {old},"
        f" finished_at = {old}, heartbeat = {old}",
    )


def made_by(machine: Debian) -> str:
    """Wait for classes; return the triggers of the runs that made them."""
    query = (
        "SELECT DISTINCT trigger FROM scheduling_jobrun WHERE classes_created > 0"
        " AND finished_at > now() - interval '1 hour'"
    )
    ask = f'cd / && runuser -u postgres -- psql -At classtracker -c "{query}"'
    found = machine.wait(ask, PATIENCE)
    assert classes(machine) > 0
    return found


def bearer(machine: Debian) -> str:
    return f"--header 'Authorization: Bearer {setting(machine, 'CRON_SECRET')}'"


def test_the_secret(machine: Debian) -> None:
    old = bearer(machine)
    secret = machine.output(PAGE.take("Make a secret"))
    assert len(secret) > 60
    machine.run(
        f"cd {APP} && sed -i 's/^CRON_SECRET=.*/CRON_SECRET={secret}/' .env"
        " && systemctl restart classtracker-web"
    )
    machine.wait(f"curl -sSf {HOST}/readyz")
    tick = f"{HOST}/api/cron/tick"
    assert answer(machine, old, tick)[0] == 401
    assert answer(machine, bearer(machine), tick)[0] == 200
    assert made_by(machine) == "http"


def test_the_server_s_crontab(machine: Debian) -> None:
    block = PAGE.take("The server's crontab")
    machine.run(f"{AS_USER} sh -e -c '{block}'")
    assert machine.output("crontab -u classtracker -l | grep -c 'crontab run'") == "4"
    every_minute(machine, machine.output("crontab -u classtracker -l"))
    assert made_by(machine) == "cron"


def test_entries_written_by_hand(machine: Debian) -> None:
    every_minute(machine, PAGE.take("The server's crontab", "crontab"))
    assert made_by(machine) == "cron"
    follow = PAGE.take("The server's crontab").replace("tail -f", "timeout 2 tail -f")
    followed = machine.run(follow, check=False).stdout.splitlines()
    assert followed
    assert all(json.loads(line)["message"] for line in followed)


def every_minute(machine: Debian, table: str) -> None:
    """Install a crontab of the service's user, with the weekly entry every minute."""
    assert table.startswith(WEEKLY)
    (machine.folder / "root/table").write_text(table.replace(WEEKLY, "* * * * *") + "\n")
    machine.run(f"truncate --size=0 {CRON_LOG}; crontab -u classtracker /root/table")


def test_without_cron(machine: Debian) -> None:
    with_service(machine, PAGE.take("Without cron"), APP, {})
    assert made_by(machine) == "scheduler"
    assert ended(machine) == "143"


def with_service(machine: Debian, command: str, folder: str, env: dict[str, str]) -> None:
    """Start a command that keeps running, as the service's user."""
    given = " ".join(f"--setenv='{name}={value}'" for name, value in env.items())
    (machine.folder / "srv/recipe.sh").write_text(f"exec {command}\n")
    machine.run(
        f"systemd-run -q --unit=recipe --uid=classtracker --working-directory={folder}"
        f" --setenv=PATH={APP}/.venv/bin:/usr/bin:/bin -p SuccessExitStatus=143"
        f" --remain-after-exit {given} sh /srv/recipe.sh"
    )


def ended(machine: Debian) -> str:
    """End it; return its exit status."""
    machine.run("systemctl kill recipe")
    machine.wait("systemctl show -P SubState recipe | grep -v running")
    status = machine.output("systemctl show -P ExecMainStatus recipe")
    machine.run("systemctl stop recipe; systemctl reset-failed recipe || true")
    return status


def test_outside_services(machine: Debian) -> None:
    found = re.search(r"- URL: `(\S+)`, method `(\w+)` \(or `(\w+)`\)", PAGE.text)
    assert "- Header: `Authorization: Bearer <CRON_SECRET>`" in PAGE.text
    for method in found.groups()[1:]:
        assert answer(machine, f"--request {method}", bearer(machine), found[1])[0] == 200
    assert made_by(machine) == "http"


def test_vercel(machine: Debian) -> None:
    settings = json.loads(PAGE.take("Vercel Cron in front of this API", "json"))
    (cron,) = settings["crons"]
    (rewrite,) = settings["rewrites"]
    assert rewrite["source"] == cron["path"]
    assert answer(machine, bearer(machine), rewrite["destination"])[0] == 200
    assert made_by(machine) == "http"


def test_github_actions(machine: Debian) -> None:
    workflow = yaml.safe_load(PAGE.take("GitHub Actions", "yaml"))
    (step,) = workflow["jobs"]["generate"]["steps"]
    assert step["env"] == {"CRON_SECRET": "${{ secrets.CRON_SECRET }}"}
    done = machine.run(step["run"], CRON_SECRET=setting(machine, "CRON_SECRET"))
    assert json.loads(done.stdout)["success"]
    assert made_by(machine) == "http"


def test_railway(machine: Debian) -> None:
    machine.run(f"git clone -q {APP} {COPY} && cp -r {APP}/staticfiles {COPY}")
    settings = json.loads(PAGE.take("Railway", "json"))
    named = re.search(r"with the same variables \((.*?)\)", PAGE.text)[1]
    env = {name: setting(machine, name) for name in re.findall(r"`(\w+)`", named)}
    assert len(env) == 3
    with_service(machine, settings["deploy"]["startCommand"], COPY, env)
    assert made_by(machine) == "scheduler"
    assert ended(machine) == "143"


def test_digitalocean(machine: Debian) -> None:
    (worker,) = yaml.safe_load(PAGE.take("DigitalOcean App Platform", "yaml"))["workers"]
    env = {one["key"]: setting(machine, one["key"]) for one in worker["envs"]}
    assert env["STUDIO_TIME_ZONE"] == worker["envs"][2]["value"]
    with_service(machine, worker["run_command"], COPY, env)
    assert made_by(machine) == "scheduler"
    assert ended(machine) == "143"


def test_hosted_database(machine: Debian) -> None:
    machine.run("apt install postgresql-15-cron")
    for path in STAND_INS.iterdir():
        (machine.folder / POSTGRESQL.strip("/") / path.name).write_text(path.read_text())
    machine.run(
        """
        cat >> /etc/postgresql/15/main/postgresql.conf <<'EOF'
shared_preload_libraries = 'pg_cron'
cron.database_name = 'classtracker'
cron.use_background_workers = on
EOF
        systemctl restart postgresql@15-main
        """
    )
    machine.wait(f"curl -sSf {HOST}/readyz")
    block = PAGE.take("A scheduled function of a hosted database", "sql")
    typed = {"the secret itself": setting(machine, "CRON_SECRET"), "*/15 * * * *": "* * * * *"}
    for printed, real in typed.items():
        assert printed in block
        block = block.replace(printed, real)
    (machine.folder / "srv/recipe.sql").write_text("CREATE EXTENSION supabase_vault;\n" + block)
    machine.run(
        "cd / && runuser -u postgres -- psql -v ON_ERROR_STOP=1 -f /srv/recipe.sql classtracker"
    )
    assert made_by(machine) == "http"
    ran = "SELECT DISTINCT status FROM cron.job_run_details WHERE end_time IS NOT NULL"
    # The classes are there before the scheduled function has ended.
    ask = f'cd / && runuser -u postgres -- psql -At classtracker -c "{ran}"'
    assert machine.wait(ask) == "succeeded"
    sql(machine, "SELECT cron.unschedule('class-tracker')")


def test_from_another_machine(machine: Debian) -> None:
    block = PAGE.take("From another machine, with our own command")
    block = block.replace("…", setting(machine, "CRON_SECRET"))
    done = machine.run(
        f"cd {COPY} && PATH={APP}/.venv/bin:$PATH\n{block}",
        SECRET_KEY="x" * 60,
        DATABASE_URL="postgresql://nobody@localhost:1/nothing",
    )
    assert "failed" not in done.stderr
    assert made_by(machine) == "http"
    assert PAGE.left() == []
