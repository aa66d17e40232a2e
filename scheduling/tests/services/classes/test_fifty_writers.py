"""Fifty people want one slot at the same moment: one has it, the others are told whose it is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import connection, transaction

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import ScheduledClass, Teacher
from scheduling.services.classes import edit, occurrences
from scheduling.services.classes.edit import DoubleBookedError, save_manual_edit
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at
from scheduling.tests.jobs.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 50


def race(acts: list[Callable[[], object]]) -> list[str]:
    """What each was told; empty for who got through. All begin together."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        barrier.wait(60)
        return told(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def told(act: Callable[[], object]) -> str:
    """What it was told that did ``act``, in a thread of its own; empty if it got through."""
    try:
        act()
        return ""
    except DoubleBookedError as error:
        return " ".join(error.messages)
    finally:
        connection.close()


def one_wins(told: list[str]) -> ScheduledClass:
    assert told.count("") == 1
    winner = ScheduledClass.objects.get(date=MONDAY, start_time=at("10:00"))
    when = "Mon 5 Jan 2026, 10:00–11:00 (UTC)"
    words = f"Marta Gil already teaches {winner.student} at that time: {when}."
    assert {text for text in told if text} == {words}
    return winner


def lesson_of(number: int, teacher: Teacher) -> ScheduledClass:
    """A one-off at the hour that all want, not stored yet."""
    return ScheduledClass(
        student=make.student(f"Student Number{number}"),
        teacher=teacher,
        date=MONDAY,
        start_time=at("10:00"),
        end_time=at("11:00"),
    )


def test_fifty_book_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")

    def book(wanted):
        return lambda: save_manual_edit(wanted, EARLY)

    one_wins(race([book(lesson_of(number, marta)) for number in range(WRITERS)]))
    assert ScheduledClass.objects.count() == 1


def test_fifty_move_their_class_into_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")
    rows = [
        make.lesson(make.student(f"Student Number{number}"), make.day("2026-02-02"))
        for number in range(WRITERS)
    ]

    def take(row):
        return lambda: edit.move(row.pk, to_date=MONDAY, teacher=marta, now=EARLY)

    winner = one_wins(race([take(row) for row in rows]))
    assert winner.pk in {row.pk for row in rows}
    assert ScheduledClass.objects.filter(date="2026-02-02").count() == WRITERS - 1


def test_fifty_occurrences_that_are_not_stored_are_moved_into_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")
    slots = [
        make.slot(make.teacher(), make.student(f"Student Number{n}"), weekday=2)
        for n in range(WRITERS)
    ]

    def take(slot):
        key = SeriesKey(SeriesKind.RECURRING_SLOT, slot.pk)
        day = make.day("2026-01-06")
        return lambda: occurrences.move(key, day, to_date=MONDAY, teacher=marta, now=EARLY)

    one_wins(race([take(slot) for slot in slots]))
    assert ScheduledClass.objects.count() == 1


@contextmanager
def given_back(marta: Teacher, *, once: list[str]) -> Iterator[None]:
    """Who has the hour gives it back, once those that began in here wait, and for what is said.

    "transactionid": its row is there, to be in or out with the row that it waits for. Two that
    wait so for a third would go on to wait for each other (deadlock).
    """
    watch = connection.copy()  # what a transaction sees of the others stays the same to its end
    asks = """
        SELECT wait_event FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY wait_event
    """

    def all_wait() -> bool:
        with watch.cursor() as cursor:
            cursor.execute(asks)
            return [event for (event,) in cursor.fetchall()] == once

    try:
        with transaction.atomic():
            lesson_of(0, marta).save()
            yield
            wait_until(all_wait)
            transaction.set_rollback(True)
    finally:
        watch.close()


@pytest.mark.postgresql
def test_of_two_that_wait_for_an_hour_one_has_it_once_it_is_given_back() -> None:
    marta = make.teacher("Marta Gil")
    both = [lesson_of(number, marta) for number in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        with given_back(marta, once=["advisory", "transactionid"]):
            ends = [pool.submit(told, lambda one=one: save_manual_edit(one, EARLY)) for one in both]
        one_wins([end.result() for end in ends])


@pytest.mark.postgresql
def test_one_that_a_run_was_in_the_way_of_is_told_whose_the_hour_is() -> None:
    marta = make.teacher("Marta Gil")
    mine, the_runs = (lesson_of(number, marta) for number in (1, 2))

    def by_hand() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '10ms'")  # it is this one that will be ended
        save_manual_edit(mine, EARLY)

    def by_a_run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '1min'")
        the_runs.save()

    with ThreadPoolExecutor(2) as pool:
        with given_back(marta, once=["transactionid", "transactionid"]):
            ends = [pool.submit(told, act) for act in (by_hand, by_a_run)]
        assert one_wins([end.result() for end in ends]) == the_runs
