"""Counts of refused credentials, which several processes increase at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from threading import Barrier

import pytest
from django.db import connection, connections

from scheduling.models import RefusedCredentials

END = datetime(2026, 1, 5, 0, 1, tzinfo=UTC)
PROCESSES, THREADS, TIMES = 3, 4, 25


def add_many(barrier, numbers):
    """Add many times in several threads of a process; put each returned number in the queue."""
    ready = Barrier(THREADS)

    def add(_thread):
        ready.wait(30)
        try:
            return [RefusedCredentials.add("192.0.2.1", END) for _time in range(TIMES)]
        finally:
            connection.close()

    barrier.wait(30)
    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(add, range(THREADS)):
            numbers.put(found)


@pytest.mark.django_db(transaction=True)
def test_concurrent_additions_are_all_counted():
    connections.close_all()  # forked processes can't share a connection
    fork = get_context("fork")
    numbers, barrier = fork.SimpleQueue(), fork.Barrier(PROCESSES)
    processes = [
        fork.Process(target=add_many, args=(barrier, numbers)) for _process in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    found = sorted(number for _thread in range(PROCESSES * THREADS) for number in numbers.get())
    assert found == list(range(1, PROCESSES * THREADS * TIMES + 1))
    assert RefusedCredentials.objects.get().count == PROCESSES * THREADS * TIMES


@pytest.mark.django_db
def test_addresses_and_windows_are_counted_separately():
    later = END.replace(minute=2)
    places = [("192.0.2.1", END), ("192.0.2.2", END), ("192.0.2.1", later), ("", END)]
    assert [RefusedCredentials.add(*place) for place in places * 2] == [1] * 4 + [2] * 4


@pytest.mark.django_db
def test_long_address_is_counted():
    """An IPv6 zone can be longer than the column."""
    long = "fe80::1%" + "x" * 500
    assert [RefusedCredentials.add(long, END) for _time in range(2)] == [1, 2]
