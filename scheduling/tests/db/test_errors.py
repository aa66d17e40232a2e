"""Database errors: their messages, and which of them are transient."""

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError

from scheduling.db.errors import (
    RunTimeoutError,
    describe,
    is_contention,
    is_transient,
    log_and_describe,
)
from scheduling.tests.jobs.helpers import database_error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            database_error("53100", "could not extend file: No space left on device"),
            "disk of the database",
        ),
        (
            database_error("42P01", 'relation "classes" does not exist LINE 1: SELECT'),
            "manage.py migrate",
        ),
        (OperationalError("no such table: classes"), "manage.py migrate"),
        (OperationalError("database or disk is full"), "Free some space"),
        (OperationalError("database is locked"), "locked by another program"),
        (database_error("57P01"), "Check DATABASE_URL"),
    ],
)
def test_known_errors_have_messages(error, words):
    assert words in describe(error)
    assert "\n" not in describe(error)


LEAKY = ProgrammingError(
    "permission denied for table pupils\n"
    "DETAIL:  Failing row contains (7, Ana Ruiz).\n"
    'CONTEXT:  SQL statement "SELECT secret"\nCOPY classes, line 1: "2 2 3"'
)


def test_details_of_error_are_only_in_log(caplog):
    sentence = "The database refused it: ProgrammingError: permission denied for table pupils."
    assert describe(LEAKY) == sentence
    assert caplog.text == ""
    assert log_and_describe(LEAKY, "run %s failed", 7) == f"{sentence} The log has the details."
    assert "run 7 failed" in caplog.text
    assert 'COPY classes, line 1: "2 2 3"' in caplog.text


def test_known_error_is_not_logged(caplog):
    error = OperationalError("database is locked")
    assert log_and_describe(error, "run %s failed", 7) == describe(error)
    assert caplog.text == ""


def test_driver_error_is_described_and_messages_are_short():
    error = type("Refused", (Exception,), {"sqlstate": "P0001"})("no\nCONTEXT: COPY classes")
    assert describe(error) == "The database refused it: Refused: no."
    assert len(describe(ValueError("x" * 10_000))) < 400


def test_other_errors_are_not_transient():
    for error in (ValueError("x"), KeyError("x"), ProgrammingError("x")):
        assert not is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        database_error("57P01"),
        database_error("08006"),
        database_error("40P01"),
        database_error("55P03"),
        OperationalError("database is locked"),
        OperationalError("connection refused"),
        InterfaceError("connection already closed"),
        RunTimeoutError("too long"),
    ],
    ids=str,
)
def test_error_is_transient(error):
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        database_error("53100"),
        database_error("28P01"),
        OperationalError("database or disk is full"),
        OperationalError("attempt to write a readonly database"),
        OperationalError("no such table: classes"),
        OperationalError("unable to open database file"),
        IntegrityError("UNIQUE constraint failed"),
    ],
    ids=str,
)
def test_error_is_permanent(error):
    assert not is_transient(error)


def test_contention_is_conflict_of_two_writers():
    assert [is_contention(database_error(s)) for s in ("40001", "40P01", "55P03", "57P01")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert not is_contention(OperationalError("database is locked"))
