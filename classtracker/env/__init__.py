"""Readers of the environment. A bad value stops the start with one line that names the variable.

Each reader returns a checked value or calls `stop`. Nothing here knows Django: settings.py says
which variables there are, this module says what a valid one looks like. Values that may hold a
password (DATABASE_URL, SECRET_KEY, REDIS_URL, EMAIL_URL) are never repeated in a message.
"""

from .databases import database
from .urls import address, email, origins, redis, url
from .values import (
    boolean,
    choice,
    integer,
    matching,
    read_dotenv,
    secret,
    stop,
    system_time_zone,
    text,
    time_zone,
    unseen_by_cron,
    words,
)

__all__ = [
    "address",
    "boolean",
    "choice",
    "database",
    "email",
    "integer",
    "matching",
    "origins",
    "read_dotenv",
    "redis",
    "secret",
    "stop",
    "system_time_zone",
    "text",
    "time_zone",
    "unseen_by_cron",
    "url",
    "words",
]
