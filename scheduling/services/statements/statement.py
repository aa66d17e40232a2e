"""A statement: the sums of a period by teacher, student …, in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Cast, Coalesce, Round

from scheduling.domain.typed_text import plain_letters
from scheduling.models import LessonDuration, ScheduledClass

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
    grouping = GROUPINGS[by]
    names = [name for name in grouping.names if name != grouping.key]
    classes = _classes(first, last, now)
    if grouping.key.startswith("payer__"):
        classes = with_payer(classes)
    found = (
        classes.filter(only or Q())
        .order_by()
        .values(grouping.key, *names)
        .annotate(**_sums(grouping, now))
        .values_list(grouping.key, *names, *_sums(grouping, now), named=True)
    )
    rows, distinct_lessons, distinct_minutes = [], 0, 0
    for values in found:
        rows.append(_row(grouping, values._asdict()))
        distinct_lessons += values.sum_distinct_lessons
        distinct_minutes += values.sum_distinct_minutes or 0
    rows = [row for row in rows if any(row[3:])]
    rows.sort(key=lambda row: (row.key in (None, ""), plain_letters(row.name), str(row.key)))
    return Statement(first, last, by, rows, _totals(rows, distinct_lessons, distinct_minutes))


class LengthWithoutPrice(NamedTuple):
    """Chargeable classes of a regular teacher and length whose price is not known."""

    teacher_id: int | None
    teacher: str
    minutes: int
    classes: int


def lengths_without_price(first: date, last: date, now: datetime) -> list[LengthWithoutPrice]:
    """Return the lengths of lessons for which ``statement`` knows no price."""
    found = (
        _classes(first, last, now)
        .filter(FIGURES[CHARGEABLE].condition(now), cents__isnull=True)
        .annotate(
            regular=Coalesce("original_teacher_id", "teacher_id"),
            regular_name=Coalesce("original_teacher__name", "teacher__name"),
        )
        .order_by("regular_name", "regular", "minutes")
        .values_list("regular", "regular_name", "minutes")
        .annotate(classes=Count("pk"))
    )
    return [LengthWithoutPrice(pk, name or "", *rest) for pk, name, *rest in found]


def _classes(first: date, last: date, now: datetime) -> QuerySet[Any]:
    """Return the classes with ``minutes`` and ``cents``, the regular teacher's price on their date.

    A substitute earns the hours and does not change the price.
    """
    prices = LessonDuration.objects.filter(
        settings=OuterRef("settings"),
        minutes=OuterRef("minutes"),
        valid_from__lte=OuterRef("date"),
    )
    # Whole hundredths, because SQLite adds up decimals as floating-point numbers.
    cents = Cast(Round(F("price") * 100), BigIntegerField())
    newest = prices.order_by("-valid_from").values(cents=cents)[:1]
    return (
        ScheduledClass.objects.filter(begins_within(first, last) & counted(now))
        .annotate(
            minutes=Minutes(),
            # Not the first that exists: a regular teacher without settings has no price.
            settings=Case(
                When(original_teacher__isnull=True, then=F("teacher__lesson_settings")),
                default=F("original_teacher__lesson_settings"),
            ),
        )
        .annotate(cents=Subquery(newest))
    )


def _sums(grouping: Grouping, now: datetime) -> dict[str, Any]:
    conditions = {name: figure.condition(now) for name, figure in FIGURES.items()}
    distinct = first_of_lesson(now, Q())
    if grouping.once:
        conditions[LESSONS] = first_of_lesson(now, grouping.same)
    sums: dict[str, Any] = {
        f"sum_{name}": Count("pk", filter=condition) for name, condition in conditions.items()
    }
    return sums | {
        "sum_minutes": Sum("minutes", filter=conditions[LESSONS]),
        "sum_cents": Sum("cents", filter=conditions[CHARGEABLE]),
        "sum_priced": Count("cents", filter=conditions[CHARGEABLE]),
        "sum_distinct_lessons": Count("pk", filter=distinct),
        "sum_distinct_minutes": Sum("minutes", filter=distinct),
    }


def _row(grouping: Grouping, values: dict[str, Any]) -> StatementRow:
    key = values[grouping.key]
    name = " ".join(filter(None, (values[name] for name in grouping.names)))
    counts = {name: values[f"sum_{name}"] for name in FIGURES}
    return StatementRow(
        id=key if isinstance(key, int) else None,
        name=name or str(grouping.nameless),
        key=key,
        **counts,
        minutes=values["sum_minutes"] or 0,
        without_price=counts[CHARGEABLE] - values["sum_priced"],
        amount=_amount(values["sum_cents"]),
    )


def _amount(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


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
