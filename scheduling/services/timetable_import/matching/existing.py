"""Reads the stored people and rules that a file names, in a constant number of queries."""

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
    Room,
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
    "import_room",
    "room__name",
)


class ExistingTeacher(NamedTuple):
    """A teacher's id and zone."""

    id: int
    zone: str


class ExistingStudent(NamedTuple):
    """A student's id, and the first and last day of their lessons."""

    id: int
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True, slots=True)
class ExistingRule:
    """A row of either table, with its values as ``rule``.

    A fixed schedule's ``status`` is always active. ``import_until`` and ``import_room`` are the
    valid_until and the key of the room of the last import.
    """

    table: Table
    id: int
    import_key: str | None
    student_id: int
    status: SlotStatus
    rule: ImportedRule
    import_until: date | None = None
    import_room: str = ""

    @property
    def series(self) -> SeriesKey:
        """The key of the series."""
        is_slot = self.table is RecurringSlot
        return SeriesKey(
            SeriesKind.RECURRING_SLOT if is_slot else SeriesKind.FIXED_SCHEDULE, self.id
        )


def teachers_by_name() -> dict[str, list[ExistingTeacher]]:
    """Return all teachers by name; a name normally has one teacher."""
    teachers: dict[str, list[ExistingTeacher]] = {}
    rows = Teacher.objects.order_by("id").values_list("name", "id", "time_zone")
    for name, id, zone in rows:
        teachers.setdefault(normalise_line(name), []).append(ExistingTeacher(id, zone))
    return teachers


def rooms_by_key(keys: Iterable[str]) -> dict[str, int]:
    """Return the ids of the rooms with these keys."""
    rows = Room.objects.values_list("name_key", "id")
    return dict(among(rows, "name_key", set(keys)))


def students_by_name(names: Iterable[StudentName]) -> dict[StudentName, list[ExistingStudent]]:
    """Return the students with these e-mail addresses and names, normally one each."""
    wanted = set(names)
    columns = ("email", "first_name", "last_name", "id", "start_date", "end_date")
    rows = Student.objects.order_by("id").alias(address=Lower("email")).values_list(*columns)
    addresses = {name.email for name in wanted if name.email}
    # Many students may have no address; their first names narrow the query.
    first_names = {name.first_name for name in wanted if not name.email}
    students: dict[StudentName, list[ExistingStudent]] = {}
    for queryset, field, values in (
        (rows, "address", addresses),
        (rows.filter(email=""), "first_name", first_names),
    ):
        for email, first_name, last_name, *rest in among(queryset, field, values):
            name = StudentName.from_columns(email, first_name, last_name)
            if name in wanted:
                students.setdefault(name, []).append(ExistingStudent(*rest))
    return students


def students_with_emails(emails: Iterable[str]) -> Iterator[StudentName]:
    """Yield the students with these e-mail addresses, under any name."""
    rows = Student.objects.order_by("id").alias(address=Lower("email"))
    names = rows.values_list("email", "first_name", "last_name")
    for row in among(names, "address", {email for email in emails if email}):
        yield StudentName.from_columns(*row)


def identities_starting_at(starts: Iterable[time]) -> Iterator[RuleIdentity]:
    """Yield the identities of the rules that start at these times."""
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
            name = StudentName.from_columns(*student)
            yield RuleIdentity(name, normalise_line(teacher or ""), weekday, start)


def rules_of(student_ids: Iterable[int]) -> Iterator[ExistingRule]:
    """Yield all rules of these students."""
    ids = list(student_ids)
    for table in TABLES:
        yield from _read(table, _rows(table).filter(student_id__among=ids))


def rules_with_key(keys: Iterable[str]) -> Iterator[ExistingRule]:
    """Yield the rules with these import keys, of any student."""
    wanted = list(keys)
    for table in TABLES:
        yield from _read(table, among(_rows(table), "import_key", wanted))


def _rows(table: Table) -> QuerySet[Any, Any]:
    columns = ("duration_minutes", "status") if table is RecurringSlot else ("end_time",)
    return table._default_manager.order_by("id").values_list(*_COLUMNS, *columns)


def _read(table: Table, rows: Iterable[tuple[Any, ...]]) -> Iterator[ExistingRule]:
    for row in rows:
        yield _existing_rule(table, *row)


def _existing_rule(
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
    import_room: str,
    room: str | None,
    *length: Any,
) -> ExistingRule:
    is_slot = table is RecurringSlot
    rule = ImportedRule(
        line=0,
        length_column="end_time",
        identity=RuleIdentity(
            StudentName.from_columns(email, first_name, last_name),
            normalise_line(teacher or ""),
            weekday,
            start,
        ),
        duration_minutes=length[0] if is_slot else minutes_between(start, length[0]),
        interval_weeks=interval_weeks,
        subject=normalise_line(subject),
        is_shared=is_shared,
        # A fixed schedule without a valid_from is valid from the student's start date.
        valid_from=valid_from or student_start,
        valid_until=valid_until,
        room=room or "",
    )
    status = SlotStatus(length[1]) if is_slot else SlotStatus.ACTIVE
    return ExistingRule(table, id, import_key, student_id, status, rule, import_until, import_room)


def edited_after(last_days: dict[SeriesKey, date]) -> dict[SeriesKey, int]:
    """Count the edited classes of each series with an occurrence date after its day."""
    counts: dict[SeriesKey, int] = {}
    for kind in SeriesKind:
        condition = Q(pk__in=[])
        for key, day in last_days.items():
            if key.kind is kind:
                condition |= Q(**{f"{kind.value}_id": key.id}, occurrence_date__gt=day)
        rows = ScheduledClass.objects.filter(condition).exclude(NOT_EDITED).order_by()
        for id, count in rows.values_list(f"{kind.value}_id").annotate(n=Count("id")):
            counts[SeriesKey(kind, id)] = count
    return counts
