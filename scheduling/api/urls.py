"""URLs of the API. Each works with and without a trailing slash, without a redirect."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

from scheduling.api.views import class_tracking, cron, docs, health, metrics, runs
from scheduling.api.views.resources import urls as resources

from .errors import not_found


def at(route: str, view: type[Any], name: str) -> URLPattern:
    """Return a pattern for ``route``, a regular expression, with an optional trailing slash."""
    as_view: Callable[..., Any] = view.as_view()
    return re_path(rf"^{route}/?$", as_view, name=name)


JOBS = "admin/background-jobs"
RUN = rf"{JOBS}/runs/(?P<run_id>[0-9]{{1,18}})"

urlpatterns = [
    at(
        "class-tracking/generate-weekly-classes",
        class_tracking.GenerateWeeklyClasses,
        "generate-weekly-classes",
    ),
    at(
        "class-tracking/generate-missing-classes",
        class_tracking.GenerateMissingClasses,
        "generate-missing-classes",
    ),
    at("cron/tick", cron.RunDueJobs, "cron-tick"),
    at("cron/generate-lessons", cron.GenerateLessons, "cron-generate-lessons"),
    at(f"{JOBS}/history", runs.HistoryList, "job-history"),
    at(f"{JOBS}/generate-lessons", runs.GenerateLessonsNow, "generate-lessons"),
    at(RUN, runs.RunDetailView, "job-run"),
    at(f"{RUN}/cancel", runs.CancelRun, "job-run-cancel"),
    at(f"{RUN}/undo", runs.UndoRun, "job-run-undo"),
    at("schema", docs.Schema, "api-schema"),
    at("docs", docs.Docs, "api-docs"),
    *(at(*address) for address in resources.ADDRESSES),
    # Last: a 404 as JSON for any other path.
    re_path(r"", not_found),
]

# At the root of the site, for monitoring.
monitoring = [
    at("healthz", health.Healthz, "healthz"),
    at("healthz/jobs", health.JobsHealthz, "healthz-jobs"),
    at("readyz", health.Readyz, "readyz"),
    at("metrics", metrics.Metrics, "metrics"),
]
