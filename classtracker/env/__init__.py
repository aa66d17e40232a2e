"""Readers of environment variables. An invalid value ends the start with a line that names it.

Each reader returns a validated value or calls `fail`. This package does not import Django;
`classtracker.settings` lists the variables. Values that may contain a password (DATABASE_URL,
SECRET_KEY, REDIS_URL, EMAIL_URL) are never part of a message.
"""

from .databases import database
from .urls import address, email, origins, redis, url, url_prefix
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
    "url_prefix",
]
