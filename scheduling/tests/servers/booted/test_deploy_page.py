"""`docs/deploy.md`, run as root in the order in which it is printed, each block in a fresh shell.

The machine is booted, so systemd starts the units as they are. What differs from a real server is
in ``TYPED`` and ``AUTHORITY``: certificates come from an authority on the machine, not from Let's
Encrypt. The page describes alternatives: nginx makes room for Caddy, and the copy of SQLite is
restored on a database of its own.
"""

import json
import re

import pytest

from scheduling.tests.support.documents import Document
from scheduling.tests.support.machines.debian import Debian
from scheduling.tests.support.secret_addresses import secret_addresses

from . import authority
from .conftest import RELEASES
from .studio import APP, AS_USER, HOST, answer, classes, setting, sql

pytestmark = [pytest.mark.servers, pytest.mark.one_database(name="sqlite")]

PAGE = Document("docs/deploy.md")
# What an administrator types in place of what the page prints.
TYPED = {
    "REPOSITORY": "/mnt/repository",
    "RELEASE": RELEASES[0],
    "submission://user:password@mail.example.org": "smtp://127.0.0.1:2525",
}
# Caddy asks the authority of the machine.
AUTHORITY = {
    "systemctl restart caddy\n": "sed -i '0,/^{$/s||{\\n\\tacme_ca "
    + authority.DIRECTORY
    + "|' /etc/caddy/Caddyfile\nsystemctl restart caddy\n"
}
UNITS = ("web.socket", "web.service", "worker@1.service", "worker@2.service", "backup.timer")
TOKEN = (
    "from scheduling.models import CalendarFeed as Feed;"
    "from scheduling.services.calendar_feeds import token_of;"
    "print(token_of(Feed.objects.first() or Feed.objects.create()))"
)
UNKNOWN = "6-unknown-secret"
WEB = "classtracker-web.socket classtracker-web"
COPIES = "/var/backups/classtracker"


def run(machine: Debian, heading: str, **typed: str) -> str:
    """Run the next block of the page; return what it prints."""
    return run_with(machine, heading, typed)


def run_with(machine: Debian, heading: str, typed: dict[str, str]) -> str:
    block = PAGE.take(heading)
    for printed, real in (TYPED | typed).items():
        block = block.replace(printed, real)
    return machine.output(block)


def test_packages_user_and_code(machine: Debian) -> None:
    run(machine, "Packages, user, code")
    data = "! -path '/srv/classtracker/data*'"
    assert machine.output(f"find /srv/classtracker -user classtracker {data}") == ""
    writable = f"cd / && runuser -u classtracker -- find /srv /usr -writable ! -type l {data}"
    assert machine.output(writable) == ""
    assert machine.run(f"{APP}/.venv/bin/python -c 'import django_rq'", check=False).returncode == 1


def test_postgresql(machine: Debian) -> None:
    run(machine, "PostgreSQL")
    assert sql(machine, "SHOW server_encoding") == "UTF8"


def test_settings(machine: Debian) -> None:
    run(machine, "Settings")
    assert machine.output(f"stat -c '%a %U %G' {APP}/.env") == "640 root classtracker"
    assert machine.output("date +%Z") in ("CET", "CEST")
    assert len(setting(machine, "SECRET_KEY")) > 50
    assert re.search("password: .{16}", run(machine, "Settings"))
    machine.run(
        "systemd-run -q --unit=mail python3 -W ignore -m smtpd -n -c DebuggingServer 127.0.0.1:2525"
    )
    machine.run("classtracker load_demo --students 20 --teachers 3")


def test_services(machine: Debian) -> None:
    run(machine, "Services")
    for unit in UNITS:
        assert machine.wait(f"systemctl is-active classtracker-{unit}") == "active"
    ask = "curl -sS --unix-socket /run/classtracker.sock http://localhost/readyz"
    assert json.loads(machine.wait(ask))["status"] == "ok"
    assert machine.run(f"{AS_USER} {ask}", check=False).returncode == 7
    assert machine.output("systemctl --failed --no-legend") == ""


def test_nginx(machine: Debian) -> None:
    authority.start(machine)
    assert run(machine, "TLS").splitlines()[-1].startswith('{"status":"ok"')
    lines = log_of_feeds(machine, "cat /var/log/nginx/classtracker.log")
    assert {line["uri"] for line in lines} == {"/calendar/***.ics"}
    assert [line["status"] for line in lines] == [200, 404, 301, 502]
    ask_for_secrets(machine, HOST)
    serial = f"echo | openssl s_client -connect {HOST[8:]}:443 2>&1 | openssl x509 -noout -serial"
    first = machine.output(serial)
    machine.run("certbot renew --force-renewal")
    machine.wait(f"test '{first}' != \"$({serial})\" && echo another")


def test_caddy(machine: Debian) -> None:
    machine.run("systemctl disable --now nginx")
    assert run_with(machine, "TLS", AUTHORITY).splitlines()[-1].startswith('{"status":"ok"')
    log = "journalctl -u caddy -o cat --no-pager | grep ^{.*http.log.access"
    lines = log_of_feeds(machine, log)
    assert {line["request"]["uri"] for line in lines} == {"/calendar/***.ics"}
    assert [line["status"] for line in lines] == [200, 404, 308, 502]
    ask_for_secrets(machine, HOST)


def log_of_feeds(machine: Debian, log: str) -> list[dict]:
    """Ask for a feed: open, unknown, without TLS, and while the server is stopped.

    Return the lines of the access log. No log has the token, and the id of the second request is in
    the proxy's log, in the application's, and in the answer.
    """
    token = machine.output(f'classtracker shell --no-imports -c "{TOKEN}"')
    path = f"/calendar/{token}.ics"
    assert answer(machine, HOST + path)[0] == 200
    status, headers = answer(machine, f"{HOST}/calendar/x{token}.ics")
    assert status == 404
    answer(machine, HOST.replace("https", "http") + path)
    machine.run(f"systemctl stop {WEB}")
    assert answer(machine, HOST + path)[0] == 502
    machine.run(f"systemctl start {WEB}")
    machine.wait(f"curl -sSf {HOST}/readyz")

    lines = [json.loads(line) for line in machine.output(log).splitlines() if "/calendar/" in line]
    assert headers["x-request-id"] in json.dumps(lines[-3])
    own = machine.output("journalctl -u classtracker-web -o cat --no-pager | grep calendar")
    unknown = json.loads(own.splitlines()[-1])
    assert unknown["message"] == "Not Found: /calendar/***.ics"
    assert unknown["requestId"] == headers["x-request-id"]
    assert_not_logged(machine, token)
    return lines


def ask_for_secrets(machine: Debian, site: str) -> None:
    """Ask for every secret address, open and while the server is stopped; no log has the secret."""
    for expected in ({200, 404}, {502}):
        for url in secret_addresses(UNKNOWN).values():
            status = answer(machine, f"--insecure --referer {site}{url}", site + url)[0]
            assert status in expected, url
        machine.run(f"systemctl stop {WEB}")
    machine.run(f"systemctl start {WEB}")
    machine.wait(f"curl -sSfk {site}/readyz")
    assert_not_logged(machine, UNKNOWN)


def assert_not_logged(machine: Debian, secret: str) -> None:
    assert machine.output(f"journalctl --no-pager | grep -c {secret} || true") == "0"
    assert machine.output(f"grep -r --files-with-matches {secret} /var/log || true") == ""


def test_scheduler(machine: Debian) -> None:
    run(machine, "It runs by itself")
    machine.wait("journalctl -u classtracker-scheduler -o cat --no-pager | grep SIGTERM")
    log = machine.output("journalctl -u classtracker-scheduler -o cat --no-pager | grep -v systemd")
    said = [json.loads(line)["message"] for line in log.splitlines() if line.startswith("{")]
    assert said
    assert sql(machine, "SELECT DISTINCT trigger FROM scheduling_jobrun") == "scheduler"


def test_cron(machine: Debian) -> None:
    run(machine, "It runs by itself")
    table = machine.output("crontab -u classtracker -l")
    assert len(re.findall("manage.py crontab run", table)) == 4
    (watch,) = re.findall(r"^\*/15 \* \* \* \* (.*?) #", table, re.MULTILINE)
    machine.run(f"cd / && runuser -u classtracker -- env -i /bin/sh -c '{watch}'")
    log = "/var/log/classtracker/cron.log"
    assert all(json.loads(line)["time"] for line in machine.output(f"cat {log}").splitlines())
    machine.run("logrotate --force /etc/logrotate.d/classtracker")
    assert machine.output(f"stat -c '%s %a %U' {log}") == "0 640 classtracker"
    assert '"status":"ok"' in run(machine, "It runs by itself")
    assert classes(machine) > 100


def test_pgbouncer(machine: Debian) -> None:
    run(machine, "PgBouncer")
    assert ":6432/" in setting(machine, "DATABASE_URL")
    machine.wait(f"curl -sSf {HOST}/readyz")
    assert classes(machine) > 100
    machine.run("classtracker generate_classes && classtracker check_jobs")
    pooled = "grep -c 'db=classtracker user=classtracker' /var/log/postgresql/pgbouncer.log"
    assert int(machine.output(pooled)) > 1


def test_backup(machine: Debian) -> None:
    run(machine, "Backup")
    machine.run("systemctl start classtracker-backup")
    assert "classtracker-backup.timer" in machine.output("systemctl list-timers --no-pager")
    names = machine.output(f"ls {COPIES}").split()
    assert len(names) == 2
    assert all(re.fullmatch(r"classtracker-\d{8}T\d{6}Z\.dump", name) for name in names)


def test_restore(machine: Debian) -> None:
    before = classes(machine)
    run(machine, "Restore")
    sql(machine, "DELETE FROM classes")
    run_with(machine, "Restore", {NAMED + ".dump": newest(machine, "dump")})
    assert classes(machine) == before

    restore_sqlite(machine)

    said = run(machine, "Restore")
    # In the language of the settings.
    assert said.count(": 0 clases creadas") == 2, said
    assert classes(machine) == before
    machine.wait(f"curl -sSf {HOST}/readyz")


NAMED = "classtracker-20260105T013000Z"


def newest(machine: Debian, suffix: str) -> str:
    return machine.output(f"ls -t {COPIES} | grep {suffix}$ | head -n 1")


def restore_sqlite(machine: Debian) -> None:
    """Make a studio on SQLite, as the page says it, and restore a copy of it."""
    machine.run(
        f"cd {APP} && cp --preserve=all .env .env.postgresql\n"
        "sed -i 's|^DATABASE_URL=.*|DATABASE_URL=sqlite:////srv/classtracker/data/db.sqlite3|' .env"
    )
    machine.run(
        "classtracker migrate --verbosity 0\nclasstracker load_demo --students 3 --teachers 1\n"
        f"classtracker generate_classes\nclasstracker backup_database {COPIES}"
    )
    count = (
        'classtracker shell --no-imports -c "from scheduling.models import *;'
        'print(ScheduledClass.objects.count())"'
    )
    before = int(machine.output(count))
    assert before > 10
    machine.run("classtracker flush --no-input")
    run_with(machine, "Restore", {NAMED + ".sqlite3": newest(machine, "sqlite3")})
    assert int(machine.output(count)) == before
    machine.run(f"cd {APP} && mv .env.postgresql .env")


def test_upgrade(machine: Debian) -> None:
    before = classes(machine)
    said = run(machine, "Upgrade", RELEASE=RELEASES[1])
    assert '"status":"ok"' in said
    assert machine.output(f"cat {APP}/RELEASE") == RELEASES[1]
    assert classes(machine) == before
    for unit in (*UNITS, "scheduler.service"):
        assert machine.output(f"systemctl is-active classtracker-{unit}") == "active"
    assert machine.output("systemctl --failed --no-legend") == ""


def test_under_a_path(machine: Debian) -> None:
    heading = "Under a path of another site"
    machine.run(f"cp --preserve=all {APP}/.env {APP}/.env.root; cp /etc/caddy/Caddyfile /root")
    for line in PAGE.take(heading, "ini").splitlines():
        name = line.partition("=")[0]
        machine.run(f"cd {APP} && sed -i '/^{name}=/d' .env && echo '{line}' >> .env")
    machine.run("systemctl restart classtracker-web && rm /etc/nginx/sites-enabled/*")
    host = "https://www.example.org"

    # The other site of nginx, on a port of its own, as Caddy has the usual ones.
    live = f"/etc/letsencrypt/live/{HOST[8:]}"
    other = (
        f"server {{ listen 8444 ssl; server_name {host[8:]}; ssl_certificate {live}/fullchain.pem;"
        f" ssl_certificate_key {live}/privkey.pem; {PAGE.take(heading, 'nginx')} }}"
    )
    (machine.folder / "etc/nginx/conf.d/other.conf").write_text(other)
    machine.run("nginx -t && systemctl start nginx")
    machine.wait(f"curl -sSfk {host}:8444/studio/readyz")
    ask_for_secrets(machine, f"{host}:8444/studio")
    logged = machine.output("cat /var/log/nginx/access.log")
    assert "/studio/readyz" in logged
    machine.run("systemctl stop nginx")

    file = machine.folder / "etc/caddy/Caddyfile"
    options = file.read_text().partition("\n}\n")[0] + "\n}\n"
    file.write_text(options + PAGE.take(heading, "caddyfile"))
    machine.run("systemctl restart caddy")
    machine.wait(f"curl -sSf {host}/studio/readyz")
    status, headers = answer(machine, f"{host}/studio/admin/")
    assert (status, headers["location"][:20]) == (302, "/studio/admin/login/")
    page = machine.output(f"curl -sSf {host}/studio/admin/login/")
    style = re.search(r'href="(/studio/static/\S+\.css)"', page)[1]
    assert answer(machine, host + style)[0] == 200
    assert answer(machine, host + style.removeprefix("/studio"))[0] == 404
    ask_for_secrets(machine, f"{host}/studio")
    assert [block for block in PAGE.left() if block.language == "sh"] == []

    machine.run(f"mv {APP}/.env.root {APP}/.env; mv /root/Caddyfile /etc/caddy/Caddyfile")
    machine.run("systemctl restart classtracker-web caddy")
    machine.wait(f"curl -sSf {HOST}/readyz")
