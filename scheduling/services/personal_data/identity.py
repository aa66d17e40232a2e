"""The names and addresses of a person, and their replacement in stored text."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.db.models import CharField, F, Model, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import override

from scheduling.models import Guardian, Student, Teacher
from scheduling.selectors.studio import studio

Person = Student | Guardian | Teacher

NAMES = ("first_name", "last_name", "name")
CONTACTS = ("email", "phone")
# Shorter numbers are too likely to mean something else.
_FEWEST_DIGITS = 6


@dataclass(frozen=True)
class Identity:
    """The names and the e-mail addresses and phone numbers of a person; ``label`` replaces them."""

    names: frozenset[str]
    contacts: frozenset[str]
    label: str

    def redact(self, value: Any) -> Any:
        """Return text or JSON data without the names and contacts, whatever their case."""
        if isinstance(value, dict):
            return {key: self.redact(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.redact(item) for item in value]
        if not isinstance(value, str):
            return value
        if value.startswith(("{", "[")):
            # Entries that are written in bulk have JSON text in a JSON column.
            try:
                return json.dumps(self.redact(json.loads(value)))
            except ValueError:
                pass
        return self._pattern.sub(lambda match: self.label, value)

    def occurs_in(self, columns: Iterable[str]) -> Q:
        """Return a condition for rows of which one of ``columns`` may have a name or contact."""
        conditions = [
            _contains_all(column, words)
            for words in [*map(words_of, self.names), *([text] for text in self.contacts)]
            for column in columns
        ]
        return reduce(or_, conditions)

    @property
    def is_empty(self) -> bool:
        return not self.names and not self.contacts

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # The longest first: a full name may begin with another one.
        names = sorted(self.names, key=len, reverse=True)
        patterns = [pattern for name in names for pattern in _name_patterns(name)]
        patterns += map(_contact_pattern, sorted(self.contacts))
        return re.compile("|".join(patterns), re.IGNORECASE)


def identity_of(person: Person) -> Identity:
    """Return the present names and contacts of ``person``, and those in the audit log."""
    names, contacts = {str(person)}, {getattr(person, name, "") for name in CONTACTS}
    for entry in LogEntry.objects.get_for_object(person):
        names.add(entry.object_repr)
        for field, values in (entry.changes_dict or {}).items():
            if field in CONTACTS:
                contacts.update(values)
    user = account_of(person)
    if user is not None:
        names.add(user.get_full_name())
        contacts.update({user.email, user.get_username() if "@" in user.get_username() else ""})
    return Identity(
        frozenset(name for name in names if words_of(name)),
        frozenset(text for text in contacts if text and text != "None"),
        label_of(person),
    )


def label_of(person: Person) -> str:
    """Return the neutral name of an erased person, in the studio's language."""
    with override(studio().language):
        labels = {
            Student: _("Erased student %(id)s"),
            Guardian: _("Erased guardian %(id)s"),
            Teacher: _("Erased teacher %(id)s"),
        }
        return labels[type(person)] % {"id": person.pk}


def account_of(person: Person) -> Any:
    """Return the user account of a teacher; None for others."""
    return person.user if isinstance(person, Teacher) else None


def words_of(name: str) -> list[str]:
    """Return the words of a name."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", name)


def without_shared(identity: Identity, people: Collection[Person]) -> Identity:
    """Return the names and contacts that belong to nobody but ``people``.

    A name that is a part of another person's name is shared, too: text with it may be about either.
    """
    if identity.is_empty:
        return identity
    others, contacts = _others_like(identity, people)
    return replace(
        identity,
        names=frozenset(name for name in identity.names if not _is_among(name, others)),
        contacts=frozenset(text for text in identity.contacts if text.lower() not in contacts),
    )


def _others_like(identity: Identity, people: Collection[Person]) -> tuple[list[str], set[str]]:
    """Return the names of others that contain one of the names, and contacts of others."""
    names, contacts = [], set()
    full = Concat("first_name", Value(" "), "last_name", output_field=CharField())
    similar = [_contains_all("full", words_of(name)) for name in identity.names]
    for model in (Student, Guardian, Teacher, get_user_model()):
        rows: Any = _others(model, people).order_by()
        found = rows.annotate(full=F("name") if model is Teacher else full)
        names += found.filter(reduce(or_, similar)).values_list("full", flat=True)
        for column in {field.name for field in model._meta.concrete_fields} & {*CONTACTS}:
            same = [Q(**{f"{column}__iexact": contact}) for contact in identity.contacts]
            if same:
                contacts |= set(rows.filter(reduce(or_, same)).values_list(column, flat=True))
    return names, {contact.lower() for contact in contacts}


def _is_among(name: str, others: Iterable[str]) -> bool:
    pattern = re.compile("|".join(_name_patterns(name)), re.IGNORECASE)
    return any(map(pattern.search, others))


def _others(model: type[Model], people: Collection[Person]) -> Any:
    own = [account_of(person) for person in people]
    ids = [row.pk for row in (*people, *own) if isinstance(row, model)]
    return model._default_manager.exclude(pk__in=ids)


def _name_patterns(name: str) -> Iterator[str]:
    """Yield “Ana Ruiz” and “Ruiz, Ana”, with anything but letters and digits between the words."""
    words = [re.escape(word) for word in words_of(name)]
    for first in range(len(words)):
        rotated = words[first:] + words[:first]
        yield r"(?<![^\W_])" + r"[\W_]+".join(rotated) + r"(?![^\W_])"


def _contact_pattern(contact: str) -> str:
    digits = re.sub(r"\D", "", contact)
    if "@" not in contact and len(digits) >= _FEWEST_DIGITS:
        return r"\+?" + r"[\s()./-]*".join(digits) + r"(?!\d)"
    return r"(?<![\w.+-])" + re.escape(contact) + r"(?!\w)"


def _contains_all(column: str, words: Iterable[str]) -> Q:
    condition = Q()
    for word in words:
        # SQLite has JSON with escaped letters, and compares others than ASCII with their case.
        spellings = {word} if word.isascii() else {word, word.lower(), word.upper()}
        spellings |= {json.dumps(text)[1:-1] for text in spellings}
        spellings |= {json.dumps(text)[1:-1] for text in spellings}
        condition &= reduce(or_, (Q(**{f"{column}__icontains": text}) for text in spellings))
    return condition
