"""A statement: the sums of a period by teacher, student …, in one query of the classes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Func, IntegerField, Q, QuerySet, When
from django.db.models.functions import Coalesce

from scheduling.domain.typed_text import plain_letters
from scheduling.models import ScheduledClass

from .definitions import (
    CHARGEABLE,
    FIGURES,
    GROUPINGS,
    LESSONS,
    Grouping,
    begins_within,
    counted,
    first_of_lesson,
    with_payer,
)
from .prices import PriceList


class StatementRow(NamedTuple):
    """The sums of one teacher, student, guardian, subject or room, or of all.

    ``key`` is the value of the grouping's column: an ID, a subject, or None. ``amount`` is in the
    studio's currency, None if no price of a chargeable class is known; ``without_price`` are the
    chargeable classes whose price is not known.
    """

    id: int | None
    name: str
    key: int | str | None
    lessons: int
    minutes: int
    not_marked: int
    present: int
    excused: int
    unexcused: int
    cancelled_by_student: int
    cancelled_by_teacher: int
    cancelled_by_studio: int
    closed: int
    chargeable: int
    make_ups_given: int
    make_ups_owed: int
    without_price: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The rows of a period, both days included, sorted by name, and their totals.

    The totals count each group lesson once, so in a statement by student ``lessons`` and
    ``minutes`` are less than the sums of the rows.
    """

    first: date
    last: date
    by: str
    rows: list[StatementRow]
    totals: StatementRow


class Minutes(Func):
    """The length of a class in minutes."""

    output_field = IntegerField()

    def __init__(self) -> None:
        super().__init__(F("starts_at"), F("ends_at"))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        start, end = (compiler.compile(source)[0] for source in self.source_expressions)
        return f"((strftime('%%s', {end}) - strftime('%%s', {start})) / 60)", []

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        start, end = (compiler.compile(source)[0] for source in self.source_expressions)
        return f"(date_part('epoch', {end} - {start})::integer / 60)", []


def statement(first: date, last: date, by: str, now: datetime, only: Q | None = None) -> Statement:
    """Return the statement of these days at ``now``, of the classes that meet ``only``."""
    grouping, prices = GROUPINGS[by], PriceList(first, last)
    names = [name for name in grouping.names if name != grouping.key]
    classes = _classes(first, last, now, prices)
    if grouping.key.startswith("payer__"):
        classes = with_payer(classes)
    sums = _sums(grouping, now)
    found = (
        classes.filter(only or Q())
        .order_by()
        .values(grouping.key, *names, *PriceList.COLUMNS)
        .annotate(**sums)
        .values_list(grouping.key, *names, *PriceList.COLUMNS, *sums, named=True)
    )
    rows: dict[Any, _Sums] = {}
    distinct_lessons = distinct_minutes = 0
    for group in found:
        values = group._asdict()
        key = values[grouping.key]
        if key not in rows:
            rows[key] = _Sums(_name(grouping, values))
        rows[key].add(values, prices)
        distinct_lessons += values["sum_distinct_lessons"]
        distinct_minutes += values["minutes"] * values["sum_distinct_lessons"]
    shown = [row.row(key) for key, row in rows.items() if any(row.counts.values())]
    shown.sort(key=lambda row: (row.key in (None, ""), plain_letters(row.name), str(row.key)))
    return Statement(first, last, by, shown, _totals(shown, distinct_lessons, distinct_minutes))


class LengthWithoutPrice(NamedTuple):
    """Chargeable classes of a regular teacher and length whose price is not known."""

    teacher_id: int | None
    teacher: str
    minutes: int
    classes: int


def lengths_without_price(first: date, last: date, now: datetime) -> list[LengthWithoutPrice]:
    """Return the lengths of lessons for which ``statement`` knows no price."""
    prices = PriceList(first, last)
    found = (
        _classes(first, last, now, prices)
        .filter(FIGURES[CHARGEABLE].condition(now))
        .annotate(
            regular=Coalesce("original_teacher_id", "teacher_id"),
            regular_name=Coalesce("original_teacher__name", "teacher__name"),
        )
        .order_by("regular_name", "regular", "minutes")
        .values_list("regular", "regular_name", *PriceList.COLUMNS)
        .annotate(classes=Count("pk"))
    )
    lengths: dict[tuple[int | None, str, int], int] = {}
    for pk, name, settings, minutes, period, classes in found:
        if prices.price(settings, minutes, period) is None:
            key = pk, name or "", minutes
            lengths[key] = lengths.get(key, 0) + classes
    return [LengthWithoutPrice(*key, classes) for key, classes in lengths.items()]


def _classes(first: date, last: date, now: datetime, prices: PriceList) -> QuerySet[Any]:
    """Return the classes with the columns that decide on the price of the regular teacher.

    A substitute earns the hours and does not change the price.
    """
    return ScheduledClass.objects.filter(begins_within(first, last) & counted(now)).annotate(
        minutes=Minutes(),
        # Not the first that exists: a regular teacher without settings has no price.
        settings=Case(
            When(original_teacher__isnull=True, then=F("teacher__lesson_settings")),
            default=F("original_teacher__lesson_settings"),
        ),
        price_period=prices.period,
    )


def _sums(grouping: Grouping, now: datetime) -> dict[str, Any]:
    conditions = {name: figure.condition(now) for name, figure in FIGURES.items()}
    if grouping.once:
        conditions[LESSONS] = first_of_lesson(now, grouping.same)
    conditions["distinct_lessons"] = first_of_lesson(now, Q())
    return {f"sum_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}


class _Sums:
    """The sums of one row, to which groups of classes with one length and price are added."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts = dict.fromkeys((*FIGURES, "minutes", "without_price"), 0)
        self.amount: Decimal | None = None

    def add(self, values: dict[str, Any], prices: PriceList) -> None:
        """Add a group of classes."""
        for name in FIGURES:
            self.counts[name] += values[f"sum_{name}"]
        self.counts["minutes"] += values["minutes"] * values["sum_lessons"]
        if chargeable := values[f"sum_{CHARGEABLE}"]:
            price = prices.price(*(values[name] for name in PriceList.COLUMNS))
            if price is None:
                self.counts["without_price"] += chargeable
            else:
                self.amount = (self.amount or Decimal(0)) + chargeable * price

    def row(self, key: int | str | None) -> StatementRow:
        """Return the row of the statement."""
        pk = key if isinstance(key, int) else None
        return StatementRow(id=pk, name=self.name, key=key, **self.counts, amount=self.amount)


def _name(grouping: Grouping, values: dict[str, Any]) -> str:
    name = " ".join(filter(None, (values[name] for name in grouping.names)))
    return name or str(grouping.nameless)


def _totals(rows: Iterable[StatementRow], lessons: int, minutes: int) -> StatementRow:
    counts = dict.fromkeys((*FIGURES, "without_price"), 0)
    amounts = []
    for row in rows:
        for name in counts:
            counts[name] += getattr(row, name)
        if row.amount is not None:
            amounts.append(row.amount)
    amount = sum(amounts, Decimal(0)) if amounts else None
    counts[LESSONS] = lessons
    return StatementRow(id=None, name="", key=None, **counts, minutes=minutes, amount=amount)
