"""An alias of the JSON log formatter for a ``gunicorn.conf.py`` from before 1.0."""

from classtracker.json_logs import JSONFormatter as JSONLines

__all__ = ["JSONLines"]
