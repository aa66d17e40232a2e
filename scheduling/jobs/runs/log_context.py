"""The id of the current run, for the log formatter."""

from contextvars import ContextVar

run_id: ContextVar[int | None] = ContextVar("run_id", default=None)
