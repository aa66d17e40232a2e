"""What a reminder says: in the reader's language, and in the zone that the reader lives by."""

from datetime import datetime

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_zone, zone_of
from scheduling.models import Reader, ScheduledClass, Teacher


def message_for(reader: Reader, one: ScheduledClass) -> EmailMessage:
    """The e-mail for ``reader`` about ``one``, whose student and teacher are loaded.

    A student reads the class's own local time, a teacher the time in the teacher's zone.
    """
    person = one.student if reader is Reader.STUDENT else one.teacher
    assert person is not None
    zone = one.time_zone
    if reader is Reader.TEACHER and one.teacher is not None and is_zone(one.teacher.time_zone):
        zone = one.teacher.time_zone
    with translation.override(person.language):
        begins = one.starts_at.astimezone(zone_of(zone))
        words = {
            "name": person.name if isinstance(person, Teacher) else person.first_name,
            "lesson": _lesson(reader, one),
            "day": date_format(begins.date(), "l, j F Y"),
            "start": f"{begins:%H:%M}",
            "end": f"{_ends(one, zone):%H:%M}",
            "zone": zone,
        }
        subject = _("Reminder: %(lesson)s, %(day)s, %(start)s") % words
        text = _(
            "Hello %(name)s,\n\n"
            "%(lesson)s: %(day)s, %(start)s–%(end)s (%(zone)s).\n\n"
            "If you do not want reminders, tell your studio."
        )
        return EmailMessage(" ".join(subject.split()), text % words, to=[person.email])


def _ends(one: ScheduledClass, zone: str) -> datetime:
    return one.ends_at.astimezone(zone_of(zone))


def _lesson(reader: Reader, one: ScheduledClass) -> str:
    """“Piano with Marta Gil”."""
    other = one.teacher if reader is Reader.STUDENT else one.student
    subject = one.subject or _("Lesson")
    if other is None:
        return subject
    return _("%(subject)s with %(person)s") % {"subject": subject, "person": other}
