"""``/healthz`` and ``/readyz``, for load balancers and uptime monitors."""

from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.errors import RETRY_AFTER, envelope
from scheduling.api.serializers.health import Alive, NotReady, Ready
from scheduling.jobs.monitoring.health import overdue_jobs, stuck_runs
from scheduling.jobs.monitoring.recent_runs import RecentRuns

from .base import ApiView

TAGS = ["Health"]
OK = "ok"


class OpenView(ApiView):
    """A view without authentication and throttling. Its responses are not cached."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final


class Healthz(OpenView):
    """Check that the process is running. The database is not used."""

    @extend_schema(operation_id="healthz", summary="Alive", tags=TAGS, responses=Alive)
    def get(self, request: Request) -> Response:
        return Response({"status": OK})


class Readyz(OpenView):
    """Check the database, its migrations, and that jobs run on time."""

    @extend_schema(
        operation_id="readyz",
        summary="Ready",
        tags=TAGS,
        responses={200: Ready, 503: NotReady},
    )
    def get(self, request: Request) -> Response:
        checks = examine()
        failed = [name for name, outcome in checks.items() if outcome != OK]
        if not failed:
            return Response({"status": OK, "checks": checks})
        names = {"database": _("database"), "migrations": _("migrations"), "runs": _("runs")}
        text = _("Not ready: %(checks)s.") % {"checks": ", ".join(names[name] for name in failed)}
        body = envelope("not_ready", text) | {"status": "unavailable", "checks": checks}
        return Response(body, 503, headers={"Retry-After": str(RETRY_AFTER)})


def examine() -> dict[str, str]:
    """Return the result of each check: ``ok`` or the problem. Impossible checks are omitted.

    The texts contain no details, as the caller is not authenticated.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            text = _("%(n)d migrations are not applied") % {"n": len(missing)}
            return {"database": OK, "migrations": text}
        return {"database": OK, "migrations": OK, "runs": _runs()}
    except (DatabaseError, InterfaceError):
        return {"database": _("can't be reached")}


def _runs() -> str:
    now, recent = timezone.now(), RecentRuns()
    # A job that has never run, as on a new server, does not count as late.
    late = [job.label for job in overdue_jobs(now, recent) if recent.done(job) is not None]
    stuck = [f"{run.get_job_display()} #{run.pk}" for run in stuck_runs(now, recent)]
    problems = []
    if late:
        problems.append(_("late: %(jobs)s") % {"jobs": ", ".join(map(str, late))})
    if stuck:
        problems.append(_("stuck: %(runs)s") % {"runs": ", ".join(stuck)})
    return "; ".join(problems) or OK
