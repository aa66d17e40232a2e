"""Notices: one message to each person about everything that an action changes for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

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

from .changes import ClassChange, Place, kind_of
from .notice_text import NoticeLine, notice_text
from .outbox import create_message
from .texts import Reader, role_of


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
    changes = sorted(changes, key=lambda change: (change.before.starts_at, change.class_id))
    of_families = [
        change for change in changes if with_families and kind_of(change.before, change.after, now)
    ]
    readers = notice_readers({change.before.student_id for change in of_families})
    found: dict[tuple[Recipient, int], Notice] = {}
    notified = _notified_keys([change for change in changes if change.is_earlier])

    def add(reader: Reader, change: ClassChange) -> None:
        if change.is_earlier and _key(reader, change) in notified:
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
    starts = {change.class_id: change.before.starts_at for change in cancelled}
    items = MessageItem.objects.filter(
        kind=MessageKind.NOTICE, change=ChangeKind.CANCELLED, class_id__among=starts
    ).exclude(message__state=MessageState.STALE)
    return {_item_key(item) for item in items if item.starts_at == starts[item.class_id or 0]}


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


def text_of_notice(notice: Notice, now: datetime) -> tuple[str, str]:
    """Return subject and body of a notice, before it is queued."""
    teacher_id = None if notice.is_for_family else notice.reader.pk
    kinds = [kind_of(change.before, change.after, now, teacher_id) for change in notice.changes]
    places = [(change.before, change.after) for change in notice.changes]
    return notice_text(notice.reader, _lines(zip(kinds, places, strict=True)), now)


def _lines(
    rows: Iterable[tuple[ChangeKind | None, tuple[Place, Place | None]]],
) -> list[NoticeLine]:
    changed = [(kind, *places) for kind, places in rows if kind is not None]
    students = Student.objects.in_bulk({before.student_id for _kind, before, _after in changed})
    places = [place for _kind, *both in changed for place in both if place is not None]
    teachers = Teacher.objects.in_bulk({place.teacher_id for place in places} - {None})
    rooms = Room.objects.in_bulk({place.room_id for place in places} - {None})
    return [
        NoticeLine(
            kind=kind,
            before=before,
            after=after,
            student=students[before.student_id],
            teachers=teachers,
            rooms=rooms,
        )
        for kind, before, after in changed
    ]


def queue_notices(notices: Sequence[Notice], now: datetime) -> int:
    """Queue the notices in the current transaction; return the number of messages.

    A change that its reader is about to get in an earlier message moves to the new one, which
    compares the class with the place that the reader knows. A notice is left out if nothing remains
    to be reported, or if it is queued already.
    """
    known = _take_over(notices)
    return sum(_queue(notice, known, now) for notice in notices)


# A class for a reader: role, reader, student, class.
_Key = tuple[str, int, int, int]


def _item_key(item: MessageItem) -> _Key:
    readers = {
        Recipient.GUARDIAN: item.guardian_id,
        Recipient.TEACHER: item.teacher_id,
        Recipient.STUDENT: item.student_id,
    }
    return (item.reader, readers[Recipient(item.reader)] or 0, item.student_id, item.class_id or 0)


def _key(reader: Reader, change: ClassChange) -> _Key:
    return (role_of(reader).value, reader.pk, change.before.student_id, change.class_id)


def _take_over(notices: Sequence[Notice]) -> dict[_Key, Place]:
    """Delete the items that are not delivered yet; return the place that each reader knows.

    A delivery that has claimed one of these messages loses its claim, and sends nothing.
    """
    keys = {_key(notice.reader, change) for notice in notices for change in notice.changes}
    items = MessageItem.objects.filter(
        kind=MessageKind.NOTICE, class_id__among={class_id for *_rest, class_id in keys}
    )
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


def _queue(notice: Notice, known: dict[_Key, Place], now: datetime) -> bool:
    reader = notice.reader
    teacher_id = None if notice.is_for_family else reader.pk
    rows = []
    for change in notice.changes:
        before = known.get(_key(reader, change), change.before)
        kind = kind_of(before, change.after, now, teacher_id)
        if kind is not None:
            rows.append((kind, before, change))
    if not rows:
        return False
    places = ((kind, (before, change.after)) for kind, before, change in rows)
    subject, body = notice_text(reader, _lines(places), now)
    starts = [
        place.starts_at
        for _kind, before, change in rows
        for place in (before, change.after)
        if place is not None
    ]
    message = create_message(
        MessageKind.NOTICE, reader.email, reader.language, subject, body, now, max(starts)
    )
    MessageItem.objects.bulk_create(
        [
            MessageItem(
                message=message,
                kind=MessageKind.NOTICE,
                reader=role_of(reader),
                student_id=before.student_id,
                teacher_id=teacher_id if teacher_id is not None else before.teacher_id,
                guardian_id=reader.pk if isinstance(reader, Guardian) else None,
                starts_at=before.starts_at,
                class_id=change.class_id,
                revision=change.revision,
                before=before.to_json(),
                change=kind,
            )
            for kind, before, change in rows
        ],
        ignore_conflicts=True,  # another process has queued this change
    )
    if message.items.exists():
        return True
    message.delete()
    return False


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
    rows = ScheduledClass.objects.filter(id__among={item.class_id for item in items})
    current = {row.pk: Place.of(row) for row in rows}
    teacher_id = reader.pk if isinstance(reader, Teacher) else None
    lines = []
    for item in items:
        before, after = Place.from_json(item.before or {}), current.get(item.class_id or 0)
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
