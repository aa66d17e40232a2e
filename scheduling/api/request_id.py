"""The id of the current request, for log lines.

The settings import this module, so it must not import Django models.
"""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
