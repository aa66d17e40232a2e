"""The texts of messages about lessons, in the reader's language and time zone."""

from django.utils import translation
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_zone
from scheduling.models import MessageKind, Recipient, ScheduledClass, Student, Teacher
from scheduling.selectors.studio import studio
from scheduling.text.dates import long_day


def person_of(reader: Recipient, lesson: ScheduledClass) -> Student | Teacher:
    """Return the reader of the message: the student or the teacher of ``lesson``."""
    person = lesson.student if reader == Recipient.STUDENT else lesson.teacher
    assert person is not None
    return person


def text_of(kind: MessageKind, reader: Recipient, lesson: ScheduledClass) -> tuple[str, str]:
    """Return subject and body of a reminder or notice about ``lesson``.

    Times are local to the class for a student, and to the teacher's own zone for a teacher.
    ``lesson`` has its student and teacher loaded.
    """
    person, zone = person_of(reader, lesson), lesson.time_zone
    if isinstance(person, Teacher) and is_zone(person.time_zone):
        zone = person.time_zone
    with translation.override(person.language):
        begins, ends = lesson.local_times(zone)
        values = {
            "name": person.name if isinstance(person, Teacher) else person.first_name,
            "lesson": _lesson(reader, lesson),
            "day": long_day(begins.date()),
            "start": f"{begins:%H:%M}",
            "end": f"{ends:%H:%M}",
            "zone": zone,
        }
        if kind == MessageKind.REMINDER:
            subject = _("Reminder: %(lesson)s, %(day)s, %(start)s")
            body = _(
                "Hello %(name)s,\n\n"
                "%(lesson)s: %(day)s, %(start)s–%(end)s (%(zone)s).\n\n"
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


def _lesson(reader: Recipient, lesson: ScheduledClass) -> str:
    """Return “Piano with Marta Gil”."""
    other = lesson.teacher if reader == Recipient.STUDENT else lesson.student
    subject = lesson.subject or _("Lesson")
    if other is None:
        return subject
    return _("%(subject)s with %(person)s") % {"subject": subject, "person": other}
