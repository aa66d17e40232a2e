"""Database errors: which of them are worth a retry, and messages for people."""

import logging

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

# SQLSTATE: serialization failure, deadlock, lock not available.
CONTENTION = {"40001", "40P01", "55P03"}
# Connection exceptions, shutdown and crash of the server, starting up, too many connections,
# a session ended for idling in a transaction, a statement ended for its time.
UNAVAILABLE = {"57P01", "57P02", "57P03", "53300", "25P03", "57014"}
# Words in SQLite's messages of errors that a retry doesn't solve.
PERMANENT = ("disk", "full", "readonly", "no such", "unable to open", "malformed")

# An error's own message is cut after this many characters.
MAX_LENGTH = 300


class RunTimeoutError(Exception):
    """An attempt exceeded its time limit."""


class StudioChangedError(Exception):
    """The studio's zone has changed since this process read it."""


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's five-character code of an error, or an empty string."""
    cause = error.__cause__ or error
    return getattr(cause, "sqlstate", None) or ""


def is_contention(error: BaseException) -> bool:
    """Return whether two writers collided: an immediate retry may succeed."""
    return isinstance(error, DatabaseError) and sqlstate(error) in CONTENTION


def is_transient(error: BaseException) -> bool:
    """Return whether a later retry may succeed: database down or locked, deadlock, timeout."""
    if isinstance(error, (RunTimeoutError, StudioChangedError, InterfaceError)):
        return True
    if not isinstance(error, DatabaseError):
        return False
    state = sqlstate(error)
    if state in CONTENTION | UNAVAILABLE or state.startswith("08"):
        return True
    if isinstance(error, OperationalError):
        text = str(error).lower()
        # SQLite and a broken connection have no SQLSTATE, only a message.
        return not state and not any(word in text for word in PERMANENT)
    return False


def is_fatal(error: BaseException) -> bool:
    """Return whether the database itself failed (a full disk): smaller chunks would fail, too."""
    return isinstance(error, DatabaseError) and (
        not connection.is_usable() or type(error).__name__ == "OperationalError"
    )


def log_and_describe(error: BaseException, what: str, *args: object) -> str:
    """Return ``describe(error)``, and log the details of an unknown error.

    ``what`` and ``args`` are the log message: the activity and its run.
    """
    known = _known(error)
    if known is not None:
        return known
    if _is_database_error(error):
        # The message has the place and the reason; a traceback would add nothing.
        logger.error(f"{what}: %s: %s", *args, type(error).__name__, error)
    else:
        logger.error(what, *args, exc_info=error)
    return _("%(sentence)s The log has the details.") % {"sentence": _unknown(error)}


def describe(error: BaseException) -> str:
    """Return a sentence on the error, with the remedy if it is known.

    Only the first line of a database's message is included: the others quote statements and rows.
    """
    return _known(error) or _unknown(error)


def _unknown(error: BaseException) -> str:
    values = {"error": f"{type(error).__name__}: {_message(error)}".rstrip(".?! ")}
    if _is_database_error(error):
        return _("The database refused it: %(error)s.") % values
    return _("Something unexpected went wrong: %(error)s.") % values


def _is_database_error(error: BaseException) -> bool:
    # Errors of psycopg that Django has not wrapped have a sqlstate.
    return isinstance(error, (DatabaseError, InterfaceError)) or hasattr(error, "sqlstate")


def _message(error: BaseException) -> str:
    """Return the error's own message in one line."""
    text = str(error).strip()
    if _is_database_error(error):
        text = text.partition("\n")[0].rstrip(".?! ")  # it is inserted into a sentence
    text = " ".join(text.split()) or type(error).__name__
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}…"


def _known(error: BaseException) -> str | None:
    """Return the complete sentence for a known error, else None."""
    text = _message(error)
    lowered = text.lower()
    if isinstance(error, RunTimeoutError):
        return text
    if isinstance(error, StudioChangedError):
        return _(
            "The studio's time zone has changed since this began, so nothing more was written. "
            "Run it again."
        )
    if sqlstate(error) == "53100" or ("full" in lowered and "disk" in lowered):
        return _(
            "The disk of the database is full: %(error)s. Free some space; the next run "
            "completes the work."
        ) % {"error": text}
    if "locked" in lowered:
        return _(
            "The database is locked by another program: %(error)s. Wait until it is done, "
            "or look for a process that hangs."
        ) % {"error": text}
    if sqlstate(error) == "42P01" or "no such table" in lowered:
        return _("The database lacks tables: %(error)s. Run “manage.py migrate”.") % {"error": text}
    if isinstance(error, (OperationalError, InterfaceError)):
        return _(
            "The database is unreachable or closed the connection: %(error)s. Check DATABASE_URL "
            "and that the server is up."
        ) % {"error": text}
    return None
