"""The texts of messages about lessons, in the reader's language and time zone."""

from django.utils import translation
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_zone
from scheduling.models import (
    Guardian,
    Recipient,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.selectors.studio import studio
from scheduling.text.dates import long_day, with_zone

# A reader of messages about lessons.
Reader = Student | Teacher | Guardian

_ROLES: dict[type[Reader], Recipient] = {
    Student: Recipient.STUDENT,
    Teacher: Recipient.TEACHER,
    Guardian: Recipient.GUARDIAN,
}


def role_of(reader: Reader) -> Recipient:
    """Return the role in which ``reader`` gets messages."""
    return _ROLES[type(reader)]


def reminder_text(reader: Reader, lesson: ScheduledClass) -> tuple[str, str]:
    """Return subject and body of a reminder of ``lesson``.

    Times are in the teacher's own zone for a teacher, and local to the class for the others.
    ``lesson`` has its student, teacher and room loaded.
    """
    zone = lesson.time_zone
    if isinstance(reader, Teacher) and is_zone(reader.time_zone):
        zone = reader.time_zone
    with translation.override(reader.language):
        begins, ends = lesson.local_times(zone)
        values = {
            "name": name_of(reader),
            "lesson": lesson_name(reader, lesson.subject, lesson.student, lesson.teacher),
            "day": long_day(begins.date()),
            "start": f"{begins:%H:%M}",
            "hours": with_zone(f"{begins:%H:%M}–{ends:%H:%M}", zone),
            "room": f", {lesson.room}" if lesson.room else "",
        }
        subject = _("Reminder: %(lesson)s, %(day)s, %(start)s")
        body = _(
            "Hello %(name)s,\n\n"
            "%(lesson)s: %(day)s, %(hours)s%(room)s.\n\n"
            "If you do not want reminders, tell your studio."
        )
        return " ".join((subject % values).split()), body % values + signature()


def address_text(reader: Student | Guardian, address: str) -> tuple[str, str]:
    """Return subject and body of an e-mail with the ``address`` of a family's page."""
    with translation.override(reader.language):
        subject = _("Your lessons at %(studio)s") if studio().name else _("Your lessons")
        body = _(
            "Hello %(name)s,\n\n"
            "this page always shows your next lessons:\n\n"
            "%(address)s\n\n"
            "Keep the address to yourself: whoever has it sees the page and can use it."
        )
        values = {"name": name_of(reader), "address": address, "studio": studio().name}
        return " ".join((subject % values).split()), body % values + signature()


def name_of(reader: Reader) -> str:
    """Return the name with which ``reader`` is addressed."""
    return reader.name if isinstance(reader, Teacher) else reader.first_name


def signature() -> str:
    """Return the studio's name and phone, each on its own line."""
    lines = [line for line in (studio().name, studio().phone) if line]
    return "\n\n" + "\n".join(lines) if lines else ""


def lesson_name(reader: Reader, subject: str, student: Student, teacher: Teacher | None) -> str:
    """Return “Piano with Marta Gil”; for a guardian “Ana: Piano with Marta Gil”."""
    other = student if isinstance(reader, Teacher) else teacher
    text = subject or _("Lesson")
    if other is not None:
        text = _("%(subject)s with %(person)s") % {"subject": text, "person": other}
    if isinstance(reader, Guardian):
        text = _("%(student)s: %(lesson)s") % {"student": student.first_name, "lesson": text}
    return text
