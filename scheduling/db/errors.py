"""Which faults of a database pass by themselves, and what to tell a person of the others."""

import logging

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

# SQLSTATE: serialization failure, deadlock, lock not available.
CONTENTION = {"40001", "40P01", "55P03"}
# Connection exceptions, shutdown and crash of the server, starting up, too many connections,
# a session ended for idling in a transaction, a statement ended for its time.
GONE = {"57P01", "57P02", "57P03", "53300", "25P03", "57014"}
# Words of SQLite for what no other attempt mends.
LASTING = ("disk", "full", "readonly", "no such", "unable to open", "malformed")


# More of a fault's own words than this is no sentence any more.
MOST_WORDS = 300


class RunTimeoutError(Exception):
    """An attempt took longer than it was allowed to."""


class StudioChangedError(Exception):
    """The studio's zone is another one since this process read it."""


def sqlstate(error: BaseException) -> str:
    """The five characters by which PostgreSQL names a fault; empty for others."""
    cause = error.__cause__ or error
    return getattr(cause, "sqlstate", None) or ""


def is_contention(error: BaseException) -> bool:
    """Whether two writers were in each other's way: the same transaction may work right now."""
    return isinstance(error, DatabaseError) and sqlstate(error) in CONTENTION


def is_transient(error: BaseException) -> bool:
    """Whether another attempt in a while may succeed: database gone, locked, deadlock, timeout."""
    if isinstance(error, (RunTimeoutError, StudioChangedError, InterfaceError)):
        return True
    if not isinstance(error, DatabaseError):
        return False
    state = sqlstate(error)
    if state in CONTENTION | GONE or state.startswith("08"):
        return True
    if isinstance(error, OperationalError):
        text = str(error).lower()
        # SQLite and a broken connection have no SQLSTATE, only words.
        return not state and not any(word in text for word in LASTING)
    return False


def is_fatal(error: BaseException) -> bool:
    """A fault of the database itself, such as a full disk: no smaller chunk would fare better."""
    return isinstance(error, DatabaseError) and (
        not connection.is_usable() or type(error).__name__ == "OperationalError"
    )


def log_and_describe(error: BaseException, what: str, *args: object) -> str:
    """``describe``, for those who see no log; what it leaves out of an unknown fault is logged.

    ``what`` and ``args`` say in the log what was being done, and in which run.
    """
    known = _known(error)
    if known is not None:
        return known
    if _is_of_a_database(error):
        # Its own words say where and why; a traceback would only say that we write classes.
        logger.error(f"{what}: %s: %s", *args, type(error).__name__, error)
    else:
        logger.error(what, *args, exc_info=error)
    return _("%(sentence)s The log has the details.") % {"sentence": _unknown(error)}


def describe(error: BaseException) -> str:
    """A sentence on the fault, and what to do where that is known.

    Nothing of what a database says beyond its first line: there it quotes statements and rows.
    """
    return _known(error) or _unknown(error)


def _unknown(error: BaseException) -> str:
    words = {"error": f"{type(error).__name__}: {_words(error)}".rstrip(".?! ")}
    if _is_of_a_database(error):
        return _("The database refused it: %(error)s.") % words
    return _("Something unexpected went wrong: %(error)s.") % words


def _is_of_a_database(error: BaseException) -> bool:
    # A driver's own, where nothing of Django's stands between.
    return isinstance(error, (DatabaseError, InterfaceError)) or hasattr(error, "sqlstate")


def _words(error: BaseException) -> str:
    """What the fault says of itself, in one line."""
    text = str(error).strip()
    if _is_of_a_database(error):
        text = text.partition("\n")[0].rstrip(".?! ")  # a sentence goes on behind it
    text = " ".join(text.split()) or type(error).__name__
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}…"


def _known(error: BaseException) -> str | None:
    """The sentence of a fault of which all is said with it; else None."""
    text = _words(error)
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
        return _("The database has not all the tables: %(error)s. Run “manage.py migrate”.") % {
            "error": text
        }
    if isinstance(error, (OperationalError, InterfaceError)):
        return _(
            "The database is unreachable or closed the connection: %(error)s. Check DATABASE_URL "
            "and that the server is up."
        ) % {"error": text}
    return None
