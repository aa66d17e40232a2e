"""Fifty concurrent writers of one hour: one succeeds, the others get a clear error."""

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


def race(actions: list[Callable[[], object]]) -> list[str]:
    """Start all actions together; return the error text of each, empty for success."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> str:
        barrier.wait(60)
        return error_text(action)

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def error_text(action: Callable[[], object]) -> str:
    """Run ``action`` in this thread; return its error text, empty for success."""
    try:
        action()
        return ""
    except DoubleBookedError as error:
        return " ".join(error.messages)
    finally:
        connection.close()


def assert_single_winner(errors: list[str]) -> ScheduledClass:
    assert errors.count("") == 1
    winner = ScheduledClass.objects.get(date=MONDAY, start_time=at("10:00"))
    when = "Mon 5 Jan 2026, 10:00–11:00"
    expected = f"Marta Gil already teaches {winner.student} at that time: {when}."
    assert {text for text in errors if text} == {expected}
    return winner


def unsaved_lesson(number: int, teacher: Teacher) -> ScheduledClass:
    """Return an unsaved one-off at the contested hour."""
    return ScheduledClass(
        student=make.student(f"Student Number{number}"),
        teacher=teacher,
        date=MONDAY,
        start_time=at("10:00"),
        end_time=at("11:00"),
    )


def test_fifty_bookings_of_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")

    def book(wanted):
        return lambda: save_manual_edit(wanted, EARLY)

    assert_single_winner(race([book(unsaved_lesson(number, marta)) for number in range(WRITERS)]))
    assert ScheduledClass.objects.count() == 1


def test_fifty_moves_into_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")
    rows = [
        make.lesson(make.student(f"Student Number{number}"), make.day("2026-02-02"))
        for number in range(WRITERS)
    ]

    def take(row):
        return lambda: edit.move(row.pk, to_date=MONDAY, teacher=marta, now=EARLY)

    winner = assert_single_winner(race([take(row) for row in rows]))
    assert winner.pk in {row.pk for row in rows}
    assert ScheduledClass.objects.filter(date="2026-02-02").count() == WRITERS - 1


def test_fifty_moves_of_planned_occurrences_into_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")
    slots = [
        make.slot(make.teacher(), make.student(f"Student Number{n}"), weekday=2)
        for n in range(WRITERS)
    ]

    def take(slot):
        key = SeriesKey(SeriesKind.RECURRING_SLOT, slot.pk)
        day = make.day("2026-01-06")
        return lambda: occurrences.move(key, day, to_date=MONDAY, teacher=marta, now=EARLY)

    assert_single_winner(race([take(slot) for slot in slots]))
    assert ScheduledClass.objects.count() == 1


def test_fifty_bookings_of_the_same_room() -> None:
    hall = make.room("Hall")
    lessons = [unsaved_lesson(number, make.teacher()) for number in range(WRITERS)]
    for wanted in lessons:
        wanted.room = hall

    def book(wanted):
        return lambda: save_manual_edit(wanted, EARLY)

    errors = race([book(wanted) for wanted in lessons])

    winner = ScheduledClass.objects.get()
    assert errors.count("") == 1
    names = f"{winner.student} · {winner.teacher}"
    expected = (
        f"Hall is already taken at that time: {names}, Mon 5 Jan 2026, 10:00–11:00. "
        "No other room is free then."
    )
    assert {text for text in errors if text} == {expected}


@contextmanager
def hour_released(marta: Teacher, *, events: list[str]) -> Iterator[None]:
    """Hold the hour in a transaction, and roll it back once the writers wait for these events.

    "transactionid": the writer has inserted its row and waits for the row in conflict. Two writers
    that wait for a third like this deadlock afterwards.
    """
    monitor = connection.copy()  # a separate connection: pg_stat_activity is fixed per transaction
    query = """
        SELECT wait_event FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY wait_event
    """

    def all_wait() -> bool:
        with monitor.cursor() as cursor:
            cursor.execute(query)
            return [event for (event,) in cursor.fetchall()] == events

    try:
        with transaction.atomic():
            unsaved_lesson(0, marta).save()
            yield
            wait_until(all_wait)
            transaction.set_rollback(True)
    finally:
        monitor.close()


@pytest.mark.postgresql
def test_one_of_two_waiting_writers_gets_a_released_hour() -> None:
    marta = make.teacher("Marta Gil")
    both = [unsaved_lesson(number, marta) for number in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        with hour_released(marta, events=["advisory", "transactionid"]):
            futures = [
                pool.submit(error_text, lambda lesson=lesson: save_manual_edit(lesson, EARLY))
                for lesson in both
            ]
        assert_single_winner([future.result() for future in futures])


@pytest.mark.postgresql
def test_writer_blocked_by_a_run_gets_the_name_of_its_class() -> None:
    marta = make.teacher("Marta Gil")
    by_person, from_run = (unsaved_lesson(number, marta) for number in (1, 2))

    def by_hand() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '300ms'")  # so that this one is aborted
        save_manual_edit(by_person, EARLY)

    def by_a_run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '1min'")
        from_run.save()

    with ThreadPoolExecutor(2) as pool:
        with hour_released(marta, events=["transactionid", "transactionid"]):
            futures = [pool.submit(error_text, action) for action in (by_hand, by_a_run)]
        assert assert_single_winner([future.result() for future in futures]) == from_run
