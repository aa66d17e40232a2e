"""The configuration of gunicorn, which reads this file automatically."""

# The application decides whether to trust a proxy's headers (TRUSTED_PROXY). Before that, no header
# may change the path or the scheme.
forwarded_allow_ips = ""
secure_scheme_headers = {}
forwarder_headers = ""

# Unused, and the service can't write to its home directory.
control_socket_disable = True

# JSON lines, as in all production logs.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "classtracker.json_logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # Off, as by default. `--access-logfile -` has no effect; add a handler here instead.
        "gunicorn.access": {"level": "INFO", "handlers": [], "propagate": False},
    },
}
