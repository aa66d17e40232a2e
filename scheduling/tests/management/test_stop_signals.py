"""Signals that arrive at any instant of a wait, including inside its lock."""

import signal
import subprocess
import sys

import pytest

from scheduling.management.cli.signals import StopSignals
from scheduling.tests.support import processes

pytestmark = pytest.mark.one_database(name="sqlite")

# The child sends each signal after a random delay, so that thousands of waits of a microsecond are
# interrupted at every instruction. A wait with a lock that its handler also takes would hang.
ROUNDS = """
import os, random, signal, sys, time
from scheduling.management.cli.signals import StopSignals

waiting, (asked, ask) = os.getpid(), os.pipe()
if not os.fork():
    os.close(ask)
    while os.read(asked, 1):
        until = time.perf_counter() + random.random() * 0.0003
        while time.perf_counter() < until:
            pass
        os.kill(waiting, signal.SIGTERM)
    os._exit(0)
for _ in range(int(sys.argv[1])):
    with StopSignals() as stop:
        os.write(ask, b"x")
        while not stop():
            stop.wait(0.000001)
print("done")
"""


@pytest.mark.parametrize("rounds", [200, pytest.param(4_000, marks=pytest.mark.soak)])
def test_signal_ends_wait_at_any_instant(rounds):
    process = subprocess.Popen(
        [sys.executable, "-c", ROUNDS, str(rounds)],
        cwd=processes.ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert out == b"done\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_during_a_job_also_ends_the_scheduler_around_it(number):
    with StopSignals() as scheduler:
        with StopSignals() as first:
            pass
        assert not scheduler()
        with StopSignals() as second:
            signal.raise_signal(number)
        assert (first(), second()) == (False, True)
        assert scheduler()
        scheduler.wait(60)
    assert scheduler.exit_status == 128 + number
