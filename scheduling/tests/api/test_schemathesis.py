"""Every operation of the schema, with good data and bad, against a live server: nothing to find."""

import pytest

from . import fuzzing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]


def report(found):
    return found.stdout[-20_000:] + found.stderr[-2_000:]


def test_schemathesis_finds_nothing(tmp_path):
    # The coverage phase, some two thousand calls at the bounds of every field, takes most of the
    # time: in `make soak`.
    phases = ("--phases", "examples,fuzzing,stateful")
    with fuzzing.examined(tmp_path) as (server, token):
        found = fuzzing.fuzz(server, tmp_path, token, *phases, examples=3)
        assert found.returncode == 0, report(found)
        assert not [line for line in server.lines() if "Traceback" in line]


def test_nor_without_a_credential(tmp_path):
    with fuzzing.examined(tmp_path) as (server, _token):
        found = fuzzing.fuzz(server, tmp_path, "", "--phases", "fuzzing", examples=1)
        assert found.returncode == 0, report(found)
        assert not [line for line in server.lines() if "Traceback" in line]
