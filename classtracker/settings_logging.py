"""Where log lines go, and how they look."""

import logging
from typing import Any


def logging_settings(debug: bool) -> dict[str, Any]:
    """Django's LOGGING: JSON lines in production, lines for people under DEBUG.

    Standard error only: standard output belongs to what commands print (``--json``).
    """
    # Python's warnings are lines of the log as well, not lines of their own shape.
    logging.captureWarnings(not debug)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "classtracker.json_logs.JSONFormatter"},
            "line": {"format": "[{asctime}] {levelname} {name}: {message}", "style": "{"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line" if debug else "json",
            },
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            # Django's own handler would say every line a second time.
            "django": {"handlers": [], "level": "INFO" if debug else "WARNING"},
            # The closing line of every run.
            "scheduling": {"level": "INFO"},
            # Its warnings of another attempt name addresses, which may be secrets.
            "urllib3": {"level": "ERROR"},
        },
    }
