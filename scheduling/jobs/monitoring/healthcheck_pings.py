"""A sign of life to an outside watchman (``PING_URL``), in the manner of Healthchecks.

``URL/start`` when a run begins, ``URL`` when it went well, ``URL/fail`` when it did not. He alone
notices when everything here is down. Only what runs by itself is told: a person who presses the
button must not make a dead cron look alive.
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

WELL = (RunState.SUCCEEDED, RunState.PARTIAL)


class HealthcheckPings:
    """The pings of one run; silent where nobody is to be told.

    They go out beside the run, which waits for nobody; at its end for a few seconds at most.
    """

    def __init__(self, request: RunRequest) -> None:
        whole = request.is_full and not request.dated and JOBS[request.job].generates
        self._wanted = bool(settings.PING_URL) and whole and request.trigger in AUTOMATIC
        # So that the watchman can tell which start an end belongs to.
        self._id = uuid.uuid4()
        self._start: Thread | None = None

    def started(self) -> None:
        """The run has begun."""
        if self._wanted:
            self._start = Thread(target=self._send, args=("/start", ""), daemon=True)
            self._start.start()

    def ended(self, result: RunResult) -> None:
        """The run is over, well or not."""
        if not self._wanted:
            return
        text = f"{result.job.value} {result.state.value}: {result.classes_created} classes created"
        if result.error:
            text += f"\n{result.error}"
        last = Thread(
            target=self._last, args=("" if result.state in WELL else "/fail", text), daemon=True
        )
        last.start()
        last.join(2 * SECONDS)

    def _last(self, path: str, text: str) -> None:
        if self._start is not None:
            self._start.join()  # an end that overtakes its start would leave it open
        self._send(path, text)

    def _send(self, path: str, text: str) -> None:
        parts = urlsplit(settings.PING_URL)
        query = "&".join(part for part in (parts.query, f"rid={self._id}") if part)
        address = parts._replace(path=parts.path.rstrip("/") + path, query=query)
        call(urlunsplit(address), "the watchman (PING_URL)", text.encode())
