"""``/healthz`` and ``/readyz``: what load balancers and uptime monitors ask, without credential."""

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
    """For everyone: no credential, no throttle."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


class Healthz(OpenView):
    """Whether the process answers. Asks nothing of the database."""

    @extend_schema(operation_id="healthz", summary="Alive", tags=TAGS, responses=Alive)
    def get(self, request: Request) -> Response:
        return Response({"status": OK})


class Readyz(OpenView):
    """Whether all is there to work with: the database, its migrations, jobs that run."""

    @extend_schema(
        operation_id="readyz",
        summary="Ready",
        tags=TAGS,
        responses={200: Ready, 503: NotReady},
    )
    def get(self, request: Request) -> Response:
        checks = examine()
        failed = [name for name, found in checks.items() if found != OK]
        if not failed:
            return Response({"status": OK, "checks": checks})
        names = {"database": _("database"), "migrations": _("migrations"), "runs": _("runs")}
        text = _("Not ready: %(checks)s.") % {"checks": ", ".join(names[name] for name in failed)}
        answer = envelope("not_ready", text) | {"status": "unavailable", "checks": checks}
        return Response(answer, 503, headers={"Retry-After": str(RETRY_AFTER)})


def examine() -> dict[str, str]:
    """Each check with ``ok`` or what is wrong; those that can't be made are left out.

    It says no more than that: who asks is unknown.
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
    now, lately = timezone.now(), RecentRuns()
    # One that has never run keeps no server from answering.
    late = [job.label for job in overdue_jobs(now, lately) if lately.done(job) is not None]
    stuck = [f"{run.get_job_display()} #{run.pk}" for run in stuck_runs(now, lately)]
    found = []
    if late:
        found.append(_("late: %(jobs)s") % {"jobs": ", ".join(map(str, late))})
    if stuck:
        found.append(_("stuck: %(runs)s") % {"runs": ", ".join(stuck)})
    return "; ".join(found) or OK
