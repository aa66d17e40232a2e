"""Every operation of the schema, with good data and bad, against a live server: nothing to find."""

import pytest

from scheduling.tests.api import fuzzing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("who", ["administrator", "nobody"])
def test_schemathesis_finds_nothing(tmp_path, who):
    with fuzzing.examined(tmp_path) as (server, token):
        if who == "nobody":
            found = fuzzing.fuzz(server, tmp_path, "", "--phases", "fuzzing", examples=2)
        else:
            found = fuzzing.fuzz(server, tmp_path, token, examples=6)
        assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2_000:]
        assert not [line for line in server.lines() if "Traceback" in line]
