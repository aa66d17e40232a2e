"""Fifty people want one slot at the same moment: one has it, the others are told whose it is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import ScheduledClass
from scheduling.services import classes, occurrences
from scheduling.services.classes import DoubleBookedError, save_by_hand
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 50


def race(acts: list[Callable[[], object]]) -> list[str]:
    """What each was told; empty for who got through. All begin together."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        try:
            barrier.wait(60)
            act()
            return ""
        except DoubleBookedError as error:
            return " ".join(error.messages)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def one_wins(told: list[str]) -> ScheduledClass:
    assert told.count("") == 1
    winner = ScheduledClass.objects.get(date=MONDAY, start_time=at("10:00"))
    words = f"Marta Gil already teaches {winner.student} at that time: 2026-01-05 10:00–11:00 UTC."
    assert {text for text in told if text} == {words}
    return winner


def test_fifty_book_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")
    students = [make.student(f"Student Number{number}") for number in range(WRITERS)]

    def book(student):
        wanted = ScheduledClass(
            student=student,
            teacher=marta,
            date=MONDAY,
            start_time=at("10:00"),
            end_time=at("11:00"),
        )
        return lambda: save_by_hand(wanted, EARLY)

    one_wins(race([book(student) for student in students]))
    assert ScheduledClass.objects.count() == 1


def test_fifty_move_their_class_into_the_same_hour() -> None:
    marta = make.teacher("Marta Gil")
    rows = [
        make.lesson(make.student(f"Student Number{number}"), make.day("2026-02-02"))
        for number in range(WRITERS)
    ]

    def take(row):
        return lambda: classes.move(row.pk, to_date=MONDAY, teacher=marta, now=EARLY)

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
