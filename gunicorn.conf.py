"""What gunicorn, which reads this file by itself, has to say: JSON lines, as all of production."""

logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "scheduling.api.logs.JSONLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # Off, as by default; `--access-logfile -` doesn't bring it back: give it a handler here.
        "gunicorn.access": {"level": "INFO", "handlers": [], "propagate": False},
    },
}
