"""The texts of messages about lessons, in the reader's language and time zone."""

from django.utils import translation
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_zone
from scheduling.models import (
    Guardian,
    MessageKind,
    Recipient,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.selectors.studio import studio
from scheduling.text.dates import long_day

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


def text_of(kind: MessageKind, reader: Reader, lesson: ScheduledClass) -> tuple[str, str]:
    """Return subject and body of a reminder or notice about ``lesson``.

    Times are in the teacher's own zone for a teacher, and local to the class for the others.
    ``lesson`` has its student, teacher and room loaded.
    """
    zone = lesson.time_zone
    if isinstance(reader, Teacher) and is_zone(reader.time_zone):
        zone = reader.time_zone
    with translation.override(reader.language):
        begins, ends = lesson.local_times(zone)
        values = {
            "name": reader.name if isinstance(reader, Teacher) else reader.first_name,
            "lesson": _lesson(reader, lesson),
            "day": long_day(begins.date()),
            "start": f"{begins:%H:%M}",
            "end": f"{ends:%H:%M}",
            "zone": zone,
            "room": f", {lesson.room}" if lesson.room else "",
        }
        if kind == MessageKind.REMINDER:
            subject = _("Reminder: %(lesson)s, %(day)s, %(start)s")
            body = _(
                "Hello %(name)s,\n\n"
                "%(lesson)s: %(day)s, %(start)s–%(end)s (%(zone)s)%(room)s.\n\n"
                "If you do not want reminders, tell your studio."
            )
        else:  # without the reason of the cancellation, which is confidential
            subject = _("Cancelled: %(lesson)s, %(day)s, %(start)s")
            body = _(
                "Hello %(name)s,\n\n"
                "this lesson does not take place:\n\n"
                "%(lesson)s: %(day)s, %(start)s–%(end)s (%(zone)s).\n\n"
                "We are sorry for the short notice. "
                "Your studio will be in touch about what comes next."
            )
        return " ".join((subject % values).split()), body % values + _signature()


def _signature() -> str:
    """Return the studio's name and phone, each on its own line."""
    lines = [line for line in (studio().name, studio().phone) if line]
    return "\n\n" + "\n".join(lines) if lines else ""


def _lesson(reader: Reader, lesson: ScheduledClass) -> str:
    """Return “Piano with Marta Gil”; for a guardian “Ana: Piano with Marta Gil”."""
    other = lesson.student if isinstance(reader, Teacher) else lesson.teacher
    text = lesson.subject or _("Lesson")
    if other is not None:
        text = _("%(subject)s with %(person)s") % {"subject": text, "person": other}
    if isinstance(reader, Guardian):
        text = _("%(student)s: %(lesson)s") % {
            "student": lesson.student.first_name,
            "lesson": text,
        }
    return text
