"""Log lines as JSON, one object a line, for whatever collects them in production."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from scheduling.api.request_id import request_id
from scheduling.jobs.runs.log_context import run_id


class JSONFormatter(logging.Formatter):
    """``{"time", "level", "logger", "message"}``, with the ids of request and run where there are.

    What a caller passes as ``extra={"fields": {…}}`` stands beside them.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["requestId"] = request_id.get()
        if run_id.get() is not None:
            line["runId"] = run_id.get()
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        # ASCII: a collector need not know our encoding, nor can U+2028 break a line.
        return json.dumps(line, default=str)
