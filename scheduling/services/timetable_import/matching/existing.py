"""What the database holds of the people and rules that a file names: a few queries in all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from scheduling.db.bulk_insert import among
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.typed_text import normalise_line
from scheduling.domain.wallclock import minutes_between
from scheduling.models import (
    FixedSchedule,
    RecurringSlot,
    ScheduledClass,
    SlotStatus,
    Student,
    Teacher,
)
from scheduling.selectors.classes import NOT_EDITED
from scheduling.services.timetable_import.reading.imported_rule import (
    ImportedRule,
    RuleIdentity,
    StudentName,
)

Table = type[FixedSchedule] | type[RecurringSlot]
TABLES: tuple[Table, ...] = (FixedSchedule, RecurringSlot)

_COLUMNS = (
    "id",
    "import_key",
    "student_id",
    "student__email",
    "student__first_name",
    "student__last_name",
    "student__start_date",
    "teacher__name",
    "weekday",
    "start_time",
    "interval_weeks",
    "subject",
    "is_shared",
    "valid_from",
    "valid_until",
    "import_until",
)


class ExistingTeacher(NamedTuple):
    """A teacher's id and zone."""

    id: int
    zone: str


class ExistingStudent(NamedTuple):
    """A student's id and the dates between which they take lessons."""

    id: int
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True, slots=True)
class ExistingRule:
    """A row of either table; ``rule`` is what it asks for. ``status`` is a slot's.

    ``import_until`` is the last day that a file gave it.
    """

    table: Table
    id: int
    import_key: str | None
    student_id: int
    status: SlotStatus
    rule: ImportedRule
    import_until: date | None = None

    @property
    def series(self) -> SeriesKey:
        """Its key."""
        is_slot = self.table is RecurringSlot
        return SeriesKey(
            SeriesKind.RECURRING_SLOT if is_slot else SeriesKind.FIXED_SCHEDULE, self.id
        )


def teachers() -> dict[str, list[ExistingTeacher]]:
    """Every teacher by name: as a rule one each."""
    found: dict[str, list[ExistingTeacher]] = {}
    rows = Teacher.objects.order_by("id").values_list("name", "id", "time_zone")
    for name, number, zone in rows:
        found.setdefault(normalise_line(name), []).append(ExistingTeacher(number, zone))
    return found


def students_named(names: Iterable[StudentName]) -> dict[StudentName, list[ExistingStudent]]:
    """The students with these e-mail addresses and names: as a rule one each."""
    wanted = set(names)
    columns = ("email", "first_name", "last_name", "id", "start_date", "end_date")
    rows = Student.objects.order_by("id").alias(address=Lower("email")).values_list(*columns)
    addresses = {name.email for name in wanted if name.email}
    # Students without an address may be many: those are narrowed by their first names.
    unaddressed = {name.first_name for name in wanted if not name.email}
    found: dict[StudentName, list[ExistingStudent]] = {}
    for queryset, field, values in (
        (rows, "address", addresses),
        (rows.filter(email=""), "first_name", unaddressed),
    ):
        for email, first_name, last_name, *rest in among(queryset, field, values):
            name = StudentName.stored(email, first_name, last_name)
            if name in wanted:
                found.setdefault(name, []).append(ExistingStudent(*rest))
    return found


def students_addressed(emails: Iterable[str]) -> Iterator[StudentName]:
    """The students with these e-mail addresses, whatever their names."""
    rows = Student.objects.order_by("id").alias(address=Lower("email"))
    names = rows.values_list("email", "first_name", "last_name")
    for row in among(names, "address", {email for email in emails if email}):
        yield StudentName.stored(*row)


def places_at(starts: Iterable[time]) -> Iterator[RuleIdentity]:
    """Where the rules are that begin at one of these times."""
    for table in TABLES:
        rows = table._default_manager.order_by("id").values_list(
            "student__email",
            "student__first_name",
            "student__last_name",
            "teacher__name",
            "weekday",
            "start_time",
        )
        for *student, teacher, weekday, start in among(rows, "start_time", set(starts)):
            name = StudentName.stored(*student)
            yield RuleIdentity(name, normalise_line(teacher or ""), weekday, start)


def rules_of(student_ids: Iterable[int]) -> Iterator[ExistingRule]:
    """Every rule of these students."""
    ids = list(student_ids)
    for table in TABLES:
        yield from _read(table, _rows(table).filter(student_id__among=ids))


def rules_with_key(keys: Iterable[str]) -> Iterator[ExistingRule]:
    """Every rule that an import gave one of these keys, whoever's it is by now."""
    wanted = list(keys)
    for table in TABLES:
        yield from _read(table, among(_rows(table), "import_key", wanted))


def _rows(table: Table) -> QuerySet[Any, Any]:
    columns = ("duration_minutes", "status") if table is RecurringSlot else ("end_time",)
    return table._default_manager.order_by("id").values_list(*_COLUMNS, *columns)


def _read(table: Table, rows: Iterable[tuple[Any, ...]]) -> Iterator[ExistingRule]:
    for row in rows:
        yield _stored(table, *row)


def _stored(
    table: Table,
    id: int,
    import_key: str | None,
    student_id: int,
    email: str,
    first_name: str,
    last_name: str,
    student_start: date | None,
    teacher: str | None,
    weekday: int,
    start: Any,
    interval_weeks: int,
    subject: str,
    is_shared: bool,
    valid_from: date | None,
    valid_until: date | None,
    import_until: date | None,
    *length: Any,
) -> ExistingRule:
    is_slot = table is RecurringSlot
    rule = ImportedRule(
        line=0,
        length_column="end_time",
        place=RuleIdentity(
            StudentName.stored(email, first_name, last_name),
            normalise_line(teacher or ""),
            weekday,
            start,
        ),
        duration_minutes=length[0] if is_slot else minutes_between(start, length[0]),
        interval_weeks=interval_weeks,
        subject=normalise_line(subject),
        is_shared=is_shared,
        # A fixed schedule without a date of its own is valid from the student's start.
        valid_from=valid_from or student_start,
        valid_until=valid_until,
    )
    status = SlotStatus(length[1]) if is_slot else SlotStatus.ACTIVE
    return ExistingRule(table, id, import_key, student_id, status, rule, import_until)


def touched_after(last: dict[SeriesKey, date]) -> dict[SeriesKey, int]:
    """How many classes of each series, wanted after its day, a person has changed."""
    found: dict[SeriesKey, int] = {}
    for kind in SeriesKind:
        condition = Q(pk__in=[])
        for key, day in last.items():
            if key.kind is kind:
                condition |= Q(**{f"{kind.value}_id": key.id}, occurrence_date__gt=day)
        rows = ScheduledClass.objects.filter(condition).exclude(NOT_EDITED).order_by()
        for number, count in rows.values_list(f"{kind.value}_id").annotate(n=Count("id")):
            found[SeriesKey(kind, number)] = count
    return found
