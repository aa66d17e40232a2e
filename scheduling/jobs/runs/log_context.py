"""What a line of the log may want to know without being told: the run under which it is written."""

from contextvars import ContextVar

run_id: ContextVar[int | None] = ContextVar("run_id", default=None)
