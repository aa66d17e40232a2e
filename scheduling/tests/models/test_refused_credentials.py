"""Refused credentials are counted by many processes at once, and none is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from threading import Barrier

import pytest
from django.db import connection, connections

from scheduling.models import RefusedCredentials

END = datetime(2026, 1, 5, 0, 1, tzinfo=UTC)
PROCESSES, THREADS, TIMES = 3, 4, 25


def add_many(together, numbers):
    """In a process of its own: each thread adds many times, and puts each number that it got."""
    ready = Barrier(THREADS)

    def add(_thread):
        ready.wait(30)
        try:
            return [RefusedCredentials.add("192.0.2.1", END) for _time in range(TIMES)]
        finally:
            connection.close()

    together.wait(30)
    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(add, range(THREADS)):
            numbers.put(found)


@pytest.mark.django_db(transaction=True)
def test_many_processes_and_threads_lose_none():
    connections.close_all()  # a connection can't be shared with a process that is forked off
    fork = get_context("fork")
    numbers, together = fork.SimpleQueue(), fork.Barrier(PROCESSES)
    processes = [
        fork.Process(target=add_many, args=(together, numbers)) for _process in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    found = sorted(n for _one in range(PROCESSES * THREADS) for n in numbers.get())
    assert found == list(range(1, PROCESSES * THREADS * TIMES + 1))
    assert RefusedCredentials.objects.get().count == PROCESSES * THREADS * TIMES


@pytest.mark.django_db
def test_another_address_and_another_window_are_counted_alone():
    later = END.replace(minute=2)
    places = [("192.0.2.1", END), ("192.0.2.2", END), ("192.0.2.1", later), ("", END)]
    assert [RefusedCredentials.add(*place) for place in places * 2] == [1] * 4 + [2] * 4


@pytest.mark.django_db
def test_an_address_of_any_length_is_counted():
    """A zone of IPv6 may be longer than the column."""
    long = "fe80::1%" + "x" * 500
    assert [RefusedCredentials.add(long, END) for _time in range(2)] == [1, 2]
