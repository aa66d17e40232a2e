"""The teachers of the demo studio, in ten time zones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from . import names
from .names import Culture
from .stable_random import StableRandom
from .timetable_grid import FIRST_HOUR, LAST_HOUR, WORKDAYS

# Both hemispheres, both sides of the date line, half-hour offsets, half-hour DST, no DST.
ZONES: tuple[tuple[str, Culture], ...] = (
    ("Europe/Madrid", names.SPANISH),
    ("America/Mexico_City", names.MEXICAN),
    ("Asia/Tokyo", names.JAPANESE),
    ("Australia/Lord_Howe", names.AUSTRALIAN),
    ("America/New_York", names.AMERICAN),
    ("Europe/London", names.BRITISH),
    ("America/Argentina/Buenos_Aires", names.ARGENTINE),
    ("Pacific/Auckland", names.NEW_ZEALAND),
    ("Africa/Cairo", names.EGYPTIAN),
    ("Asia/Kolkata", names.INDIAN),
)
# Pairs of a subject and its weekly meeting without a teacher.
SUBJECTS: tuple[tuple[str, str], ...] = (
    ("Piano", "Music theory"),
    ("English", "Conversation club"),
    ("Violin", "String orchestra"),
    ("Maths", "Homework club"),
    ("Guitar", "Band practice"),
    ("Spanish", "Conversation club"),
    ("Singing", "Choir"),
    ("Physics", "Homework club"),
    ("Cello", "String orchestra"),
    ("French", "Film evening"),
    ("Drums", "Band practice"),
    ("Chemistry", "Study group"),
    ("Flute", "Wind band"),
    ("German", "Conversation club"),
    ("Drawing", "Open studio"),
)
MINUTES = (30, 45, 60)
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class DemoTeacher:
    """The values of an invented teacher. Without ``prices`` they have no lesson settings.

    ``hours`` are ``(weekday, start, end)``; without any, the working hours are unknown. Without
    ``subjects`` the teacher teaches those of the weekly lessons.
    """

    name: str
    email: str
    zone: str
    subject: str
    meeting: str
    prices: tuple[tuple[int, Decimal], ...]
    advance_booking_days: int
    hours: tuple[tuple[int, time, time], ...] = ()
    subjects: tuple[str, ...] = ()


def domain(seed: int) -> str:
    """Return the domain of the teachers' e-mail addresses."""
    return f"teachers.demo{seed}.example.com"


def teacher(seed: int, index: int) -> DemoTeacher:
    """Return the teacher number ``index``, from 0."""
    random = StableRandom("teacher", seed, index)
    zone, culture = ZONES[index % len(ZONES)]
    # Another start for each seed; names repeat after thousands of teachers.
    start = StableRandom("names", seed).below(1000)
    name = culture.nth_name(start + index // len(ZONES))
    subject, meeting = SUBJECTS[(seed + index) % len(SUBJECTS)]
    hourly_price = 18 + random.below(28)
    return DemoTeacher(
        name=name,
        email=names.address(name, f"t{index}", domain(seed)),
        zone=zone,
        subject=subject,
        meeting=meeting,
        prices=tuple(_prices(hourly_price)) if index % 5 != 4 else (),
        advance_booking_days=random.pick((14, 28, 28, 60)),
        hours=tuple(_hours(index)) if index % 5 != 3 else (),
        subjects=(subject, meeting) if index % 3 != 2 else (),
    )


def _hours(index: int) -> Iterator[tuple[int, time, time]]:
    """Yield the hours of all lessons; every other teacher has Saturday afternoons off."""
    for weekday in WORKDAYS:
        is_short = weekday == SATURDAY and index % 2
        yield weekday, time(FIRST_HOUR), time(14 if is_short else LAST_HOUR + 1)


def _prices(hourly_price: int) -> list[tuple[int, Decimal]]:
    return [(minutes, Decimal(hourly_price * minutes) / 60) for minutes in MINUTES]
