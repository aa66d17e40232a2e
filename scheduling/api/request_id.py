"""The request under which a line of the log is written. Nothing is imported here: the settings
need it before any model is there."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
