"""Text that people typed, in one form: see `scheduling.domain.typed_text`.

Names with a no-break or doubled space were stored as they came, so that the next import took them
for other people. The digest by which a file's rule is recognised follows the names.
"""

import re
from hashlib import sha256
from unicodedata import normalize

from django.db import migrations

INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]+")
BLANKS = re.compile(
    "[ \u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]+"
)
LINES = (
    ("Teacher", ("name",)),
    ("Student", ("first_name", "last_name")),
    ("FixedSchedule", ("subject",)),
    ("RecurringSlot", ("subject",)),
    ("Closure", ("name",)),
    ("ScheduledClass", ("subject", "cancel_reason")),
)


def normalise(text):
    if not text.isascii():
        text = normalize("NFC", INVISIBLE.sub("", text))
    return BLANKS.sub(" ", text).strip(" ")


def composed(text):
    """As names were read until now."""
    return text if text.isascii() else normalize("NFC", text)


def keys_of(rule, form):
    """With the rule's first day, and of a file that left it open."""
    first_days = {rule.valid_from.isoformat() if rule.valid_from else "", ""}
    return {day: key_of(rule, form, day) for day in first_days}


def key_of(rule, form, valid_from):
    student, teacher = rule.student, rule.teacher
    parts = (
        student.email.lower(),
        form(student.first_name),
        form(student.last_name),
        form(teacher.name) if teacher else "",
        str(rule.weekday),
        f"{rule.start_time:%H:%M}",
        valid_from,
    )
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def normalise_keys(apps):
    """Keys of rules whose people get another name. Two that become one stay as they are."""
    for name in ("FixedSchedule", "RecurringSlot"):
        rules = apps.get_model("scheduling", name).objects.filter(import_key__isnull=False)
        taken = None
        for rule in rules.select_related("student", "teacher").iterator(chunk_size=2_000):
            names = [rule.student.first_name, rule.student.last_name]
            names += [rule.teacher.name] if rule.teacher else []
            if all(normalise(one) == composed(one) for one in names):
                continue
            before = keys_of(rule, composed)
            first_day = next((day for day, key in before.items() if key == rule.import_key), None)
            if first_day is None:
                continue  # edited since: the digest is of names that are not stored any more
            if taken is None:
                taken = set(rules.values_list("import_key", flat=True))
            key = key_of(rule, normalise, first_day)
            if key in taken:
                print(
                    f"\n  {name} {rule.pk} is the same rule as another one of these people; "
                    "look at both and end one of them."
                )
                continue
            taken.add(key)
            rules.filter(pk=rule.pk).update(import_key=key)


def normalise_rows(apps):
    for name, columns in LINES:
        rows = apps.get_model("scheduling", name).objects.order_by()
        for column in columns:
            # A studio has few different subjects and reasons, however many classes.
            for text in rows.values_list(column, flat=True).distinct():
                if normalise(text) != text:
                    rows.filter(**{column: text}).update(**{column: normalise(text)})


def forwards(apps, schema_editor):
    normalise_keys(apps)
    normalise_rows(apps)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0024_refused_credentials")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
