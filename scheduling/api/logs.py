"""The former place of the JSON formatter: a ``gunicorn.conf.py`` of before 1.0 names it."""

from classtracker.json_logs import JSONFormatter as JSONLines

__all__ = ["JSONLines"]
