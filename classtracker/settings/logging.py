"""Logging settings."""

import logging
from typing import Any


def logging_settings(debug: bool) -> dict[str, Any]:
    """Return Django's LOGGING setting: JSON lines in production, plain lines under DEBUG.

    Logs go to standard error, as commands print their output (``--json``) on standard output.
    """
    # In production, Python's warnings become log lines, too.
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
            # Django's own handler would repeat every line.
            "django": {"handlers": [], "level": "INFO" if debug else "WARNING"},
            # INFO for the closing line of every run.
            "scheduling": {"level": "INFO"},
            # Its warnings about retries contain URLs, which may be secret.
            "urllib3": {"level": "ERROR"},
        },
    }
