"""Which tests one database is enough for: `make test` runs them on that one (`--half`).

What makes and changes the calendar (models, jobs, workers, most commands, the services that write
classes and rules) runs on both.
`make test-all` leaves nothing out.
"""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
HALVES = {
    # No database is used, or none that would make a difference; and what a browser shows.
    "sqlite": (
        "domain",
        "browser",
        "admin/test_access.py",
        "api/test_matrix.py",
        "api/test_schemathesis.py",
        "commands/test_broken_outputs.py",
        "commands/test_cron_daemon.py",
        "commands/test_endpoint.py",
        "commands/test_generate_classes_usage.py",
        "commands/test_install_cron.py",
        "commands/test_load_demo.py",
        "services/test_timetable_faults.py",
        "services/test_timetable_formats.py",
        "test_bench.py",
        "test_deploy.py",
        "test_layout.py",
        "test_proxy.py",
        "test_settings.py",
        "test_translations.py",
    ),
    # What people and programs ask of the server: on the stricter of the two, that of production.
    # On SQLite a browser opens each page and Schemathesis makes each call.
    "postgresql": (
        "admin",
        "api",
        "feeds",
        "services/test_explain.py",
        "services/test_notices.py",
        "services/test_planned.py",
        "services/test_public_holidays.py",
        "test_query_limits.py",
    ),
}


def half_of(path: Path) -> str:
    """The one database on which what is in the file or folder runs; empty: on both."""
    for one in (path, *path.parents):
        for half, names in HALVES.items():
            if one in {TESTS / name for name in names}:
                return half
    return ""
