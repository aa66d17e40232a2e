"""Schemathesis finds no error in any operation of a live server."""

import pytest

from . import fuzzing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]


def report(result):
    return result.stdout[-20_000:] + result.stderr[-2_000:]


def test_schemathesis_finds_nothing(tmp_path):
    # The coverage phase, about two thousand calls at the limits of each field, takes long: it runs
    # in `make soak`.
    phases = ("--phases", "examples,fuzzing,stateful")
    with fuzzing.fuzzed_server(tmp_path) as (server, token):
        result = fuzzing.fuzz(server, tmp_path, token, *phases, examples=3)
        assert result.returncode == 0, report(result)
        assert not [line for line in server.lines() if "Traceback" in line]


def test_schemathesis_finds_nothing_without_credential(tmp_path):
    with fuzzing.fuzzed_server(tmp_path) as (server, _token):
        result = fuzzing.fuzz(server, tmp_path, "", "--phases", "fuzzing", examples=1)
        assert result.returncode == 0, report(result)
        assert not [line for line in server.lines() if "Traceback" in line]
