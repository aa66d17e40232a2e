"""Long runs of Schemathesis, with different examples for each --hypothesis-seed."""

import pytest

from scheduling.tests.api.schema import fuzzing

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]

ROUNDS = 2
EXAMPLES = 100


@pytest.mark.parametrize("number", range(ROUNDS))
def test_schemathesis_finds_no_error_in_long_runs(tmp_path, pytestconfig, number):
    seed = ROUNDS * int(pytestconfig.getoption("--hypothesis-seed") or 1) + number
    with fuzzing.fuzzed_server(tmp_path) as (server, token):
        found = fuzzing.fuzz(server, tmp_path, token, examples=EXAMPLES, seed=seed)
        report = found.stdout[-20_000:] + found.stderr[-2_000:]
        assert found.returncode == 0, f"seed {seed}\n{report}"
        assert not [line for line in server.lines() if "Traceback" in line]
