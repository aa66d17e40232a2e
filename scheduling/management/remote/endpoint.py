"""The API calls for ``--endpoint`` and the other options of a command."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from scheduling.models import Job

PATHS = {
    Job.WEEKLY: "/api/class-tracking/generate-weekly-classes",
    Job.HORIZON: "/api/cron/generate-lessons",
    Job.MISSING: "/api/class-tracking/generate-missing-classes",
}


@dataclass(frozen=True, slots=True)
class RemoteCall:
    """A request to a deployment: the job, the URL and the body."""

    job: Job
    url: str
    body: dict[str, Any]


def calls(endpoint: str, options: dict[str, Any]) -> list[RemoteCall]:
    """Return the API calls for these options.

    The URL of an endpoint selects its job; with a base URL, ``--only`` selects the jobs. Raises
    CommandError (usage) for an invalid URL and for options that the API lacks.
    """
    parts = _parts(endpoint)
    path = parts.path.rstrip("/")
    named = next((job for job, own in PATHS.items() if path.endswith(own)), None)
    only = Job(options["only"]) if options["only"] else None
    if named is not None:
        if only is not None and only != named:
            raise _usage(
                _("--only %(job)s does not go with the endpoint “%(url)s”."), endpoint, only
            )
        path = path[: -len(PATHS[named])]
    elif "/api/" in f"{path}/" and not path.endswith("/api"):
        raise _usage(_("--endpoint: “%(url)s” does not generate classes."), endpoint)
    base = path.removesuffix("/api")
    jobs = [named or only] if named or only else [Job.WEEKLY, Job.HORIZON]
    return [
        RemoteCall(
            job,
            urlunsplit((parts.scheme, parts.netloc, base + PATHS[job], "", "")),
            _body(job, options),
        )
        for job in jobs
        if job is not None
    ]


def _parts(endpoint: str) -> SplitResult:
    if not endpoint.strip():
        # Probably an unset variable of a script, so don't fall back to the local database.
        raise CommandError(_("--endpoint is empty: give a URL, or leave it out."), returncode=2)
    try:
        parts = urlsplit(endpoint)
        _port = parts.port  # raises ValueError for an invalid port
        is_http = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_http = False
    if not is_http or parts.query or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", endpoint):
        raise _usage(_("--endpoint: “%(url)s” is not an http(s) URL without a query."), endpoint)
    return parts


def _usage(text: str, url: str, job: str = "") -> CommandError:
    return CommandError(text % {"url": url, "job": job}, returncode=2)


def _body(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    rest = {name: options[name] for name in ("date", "weeks", "student", "teacher", "dry_run")}
    if job == Job.WEEKLY:
        if day := rest.pop("date"):
            body["date"] = str(day)
        if rest.pop("dry_run"):
            body["dryRun"] = True
    if job == Job.MISSING and len(rest["student"] or ()) == 1:
        body["studentId"] = rest.pop("student")[0]
    for name, value in rest.items():
        if value:
            raise CommandError(
                _("--%(option)s is not supported by the API for the job %(job)s.")
                % {"option": name.replace("_", "-"), "job": job.value},
                returncode=2,
            )
    return body
