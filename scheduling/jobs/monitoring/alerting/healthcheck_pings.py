"""Pings to an external monitor (``PING_URL``) with the protocol of Healthchecks.

``URL/start`` when a run begins, ``URL`` when it succeeded, ``URL/fail`` when it failed. Only an
external monitor notices when this host is down. Only automatic runs ping, so that a run started by
a person does not hide a dead cron.
"""

import uuid
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from scheduling.jobs.notifications.http_post import SECONDS, call
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import AUTOMATIC, RunState

SUCCESS = (RunState.SUCCEEDED, RunState.PARTIAL)


class HealthcheckPings:
    """The pings of one run, if it is full, undated and automatic and ``PING_URL`` is set.

    They are sent from threads. The run only waits at its end, for a few seconds at most.
    """

    def __init__(self, request: RunRequest) -> None:
        is_regular = request.is_full and not request.dated and JOBS[request.job].generates
        self._enabled = bool(settings.PING_URL) and is_regular and request.trigger in AUTOMATIC
        # Lets the monitor match an end with its start.
        self._id = uuid.uuid4()
        self._start: Thread | None = None

    def started(self) -> None:
        """Send the ping for the start of the run."""
        if self._enabled:
            self._start = Thread(target=self._send, args=("/start", ""), daemon=True)
            self._start.start()

    def ended(self, result: RunResult) -> None:
        """Send the ping for the end of the run."""
        if not self._enabled:
            return
        text = f"{result.job.value} {result.state.value}: {result.classes_created} classes created"
        if result.error:
            text += f"\n{result.error}"
        end = Thread(
            target=self._send_end,
            args=("" if result.state in SUCCESS else "/fail", text),
            daemon=True,
        )
        end.start()
        end.join(2 * SECONDS)

    def _send_end(self, path: str, text: str) -> None:
        if self._start is not None:
            self._start.join()  # the end must not arrive before the start
        self._send(path, text)

    def _send(self, path: str, text: str) -> None:
        parts = urlsplit(settings.PING_URL)
        query = "&".join(part for part in (parts.query, f"rid={self._id}") if part)
        address = parts._replace(path=parts.path.rstrip("/") + path, query=query)
        call(urlunsplit(address), "the monitor (PING_URL)", text.encode())
