"""What gunicorn, which reads this file by itself, believes and says."""

# Whether a proxy's headers are believed is the application's decision (TRUSTED_PROXY), and no
# header may change the path or stand for TLS before it has decided.
forwarded_allow_ips = ""
secure_scheme_headers = {}
forwarder_headers = ""

# Nobody asks gunicorn anything; and a service may not write into its home.
control_socket_disable = True

# JSON lines, as all of production.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "classtracker.json_logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # Off, as by default; `--access-logfile -` doesn't bring it back: give it a handler here.
        "gunicorn.access": {"level": "INFO", "handlers": [], "propagate": False},
    },
}
