"""Readers of the environment. A bad value stops the start with one line that names the variable.

Each reader returns a checked value or calls `stop`. Nothing here knows Django: settings.py says
which variables there are, this module says what a valid one looks like. Values that may hold a
password (DATABASE_URL, SECRET_KEY, REDIS_URL, EMAIL_URL) are never repeated in a message.
"""

from .databases import database
from .urls import address, email, origins, redis, url
from .values import (
    ascii_text,
    boolean,
    choice,
    csv_list,
    fail,
    integer,
    missing_in_dotenv,
    read_dotenv,
    regex,
    system_time_zone,
    text,
    time_zone,
)

__all__ = [
    "address",
    "ascii_text",
    "boolean",
    "choice",
    "csv_list",
    "database",
    "email",
    "fail",
    "integer",
    "missing_in_dotenv",
    "origins",
    "read_dotenv",
    "redis",
    "regex",
    "system_time_zone",
    "text",
    "time_zone",
    "url",
]
