"""What ``--endpoint`` names, and which calls of its API the options ask for."""

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
    """One request to a deployment: which job, where, with what body."""

    job: Job
    url: str
    body: dict[str, Any]


def calls(endpoint: str, options: dict[str, Any]) -> list[RemoteCall]:
    """What has to be called for these options.

    The full URL of an endpoint runs that job, a base URL follows ``--only``. Raises CommandError
    (usage) for a URL that is none and for options that the API can't carry.
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
        raise _usage(_("--endpoint: “%(url)s” is no endpoint that generates classes."), endpoint)
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
        # A script's variable that is not set: nobody who names an endpoint means this database.
        raise CommandError(_("--endpoint is empty: name a URL, or leave it out."), returncode=2)
    try:
        parts = urlsplit(endpoint)
        _port = parts.port  # raises where it is none
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", endpoint):
        raise _usage(_("--endpoint: “%(url)s” is not an http(s) URL without a query."), endpoint)
    return parts


def _usage(text: str, url: str, job: str = "") -> CommandError:
    return CommandError(text % {"url": url, "job": job}, returncode=2)


def _body(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    carried: dict[str, Any] = {}
    asked = {name: options[name] for name in ("date", "weeks", "student", "teacher", "dry_run")}
    if job == Job.WEEKLY:
        if day := asked.pop("date"):
            carried["date"] = str(day)
        if asked.pop("dry_run"):
            carried["dryRun"] = True
    if job == Job.MISSING and len(asked["student"] or ()) == 1:
        carried["studentId"] = asked.pop("student")[0]
    for name, value in asked.items():
        if value:
            raise CommandError(
                _("--%(option)s can't be carried by the API to the job %(job)s.")
                % {"option": name.replace("_", "-"), "job": job.value},
                returncode=2,
            )
    return carried
