"""A formatter of log lines as JSON objects, for log collectors in production."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from scheduling.api.request_id import request_id
from scheduling.jobs.runs.log_context import run_id

# The tokens of calendar feeds, families' pages and links to set a password are secrets. Masked as
# in deploy/nginx.conf and deploy/Caddyfile.
FEED = re.compile(r"(/calendar/)[^/\s\"]+(\.ics)|(/family/|/password/[^/\s\"]+/)[^/\s\"?]+()")


class JSONFormatter(logging.Formatter):
    """Formats ``{"time", "level", "logger", "message"}``, with the ids of request and run if any.

    Fields passed as ``extra={"fields": {…}}`` are added. Secret addresses are masked.
    """

    def format(self, record: logging.LogRecord) -> str:
        created = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get() or _id_of(getattr(record, "request", None)):
            line["requestId"] = current
        if run_id.get() is not None:
            line["runId"] = run_id.get()
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        # ASCII only, so that the encoding does not matter and U+2028 breaks no line.
        return FEED.sub(r"\1\3***\2\4", json.dumps(line, default=str))


def _id_of(request: Any) -> str:
    """Return the id of the request of a log line that Django writes after all middleware."""
    return str(getattr(request, "META", {}).get("HTTP_X_REQUEST_ID", ""))
