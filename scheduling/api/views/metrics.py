"""``/metrics`` for Prometheus, read from the job log at each scrape.

Counters in the process would miss other workers, cron jobs and commands. All metrics are gauges,
because the numbers decrease when old logs are pruned.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes, extend_schema
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from scheduling.api.authentication import MetricsTokenAuthentication
from scheduling.api.permissions import is_administrator
from scheduling.api.throttles import address_of
from scheduling.db.clock import database_now
from scheduling.jobs.monitoring.backlog import Backlog, backlog
from scheduling.jobs.monitoring.health import overdue_jobs, stuck_runs
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job, RunState
from scheduling.selectors import metrics
from scheduling.selectors.messages import mail_block

from .base import ApiView

PREFIX = "classtracker"
# With any of these headers the request was forwarded, possibly from another machine.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class JobMetricsCollector:
    """Collects all metrics from the database."""

    def collect(self) -> Iterator[Metric]:
        jobs = [str(job) for job in JOBS]
        yield from _log()
        yield from _successes(jobs)
        now = timezone.now()
        recent = RecentRuns(now)
        yield from _activity(jobs, now, recent)
        left_undone = backlog(now, recent=recent)
        yield from _mail(left_undone)
        yield from _backlog(left_undone)
        rows = metrics.approximate_classes()
        if rows is not None:
            text = "Rows of the table of classes, as estimated by the database"
            yield Gauge(f"{PREFIX}_classes_approx", text, value=rows)


class IsLocalhostOrAdministrator(BasePermission):
    """A direct request from this machine, or an administrator's token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return _is_loopback(request) or is_administrator(request.user)


class Metrics(ApiView):
    """Metrics of jobs and classes in the text format of Prometheus.

    Available to administrators' tokens of any scope, and from the server itself without a proxy.
    """

    authentication_classes = (MetricsTokenAuthentication,)
    permission_classes = (IsLocalhostOrAdministrator,)

    @extend_schema(
        operation_id="metrics",
        summary="Metrics",
        tags=["Health"],
        responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR, "The metrics.")},
    )
    def get(self, request: Request) -> HttpResponse:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(JobMetricsCollector())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_loopback(request: Request) -> bool:
    try:
        local = ip_address(address_of(request)).is_loopback
    except ValueError:  # a Unix socket has no address
        return False
    return local and not any(name in request.META for name in FORWARDED)


def _log() -> Iterator[Metric]:
    runs = Gauge(f"{PREFIX}_job_runs", "Runs in the job log", labels=["job", "state"])
    created = Gauge(
        f"{PREFIX}_job_classes_created", "Classes created by the runs in the log", labels=["job"]
    )
    by_job: dict[str, int] = {}
    for count in metrics.run_counts():
        runs.add_metric([count.job, count.state], count.runs)
        by_job[count.job] = by_job.get(count.job, 0) + count.classes
    for job, classes in by_job.items():
        created.add_metric([job], classes)
    yield runs
    yield created


def _successes(jobs: list[str]) -> Iterator[Metric]:
    finished_at = Gauge(
        f"{PREFIX}_job_last_success_timestamp_seconds",
        "Time at which the last successful run ended",
        labels=["job"],
    )
    duration = Gauge(
        f"{PREFIX}_job_last_success_duration_seconds",
        "Duration of the last successful run",
        labels=["job"],
    )
    for success in metrics.last_successes(jobs, timezone.now()):
        finished_at.add_metric([success.job], success.finished_at.timestamp())
        duration.add_metric([success.job], success.seconds)
    yield finished_at
    yield duration


def _mail(left_undone: Backlog) -> Iterator[Metric]:
    messages = Gauge(f"{PREFIX}_messages", "E-mails in the outbox", labels=["kind", "state"])
    for kind, state, n in left_undone.messages:
        messages.add_metric([kind, state], n)
    yield messages
    text = "1 if the mail server accepts no mail"
    yield Gauge(f"{PREFIX}_mail_blocked", text, value=int(mail_block() is not None))
    text = "E-mails that did not arrive, or may not have arrived, about lessons of these days"
    yield Gauge(f"{PREFIX}_messages_undelivered", text, value=left_undone.undelivered)


def _backlog(left_undone: Backlog) -> Iterator[Metric]:
    text = "Classes that the last due run of the job should have created"
    missing = Gauge(f"{PREFIX}_missing_classes", text, labels=["job"])
    for job in GENERATING:
        missing.add_metric([job.value], left_undone.missing.get(job, 0))
    yield missing
    text = "Planned classes whose place is taken"
    yield Gauge(f"{PREFIX}_conflicts", text, value=left_undone.conflicts)
    yield Gauge(f"{PREFIX}_queued_runs", "Runs that wait for a worker", value=left_undone.queued)
    text = "Incidents that the watch has recorded and that are not over"
    incidents = Gauge(f"{PREFIX}_open_incidents", text, labels=["kind", "job"])
    for labels in left_undone.open_incidents:
        incidents.add_metric(labels, 1)
    yield incidents


def _activity(jobs: list[str], now: datetime, recent: RecentRuns) -> Iterator[Metric]:
    active = Gauge(f"{PREFIX}_job_active_runs", "Active runs", labels=["job"])
    heartbeat_age = Gauge(
        f"{PREFIX}_job_heartbeat_age_seconds",
        "Seconds since the oldest heartbeat of the active runs",
        labels=["job"],
    )
    overdue = Gauge(f"{PREFIX}_job_overdue", "1 if the job is late", labels=["job"])
    beat_now = database_now()
    ages: dict[str, list[float]] = {job: [] for job in jobs}
    for run in recent.active:
        if run.state == RunState.RUNNING:
            age = beat_now - (run.heartbeat or run.created_at)
            ages.setdefault(run.job, []).append(max(0.0, age.total_seconds()))
    backup = recent.backups
    late = [*overdue_jobs(now, recent), *([Job.BACKUP] if backup.late_since else [])]
    for job, job_ages in ages.items():
        active.add_metric([job], len(job_ages))
        overdue.add_metric([job], int(job in late))
        if job_ages:
            heartbeat_age.add_metric([job], max(job_ages))
    yield active
    yield heartbeat_age
    yield overdue
    if backup.age is not None:
        text = "Seconds since the newest copy of the database was begun"
        yield Gauge(f"{PREFIX}_backup_age_seconds", text, value=backup.age.total_seconds())
    yield Gauge(f"{PREFIX}_stuck_runs", "Stalled runs", value=len(stuck_runs(now, recent)))
