"""Where the database has data about a person: rows that refer to them, and text that names them."""

import io
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Field, JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from scheduling.models import (
    ApiTokenDetails,
    CalendarFeed,
    Guardian,
    Message,
    MessageItem,
    Recipient,
    Room,
    Student,
    Studio,
    Teacher,
    TimetableUpload,
)
from scheduling.services.timetable_import.errors import ImportFaults
from scheduling.services.timetable_import.reading.table_reader import read_records

from .identity import Identity, Person, account_of

# Tables whose text is not about a single person, or is replaced row by row.
_LEFT_OUT = (Student, Guardian, Teacher, Studio, Room)
_LEFT_OUT_APPS = ("auth", "contenttypes", "sessions")
# The most rows of a statement.
BATCH = 200


def rows_about(person: Person) -> dict[type[Model], QuerySet[Any]]:
    """Return the rows of each table that refer to ``person``."""
    relations: dict[Any, Q] = {}
    found: Any = person._meta.get_fields(include_hidden=True)
    for relation in found:
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            model: Any = relation.related_model
            condition = Q(**{relation.field.name: person})
            relations[model] = relations.get(model, Q()) | condition
    return {model: model._base_manager.filter(condition) for model, condition in relations.items()}


def messages_about(person: Person) -> QuerySet[MessageItem]:
    """Return the lessons of messages that go with the person: to them, or about a student."""
    items = MessageItem.objects.filter(**{str(person._meta.model_name): person})
    return items.filter(reader=Recipient.TEACHER) if isinstance(person, Teacher) else items


def addresses_mailed_to(person: Person) -> QuerySet[Message]:
    """Return the messages with the address of the person's own page, or about their account."""
    if isinstance(person, Teacher):
        return Message.objects.filter(account=account_of(person) or 0)
    return Message.objects.filter(feed__in=rows_about(person)[CalendarFeed])


def log_entries(person: Person) -> QuerySet[LogEntry]:
    """Return the entries of the audit log about the person, their account and rows about them."""
    rows: dict[Any, list[Any]] = {type(person): [person.pk]}
    for model, found in rows_about(person).items():
        rows[model] = list(found.values_list("pk", flat=True))
    user = account_of(person)
    if user is not None:
        tokens = ApiTokenDetails.objects.filter(token__user=user)
        rows |= {type(user): [user.pk], ApiTokenDetails: list(tokens.values_list("pk", flat=True))}
    types = ContentType.objects.get_for_models(*rows)
    condition = Q(pk=None)
    for model, ids in rows.items():
        condition |= Q(content_type=types[model], object_id__among=ids)
    return LogEntry.objects.filter(condition).order_by("timestamp", "id")


def admin_log_entries(person: Person) -> QuerySet[AdminLogEntry]:
    """Return the entries of Django's own log about the person."""
    rows = AdminLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(person))
    return rows.filter(object_id=str(person.pk))


def pending_uploads(identity: Identity) -> Iterator[TimetableUpload]:
    """Yield the uploaded files, not imported yet, that name the person or can't be read."""
    for upload in TimetableUpload.objects.filter(imported_at__isnull=True):
        faults = ImportFaults()
        file = io.BytesIO(zlib.decompress(upload.content))
        cells = [" ".join(cells) for _line, cells in read_records(file, faults)]
        if bool(faults) or any(identity.redact(text) != text for text in cells):
            yield upload


def text_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the columns of ``model`` with text that people or programs write."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, (CharField, TextField, JSONField))
        and not (field.choices or field.unique or field.is_relation)
    ]


def mentions(
    identity: Identity, known: Mapping[type[Model], set[Any]] = MappingProxyType({})
) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """Yield the model and the changed columns of rows that name the person, with their ``pk``.

    ``known`` are the ids of rows to leave out.
    """
    if identity.is_empty:
        return
    for model in apps.get_models():
        if model not in _LEFT_OUT and model._meta.app_label not in _LEFT_OUT_APPS:
            for row in redacted(model._base_manager.all(), identity):
                if row["pk"] not in known.get(model, ()):
                    yield model, row


def redacted(rows: QuerySet[Any], identity: Identity) -> Iterator[dict[str, Any]]:
    """Yield the ``pk`` of each of ``rows`` that names the person, and its columns without them."""
    fields = text_fields(rows.model)
    if not fields:
        return
    as_text = {f"text_{field.name}": Cast(field.name, TextField()) for field in fields}
    found = rows.alias(**as_text).filter(identity.occurs_in(as_text)).order_by()
    for row in list(found.values("pk", *(field.name for field in fields))):
        changed = {}
        for field in fields:
            value = identity.redact(row[field.name])
            if value != row[field.name]:
                limit = getattr(field, "max_length", None)
                changed[field.name] = value[:limit] if isinstance(value, str) else value
        if changed:
            yield {"pk": row["pk"], **changed}


def store(model: type[Model], rows: Iterable[dict[str, Any]]) -> set[Any]:
    """Store the changed columns of these rows, in one statement for each set; return their ids."""
    changed: defaultdict[tuple[str, ...], list[Model]] = defaultdict(list)
    for row in rows:
        changed[tuple(name for name in row if name != "pk")].append(model(**row))
    for columns, found in changed.items():
        model._base_manager.bulk_update(found, columns, batch_size=BATCH)
    return {row.pk for found in changed.values() for row in found}
