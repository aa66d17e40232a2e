"""Erasing a person: a plan with the number of rows by table, and its execution.

Names, addresses and phone numbers go everywhere. The classes and schedules of a student or teacher
stay under a neutral name, so that calendars and statements keep their figures. A guardian is
deleted.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from scheduling.db.advisory_locks import guard_transaction
from scheduling.domain.windows import DAY
from scheduling.jobs.generation.approved_plan import fingerprint, require_approved
from scheduling.models import (
    CalendarFeed,
    Closure,
    FixedSchedule,
    Guardian,
    JobRunItem,
    LessonSettings,
    Message,
    MessageItem,
    RecurringSlot,
    ScheduledClass,
    SlotStatus,
    Student,
    StudentGuardian,
    Teacher,
    TimetableUpload,
    WorkingHours,
)
from scheduling.selectors.people_lists import has_classes_ahead, not_ended
from scheduling.selectors.studio import studio
from scheduling.services.schedule_changes import ChangeContext, ChangePlan, EndPerson
from scheduling.services.schedule_changes import apply as apply_change

from .accounts import erase_account, refuse_account
from .identity import (
    CONTACTS,
    NAMES,
    Identity,
    Person,
    account_of,
    identity_of,
    label_of,
    without_shared,
)
from .traces import (
    BATCH,
    addresses_mailed_to,
    admin_log_entries,
    log_entries,
    mentions,
    messages_about,
    pending_uploads,
    redacted,
    rows_about,
    store,
)

# The values of these fields are removed from the audit log.
_PERSONAL = {*NAMES, *CONTACTS, "relation", "subjects", "user"}
_ABOUT_STUDENT = {"notes", "cancel_reason"}


@dataclass(slots=True)
class ErasurePlan:
    """What an erasure removes and what stays.

    ``people`` are the person and the guardians who are erased with a student, ``names`` theirs
    before and ``labels`` those that they get. ``ends`` is the plan
    that ends the lessons ahead, None without any. ``removed`` has the ids of the rows that are
    deleted or lose personal data, ``kept`` the number of rows that stay for the figures.
    """

    people: list[Person]
    names: list[str]
    labels: list[str]
    ends: ChangePlan | None = None
    removed: dict[type[Model], set[Any]] = field(default_factory=lambda: defaultdict(set))
    kept: dict[type[Model], int] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans."""
        removed = sorted((model._meta.label, len(ids)) for model, ids in self.removed.items())
        kept = sorted((model._meta.label, count) for model, count in self.kept.items())
        ends = self.ends.fingerprint if self.ends else ""
        people = [(person._meta.label, person.pk) for person in self.people]
        return fingerprint(people, self.names, ends, removed, kept)


def preview(
    person: Person, by: Any, context: ChangeContext, with_guardians: bool = False
) -> ErasurePlan:
    """Return the plan that ``erase`` would carry out. Raises ValidationError; writes nothing."""
    with transaction.atomic():
        plan = _execute(person, by, context, with_guardians)
        transaction.set_rollback(True)
    return plan


def erase(
    person: Person,
    by: Any,
    context: ChangeContext,
    approved: str | None,
    with_guardians: bool = False,
) -> ErasurePlan:
    """Erase ``person``, which can't be undone; ``by`` is the account of the author.

    ``with_guardians``: the guardians of a student who look after nobody else are erased, too.
    Raises ValidationError, and StalePlanError unless the plan has the ``approved`` fingerprint;
    None accepts any plan.
    """
    with transaction.atomic():
        plan = _execute(person, by, context, with_guardians)
        require_approved(plan, approved)
    return plan


def _execute(person: Person, by: Any, context: ChangeContext, with_guardians: bool) -> ErasurePlan:
    guard_transaction()
    rows: Any = type(person)._default_manager.select_for_update()
    person = rows.get(pk=person.pk)
    if getattr(person, "erased_at", None) is not None:
        raise ValidationError(_("The data of this person is erased."), code="erased")
    if (user := account_of(person)) is not None:
        refuse_account(user, by)
    ends = None
    if isinstance(person, Student):
        ends = _end_lessons(person, context)
        person.refresh_from_db()
    elif isinstance(person, Teacher):
        _refuse_lessons_ahead(person, context)
    people = [person]
    if isinstance(person, Student) and with_guardians:
        people += _guardians_of_nobody_else(person)
    labels = [label_of(each) for each in people]
    plan = ErasurePlan(people, [str(each) for each in people], labels, ends)
    with disable_auditlog():
        _Erasure(plan, context.now).run()
    return plan


def _end_lessons(student: Student, context: ChangeContext) -> ChangePlan | None:
    """End the lessons ahead, and notify nobody: the messages would name the student."""
    change = EndPerson(student, context.today - DAY, cancel_rest=True)
    try:
        plan = apply_change(change, replace(context, notify=False), approved=None)
    except ValidationError as error:
        if getattr(error, "code", "") != "ended":
            raise
        return None
    return plan if plan.lines else None


def _refuse_lessons_ahead(teacher: Teacher, context: ChangeContext) -> None:
    rules = not_ended(context.today)
    slots = RecurringSlot.objects.filter(rules, teacher=teacher)
    if (
        has_classes_ahead("teacher", teacher, context.now)
        or FixedSchedule.objects.filter(rules, teacher=teacher).exists()
        or slots.exclude(status=SlotStatus.CANCELLED).exists()
    ):
        text = _(
            "%(name)s still has lessons ahead or schedules that have not ended. Give them to "
            "another teacher, or end them, then erase."
        )
        raise ValidationError(text % {"name": teacher}, code="lessons_ahead")


def _guardians_of_nobody_else(student: Student) -> list[Guardian]:
    others = StudentGuardian.objects.filter(guardian=OuterRef("pk")).exclude(student=student)
    rows = student.guardians.filter(~Exists(others)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


class _Erasure:
    """Erases the people of a plan, and notes in it what was removed and kept."""

    def __init__(self, plan: ErasurePlan, now: datetime) -> None:
        self.plan, self.now = plan, now

    def run(self) -> None:
        people = self.plan.people
        identities = [identity_of(person) for person in people]
        unshared = [without_shared(identity, people) for identity in identities]
        for person, identity, own in zip(people, identities, unshared, strict=True):
            # The entries are found by the rows about the person, of which some are deleted below.
            entries = log_entries(person)
            self._erase_messages(person, identity, own)
            self._erase_results(person, identity)
            self._erase_logs(person, identity, entries)
            self._erase_rows(person)
        for identity in unshared:
            uploads = [upload.pk for upload in pending_uploads(identity)]
            self._note(TimetableUpload, uploads)
            TimetableUpload.objects.filter(pk__in=uploads).delete()
            for model, found in groupby(mentions(identity), key=itemgetter(0)):
                self._note(model, store(model, (row for _model, row in found)))
        for person, identity in zip(people, identities, strict=True):
            self._erase_person(person, identity.label)

    def _note(self, model: type[Model], ids: Iterable[Any]) -> None:
        if ids := set(ids):
            self.plan.removed[model] |= ids

    def _update_all(self, rows: QuerySet[Any], **values: Any) -> None:
        self._note(rows.model, rows.order_by().values_list("pk", flat=True))
        rows.order_by().update(**values)

    def _erase_messages(self, person: Person, identity: Identity, own: Identity) -> None:
        """Delete the messages to the person, or about a student alone; empty the others."""
        items = messages_about(person)
        about = set(items.values_list("message_id", flat=True))
        items._raw_delete(items.db)
        to_person = Q(pk__in=addresses_mailed_to(person).values("pk"))
        for address in own.contacts:
            to_person |= Q(recipient__iexact=address)
        rows = Message.objects.filter(Q(id__among=about, items__isnull=True) | to_person)
        ids = set(rows.order_by().values_list("pk", flat=True))
        self._note(Message, ids)
        Message.objects.filter(id__among=ids).delete()
        # A delivery writes the text again. One that has begun loses its claim.
        rest = Message.objects.filter(id__among=about - ids)
        self._update_all(rest, subject="", body="", attempts=F("attempts") + 1)
        if isinstance(person, Teacher):
            of_lessons = MessageItem.objects.filter(teacher=person).values("message")
            named = redacted(Message.objects.filter(pk__in=of_lessons), identity)
            self._note(Message, store(Message, named))

    def _erase_results(self, person: Person, identity: Identity) -> None:
        if isinstance(person, Guardian):
            return
        column = str(person._meta.model_name)
        rows = JobRunItem.objects.filter(**{column: person})
        self._update_all(rows, **{f"{column}_name": identity.label})
        self._note(JobRunItem, store(JobRunItem, redacted(rows, identity)))

    def _erase_logs(self, person: Person, identity: Identity, entries: QuerySet[LogEntry]) -> None:
        personal = _PERSONAL | (_ABOUT_STUDENT if isinstance(person, Student) else set())
        changed = list(entries)
        for entry in changed:
            entry.object_repr = identity.redact(entry.object_repr)
            entry.changes = identity.redact(_without(entry.changes, personal))
            entry.changes_text = identity.redact(entry.changes_text)
            entry.serialized_data = identity.redact(entry.serialized_data)
            entry.additional_data = identity.redact(entry.additional_data)
        self._note(LogEntry, [entry.pk for entry in changed])
        fields = ("object_repr", "changes", "changes_text", "serialized_data", "additional_data")
        LogEntry.objects.bulk_update(changed, fields, batch_size=BATCH)
        admin_entries = admin_log_entries(person)
        self._update_all(admin_entries, object_repr=identity.label, change_message="")

    def _erase_rows(self, person: Person) -> None:
        """Erase the tables whose rows belong to the person."""
        rows = rows_about(person)
        if (feeds := rows.get(CalendarFeed)) is not None:
            self._update_all(feeds.filter(revoked_at__isnull=True), revoked_at=self.now)
        for deleted in (StudentGuardian, WorkingHours):
            if (found := rows.get(deleted)) is not None:
                self._note(deleted, found.values_list("pk", flat=True))
                found.delete()
        if isinstance(person, Guardian):
            return
        if isinstance(person, Student):
            self._erase_lesson_texts(person)
        self._rename_closures(person)
        for rule in (FixedSchedule, RecurringSlot):
            # A file that names the person creates new rules.
            rows[rule].update(import_key=None, import_until=None, import_room="")
        for kept in (ScheduledClass, FixedSchedule, RecurringSlot, Closure, LessonSettings):
            if kept in rows and (count := rows[kept].count()):
                self.plan.kept[kept] = count

    def _erase_lesson_texts(self, student: Student) -> None:
        classes = ScheduledClass.objects.filter(student=student)
        self._update_all(classes.exclude(notes=""), notes="", updated_at=Now())
        # The name of a holiday stays.
        free = Q(closure__isnull=True) | Q(closure__student=student)
        reasons = classes.filter(free).exclude(cancel_reason="")
        self._update_all(reasons, cancel_reason="", updated_at=Now())

    def _rename_closures(self, person: Student | Teacher) -> None:
        with override(studio().language):
            name = pgettext("a closure's name", "Pause")
            if isinstance(person, Teacher):
                name = _("Teacher absent")
        closures = rows_about(person)[Closure]
        classes = ScheduledClass.objects.filter(closure__in=closures)
        self._update_all(
            classes.exclude(cancel_reason__in=("", name)), cancel_reason=name, updated_at=Now()
        )
        self._update_all(closures.exclude(name=name), name=name)

    def _erase_person(self, person: Person, label: str) -> None:
        self._note(type(person), [person.pk])
        if isinstance(person, Guardian):
            self._log(person, label, LogEntry.Action.DELETE)
            Guardian.objects.filter(pk=person.pk).delete()
            return
        if (user := account_of(person)) is not None:
            kind = f"erased-teacher-{person.pk}"
            self._note(get_user_model(), [user.pk])
            erase_account(user, kind)
        person.email = ""
        person.reminders = person.is_active = False
        person.erased_at = self.now
        if isinstance(person, Student):
            person.first_name, person.last_name = label, ""
        else:
            person.name, person.subjects = label, ""
        person.save()
        self._log(person, label, LogEntry.Action.UPDATE)

    def _log(self, person: Person, label: str, action: int) -> None:
        changes = {"erased_at": ["None", self.now.isoformat(sep=" ", timespec="seconds")]}
        LogEntry.objects.log_create(person, action=action, changes=changes, object_repr=label)


def _without(changes: Any, fields: Sequence[str] | set[str]) -> Any:
    """Return the changes of an entry without the values of ``fields``."""
    if isinstance(changes, str):
        return json.dumps(_without(json.loads(changes), fields)) if changes else changes
    return {
        name: ["", ""] if name in fields else values for name, values in (changes or {}).items()
    } or changes
