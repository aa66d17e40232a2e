"""Notices: one message to each person about everything that an action changes for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import instant
from scheduling.models import (
    ChangeKind,
    Guardian,
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    Room,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.selectors.families import notice_readers

from .changes import ClassChange, Place, WeekOfSeries, kind_of
from .notice_text import NoticeLine, notice_text
from .outbox import new_message
from .texts import Reader, role_of
from .weekly_lessons import current_place

# How long after its first class the new rule of a weekly lesson is still worth a message.
STILL_NEW = timedelta(weeks=4)
# Rows a statement: the notices of a whole studio are many.
BATCH = 500


@dataclass(slots=True)
class Notice:
    """The changes that a reader gets in one message."""

    reader: Reader
    changes: list[ClassChange] = field(default_factory=list)

    @property
    def is_for_family(self) -> bool:
        return not isinstance(self.reader, Teacher)


@dataclass(slots=True)
class Notices:
    """The notices of an action. ``without_address`` has the names of students."""

    notices: list[Notice] = field(default_factory=list)
    without_address: list[str] = field(default_factory=list)


def notices_about(
    changes: Iterable[ClassChange],
    now: datetime,
    author_id: int | None = None,
    with_families: bool = True,
) -> Notices:
    """Return who gets a notice about ``changes``: the families, and the teachers except the author.

    ``author_id`` is the id of a teacher.
    """
    changes = sorted(changes, key=lambda change: (change.before.starts_at, change.class_id or 0))
    of_families = [
        change for change in changes if with_families and kind_of(change.before, change.after, now)
    ]
    readers = notice_readers({change.before.student_id for change in of_families})
    found: dict[tuple[Recipient, int], Notice] = {}
    notified = _notified_keys([change for change in changes if change.is_earlier])

    def add(reader: Reader, change: ClassChange) -> None:
        if change.is_earlier and not notified.isdisjoint(_keys(reader, change)):
            return
        notice = found.setdefault((role_of(reader), reader.pk), Notice(reader))
        notice.changes.append(change)

    missing: list[int] = []
    for change in of_families:
        family = readers.get(change.before.student_id)
        if family == []:
            missing.append(change.before.student_id)
        for reader in family or ():
            add(reader, change)
    for teacher, change in _of_teachers(changes, now, author_id):
        add(teacher, change)
    students = Student.objects.in_bulk(set(missing))
    names = [students[pk].full_name for pk in dict.fromkeys(missing)]
    return Notices(list(found.values()), names)


def _notified_keys(cancelled: Sequence[ClassChange]) -> set["_Key"]:
    """Return who has a notice of the cancellation of which class, delivered or not."""
    if not cancelled:
        return set()
    starts = {name: change.before.starts_at for change in cancelled for name in change.names}
    items = _items_about(starts).filter(change=ChangeKind.CANCELLED)
    keys = {
        _item_key(item): item.starts_at for item in items.exclude(message__state=MessageState.STALE)
    }
    return {key for key, starts_at in keys.items() if starts.get(key[-1]) == starts_at}


def _items_about(names: Collection[int | WeekOfSeries]) -> QuerySet[MessageItem]:
    """Return the items of these classes, and of the series of these occurrences."""
    classes = [name for name in names if isinstance(name, int)]
    series = {name.series for name in names if isinstance(name, WeekOfSeries)}
    wanted = Q(class_id__among=classes)
    for kind in SeriesKind:
        ids = [key.id for key in series if key.kind is kind]
        wanted |= Q(series_kind=kind, series_id__among=ids)
    return MessageItem.objects.filter(wanted, kind=MessageKind.NOTICE)


def _of_teachers(
    changes: Sequence[ClassChange], now: datetime, author_id: int | None
) -> Iterable[tuple[Teacher, ClassChange]]:
    pairs = []
    for change in changes:
        ids = {place.teacher_id for place in (change.before, change.after) if place is not None}
        pairs += [(pk, change) for pk in sorted(pk for pk in ids if pk not in (None, author_id))]
    rows = Teacher.objects.filter(id__among={pk for pk, _change in pairs}, is_active=True)
    teachers = {row.pk: row for row in rows.exclude(email="")}
    for pk, change in pairs:
        if pk in teachers and kind_of(change.before, change.after, now, pk):
            yield teachers[pk], change


def texts_of_notices(notices: Sequence[Notice], now: datetime) -> list[tuple[str, str]]:
    """Return subject and body of each notice, before they are queued."""
    changed = [_changed(notice, now) for notice in notices]
    names = _Names.of(place for rows in changed for _kind, *both in rows for place in both)
    return [
        notice_text(notice.reader, [names.line(*row) for row in rows], now)
        for notice, rows in zip(notices, changed, strict=True)
    ]


def _changed(notice: Notice, now: datetime) -> list[tuple[ChangeKind, Place, Place | None]]:
    teacher_id = None if notice.is_for_family else notice.reader.pk
    rows = [
        (kind_of(change.before, change.after, now, teacher_id), change.before, change.after)
        for change in notice.changes
    ]
    return [(kind, before, after) for kind, before, after in rows if kind is not None]


@dataclass(frozen=True, slots=True)
class _Names:
    """The people and rooms of some places, by id."""

    students: Mapping[int, Student]
    teachers: Mapping[int, Teacher]
    rooms: Mapping[int, Room]

    @classmethod
    def of(cls, places: Iterable[Place | None]) -> "_Names":
        found = [place for place in places if place is not None]
        return cls(
            Student.objects.in_bulk({place.student_id for place in found}),
            Teacher.objects.in_bulk({place.teacher_id for place in found} - {None}),
            Room.objects.in_bulk({place.room_id for place in found} - {None}),
        )

    def line(self, kind: ChangeKind, before: Place, after: Place | None) -> NoticeLine:
        return NoticeLine(
            kind=kind,
            before=before,
            after=after,
            student=self.students[before.student_id],
            teachers=self.teachers,
            rooms=self.rooms,
        )


def _lines(
    rows: Iterable[tuple[ChangeKind | None, tuple[Place, Place | None]]],
) -> list[NoticeLine]:
    changed = [(kind, *places) for kind, places in rows if kind is not None]
    names = _Names.of(place for _kind, *both in changed for place in both)
    return [names.line(*change) for change in changed]


def queue_notices(notices: Sequence[Notice], now: datetime) -> int:
    """Queue the notices in the current transaction; return the number of messages.

    A change that its reader is about to get in an earlier message moves to the new one, which
    compares the class with the place that the reader knows. A notice is left out if nothing remains
    to be reported, or if it is queued already.
    """
    known = _take_over(notices)
    drafts = [(notice, changes) for notice in notices if (changes := _left(notice, known, now))]
    names = _Names.of(
        place
        for _notice, changes in drafts
        for _kind, before, change in changes
        for place in (before, change.after)
    )
    messages = [_message(notice.reader, changes, names, now) for notice, changes in drafts]
    Message.objects.bulk_create(messages, batch_size=BATCH)
    items = [
        _item(message, notice.reader, *change)
        for message, (notice, changes) in zip(messages, drafts, strict=True)
        for change in changes
    ]
    # Conflicts are changes that another process has queued.
    MessageItem.objects.bulk_create(items, batch_size=BATCH, ignore_conflicts=True)
    ids = [message.pk for message in messages]
    empty = Message.objects.filter(pk__among=ids, items__isnull=True)
    return len(messages) - empty.delete()[0]


# A class, or an occurrence, for a reader: role, reader, student, and which of them.
_Key = tuple[str, int, int, int | WeekOfSeries]


def _item_key(item: MessageItem) -> _Key:
    readers = {
        Recipient.GUARDIAN: item.guardian_id,
        Recipient.TEACHER: item.teacher_id,
        Recipient.STUDENT: item.student_id,
    }
    changed = _week_of(item) or item.class_id or 0
    return (item.reader, readers[Recipient(item.reader)] or 0, item.student_id, changed)


def _week_of(item: MessageItem) -> WeekOfSeries | None:
    if item.series_id is None or item.week is None:
        return None
    series = SeriesKey(SeriesKind(item.series_kind), item.series_id)
    return WeekOfSeries(series, item.week, bool((item.before or {}).get("weeks")))


def _keys(reader: Reader, change: ClassChange) -> list[_Key]:
    role, student_id = role_of(reader).value, change.before.student_id
    return [(role, reader.pk, student_id, name) for name in change.names]


def _take_over(notices: Sequence[Notice]) -> dict[_Key, Place]:
    """Delete the items that are not delivered yet; return the place that each reader knows.

    A delivery that has claimed one of these messages loses its claim, and sends nothing.
    """
    keys = {
        key
        for notice in notices
        for change in notice.changes
        for key in _keys(notice.reader, change)
    }
    items = _items_about({key[-1] for key in keys})
    open_messages = Message.objects.select_for_update().filter(
        Q(state=MessageState.WAITING) | Q(state=MessageState.STALE, error=""),
        pk__in=items.values("message"),
    )
    states = dict(open_messages.order_by("pk").values_list("pk", "state"))
    found = [
        item
        for item in items.filter(message__among=list(states)).order_by("revision", "pk")
        if _item_key(item) in keys
    ]
    claimed = {item.message_id for item in found}
    Message.objects.filter(pk__in=claimed).update(attempts=F("attempts") + 1)
    known: dict[_Key, Place] = {}
    for item in found:
        if states[item.message_id] == MessageState.WAITING and item.before is not None:
            known.setdefault(_item_key(item), Place.from_json(item.before))
        item.delete()
    return known


# What changes for a reader: how, the place that the reader knows, and the change.
_Change = tuple[ChangeKind, Place, ClassChange]


def _left(notice: Notice, known: dict[_Key, Place], now: datetime) -> list[_Change]:
    """Return what is to be reported, given the places that the reader knows."""
    reader = notice.reader
    teacher_id = None if notice.is_for_family else reader.pk
    found = []
    for change in notice.changes:
        keys = _keys(reader, change)
        before = next((known[key] for key in keys if key in known), change.before)
        kind = kind_of(before, change.after, now, teacher_id)
        if kind is not None:
            found.append((kind, before, change))
    return found


def _message(reader: Reader, changes: list[_Change], names: _Names, now: datetime) -> Message:
    lines = [names.line(kind, before, change.after) for kind, before, change in changes]
    ends = [
        _last_start(place)
        for _kind, before, change in changes
        for place in (before, change.after)
        if place is not None
    ]
    text = notice_text(reader, lines, now)
    return new_message(MessageKind.NOTICE, reader.email, reader.language, *text, now, max(ends))


def _item(
    message: Message, reader: Reader, kind: ChangeKind, before: Place, change: ClassChange
) -> MessageItem:
    return MessageItem(
        message=message,
        kind=MessageKind.NOTICE,
        reader=role_of(reader),
        student_id=before.student_id,
        teacher_id=reader.pk if isinstance(reader, Teacher) else before.teacher_id,
        guardian_id=reader.pk if isinstance(reader, Guardian) else None,
        starts_at=before.starts_at,
        revision=change.revision,
        before=before.to_json(),
        change=kind,
        **_columns_of(change),
    )


def _columns_of(change: ClassChange) -> dict[str, Any]:
    """Return the columns that identify the class, or the occurrence that is not stored."""
    week = change.occurrence
    if change.class_id is not None or week is None:
        return {"class_id": change.class_id}
    return {"series_kind": week.series.kind, "series_id": week.series.id, "week": week.week}


def _last_start(place: Place) -> datetime:
    """Return when the class begins, or a class of the weekly lesson in some weeks at the latest."""
    if not place.weeks:
        return place.starts_at
    latest = place.starts_at + STILL_NEW
    if place.last is None:
        return latest
    return min(latest, instant(place.last, time.max, place.zone))


def render_notice(message: Message, now: datetime) -> bool:
    """Update recipient, language and texts of a notice to the current classes.

    Returns False if nothing remains to be reported: the changes were reversed or the classes have
    begun, or the reader no longer wants notices or has no address.
    """
    items = [item for item in message.items.order_by("starts_at", "pk") if item.before is not None]
    reader = _reader_of(items[0]) if items else None
    if reader is None or not reader.email:
        return False
    if isinstance(reader, Guardian):
        wards = set(reader.students.values_list("pk", flat=True))
        items = [item for item in items if item.student_id in wards]
    class_ids = {item.class_id for item in items if item.class_id is not None}
    rows = ScheduledClass.objects.filter(id__among=class_ids)
    current = {row.pk: Place.of(row) for row in rows}
    teacher_id = reader.pk if isinstance(reader, Teacher) else None
    lines = []
    for item in items:
        before, after = Place.from_json(item.before or {}), current.get(item.class_id or 0)
        if (week := _week_of(item)) is not None:
            before, after = current_place(week, before, now)
        kind = kind_of(before, after, now, teacher_id)
        if item.change != (kind or ""):
            item.change = kind or ""
            item.save(update_fields=["change"])
        lines.append((kind, (before, after)))
    found = _lines(lines)
    if not found:
        return False
    message.recipient, message.language = reader.email, reader.language
    message.subject, message.body = notice_text(reader, found, now)
    return True


def _reader_of(item: MessageItem) -> Reader | None:
    if item.reader == Recipient.GUARDIAN:
        return Guardian.objects.filter(pk=item.guardian_id or 0, notices=True).first()
    if item.reader == Recipient.TEACHER:
        return Teacher.objects.filter(pk=item.teacher_id or 0).first()
    return Student.objects.filter(pk=item.student_id).first()
