"""``/healthz``, ``/readyz`` and ``/healthz/jobs``: for balancers and monitors, no credential."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.errors import RETRY_AFTER, envelope
from scheduling.api.serializers.health import (
    Alive,
    JobsHealth,
    JobsUnhealthy,
    NotReady,
    Ready,
)
from scheduling.jobs.monitoring.alerting.incidents import CurrentIncident, current_incidents

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
        return Response({"status": OK, "version": settings.VERSION})


class Readyz(OpenView):
    """Check that the database is reachable and its migrations are applied.

    Late jobs are reported by ``JobsHealthz``: a balancer must not remove a server because of them.
    """

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
        names = {"database": _("database"), "migrations": _("migrations")}
        text = _("Not ready: %(checks)s.") % {"checks": ", ".join(names[name] for name in failed)}
        body = envelope("not_ready", text) | {"status": "unavailable", "checks": checks}
        return Response(body, 503, headers={"Retry-After": str(RETRY_AFTER)})


class JobsHealthz(OpenView):
    """Check for late, stalled, failed and crashed jobs, missing classes, and blocked mail.

    Missing classes are those that the watch counted last, as anyone may call this often. 503 with
    the incidents, for a monitor that alerts a person. They contain no names, since the URL is
    public; ``manage.py check_jobs`` has the errors.
    """

    @extend_schema(
        operation_id="healthzJobs",
        summary="Jobs",
        tags=TAGS,
        responses={200: JobsHealth, 503: JobsUnhealthy},
    )
    def get(self, request: Request) -> Response:
        incidents = [_entry(incident) for incident in current_incidents(timezone.now())]
        if not incidents:
            return Response({"status": OK, "incidents": incidents})
        text = _("Needs attention: %(incidents)s.") % {
            "incidents": ", ".join(f"{entry['job_name']}: {entry['state']}" for entry in incidents)
        }
        answer = envelope("jobs_need_attention", text)
        answer |= {"status": "unavailable", "incidents": incidents}
        return Response(answer, 503, headers={"Retry-After": str(RETRY_AFTER)})


def _entry(incident: CurrentIncident) -> dict[str, Any]:
    name = _("E-mail") if incident.mail is not None else incident.job.label
    return {
        "kind": incident.kind.value,
        "job": incident.job.value,
        "job_name": str(name),
        "state": str(incident.kind.label),
        "since": incident.since.isoformat(),
        "run_id": incident.run.pk if incident.run else None,
    }


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
        return {"database": OK, "migrations": OK}
    except (DatabaseError, InterfaceError):
        return {"database": _("can't be reached")}
