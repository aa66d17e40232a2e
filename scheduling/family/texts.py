"""Lessons and days of a family's page as text in the current language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from scheduling.domain.wallclock import is_same_zone
from scheduling.domain.windows import DAY
from scheduling.models import CancelledBy, Guardian, MakeUpRule, ScheduledClass, Student
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import studio
from scheduling.services.classes.make_ups import last_day
from scheduling.services.family.cancellations import CancelTerms
from scheduling.services.family.lessons import FamilyClosure, FamilyLesson
from scheduling.text.dates import full_day, plain_day, short_day

# Days and months within this time need no year.
CLEAR = 180 * DAY


@dataclass(frozen=True, slots=True)
class LessonText:
    """A lesson in words: “Leo · Wed 18 Mar, 17:00”, “Piano with Clara Vidal, Room 1”."""

    title: str
    detail: str
    notes: list[str] = field(default_factory=list)
    is_cancelled: bool = False


class LessonTexts:
    """Writes the lessons of a family.

    ``zone`` is the zone in which times are not explained. ``names_zone``: a lesson is in another
    zone than the studio's.
    """

    def __init__(self, students: Iterable[Student], zones: Iterable[str], now: datetime) -> None:
        self.has_names = len(list(students)) > 1
        found = list(zones)
        self.zone, self.names_zone = _common_zone(found), any(map(foreign_zone, found))
        self.now = now

    def of(self, lesson: FamilyLesson) -> LessonText:
        """Return the texts of a lesson."""
        return LessonText(
            self.title(lesson), self.detail(lesson), self._notes(lesson), lesson.is_cancelled
        )

    def title(self, lesson: FamilyLesson) -> str:
        """Return “Leo · tomorrow, 17:00”; the name only if there are several students."""
        when = f"{self._day(lesson.local_start)}, {lesson.local_start:%H:%M}"
        return f"{lesson.student.first_name} · {when}" if self.has_names else capfirst(when)

    def _day(self, start: datetime) -> str:
        today = self.now.astimezone(start.tzinfo).date()
        if start.date() == today:
            return pgettext("before a time: today, 17:00", "today")
        if start.date() == today + DAY:
            return pgettext("before a time: tomorrow, 17:00", "tomorrow")
        return day_text(start.date(), today)

    def detail(self, lesson: FamilyLesson) -> str:
        """Return “Piano with Clara Vidal, Room 1, until 16:45”."""
        text = lesson.subject or _("Lesson")
        if lesson.teacher:
            text = _("%(subject)s with %(person)s") % {"subject": text, "person": lesson.teacher}
        if lesson.is_shared:
            text = _("%(lesson)s, group") % {"lesson": text}
        until = _("until %(time)s") % {"time": f"{lesson.local_end:%H:%M}"}
        parts = [text, lesson.room, until]
        if not is_same_zone(lesson.zone, self.zone):
            parts.append(_("%(city)s time") % {"city": city_of(lesson.zone)})
        return ", ".join(part for part in parts if part)

    def _notes(self, lesson: FamilyLesson) -> list[str]:
        notes = []
        if lesson.is_cancelled:
            notes.append(cancelled_text(lesson))
        elif lesson.moved_from is not None:
            day, start = lesson.moved_from
            before = f"{short_day(day)}, {start:%H:%M}"
            notes.append(_("Moved; it was on %(before)s.") % {"before": before})
        if lesson.make_up_for is not None:
            lost = plain_day(lesson.make_up_for)
            notes.append(_("Make-up for %(day)s.") % {"day": lost})
        return notes


def cancelled_text(lesson: FamilyLesson) -> str:
    """Return who cancelled a lesson."""
    if lesson.cancelled_by == CancelledBy.STUDENT:
        return _("You cancelled this lesson.")
    if lesson.cancelled_by == CancelledBy.TEACHER:
        return _("The teacher cancelled this lesson.")
    return _("The studio cancelled this lesson.")


def terms_text(terms: CancelTerms) -> str:
    """Return what a cancellation costs, and whether it earns a make-up."""
    hours = studio().cancel_notice_hours
    if terms.is_charged:
        return ngettext(
            "It begins in less than %(n)d hour: the lesson is charged, and can't be made up.",
            "It begins in less than %(n)d hours: the lesson is charged, and can't be made up.",
            hours,
        ) % {"n": hours}
    if terms.earns_make_up:
        return _("The lesson is not charged, and can be made up.")
    return _("The lesson is not charged.")


def refusal_text(code: str) -> str:
    """Return why an act is refused."""
    return {
        "begun": _("This lesson has already begun."),
        "late": _("It is too late to cancel here. Please ask the studio."),
        "changed": _("This lesson has changed in the meantime. Look again, then decide."),
    }[code]


def zone_text(lost: ScheduledClass) -> str:
    """Return “Times in New York.” if the teacher's zone is not the studio's; else nothing."""
    zone = foreign_zone(lost.teacher.time_zone) if lost.teacher is not None else ""
    return _("Times in %(city)s.") % {"city": city_of(zone)} if zone else ""


def lost_text(lost: ScheduledClass, today: date) -> str:
    """Return “Leo: Violin with Clara Vidal of 24 March, by 23 May”."""
    subject = lost.subject or _("Lesson")
    if lost.teacher is not None:
        subject = _("%(subject)s with %(person)s") % {"subject": subject, "person": lost.teacher}
    return _("%(student)s: %(lesson)s of %(day)s, to be made up by %(last)s") % {
        "student": lost.student.first_name,
        "lesson": subject,
        "day": day_text(lost.date, today),
        "last": day_text(last_day(lost), today),
    }


def booking_refusal_text(code: str) -> str:
    """Return why a make-up is not booked."""
    if code == "taken":
        return _("Somebody else has just taken this time.")
    return _("This lesson can't be made up any more.")


def gone_text() -> tuple[str, str]:
    """Return title and text for a lesson that is not ahead any more."""
    return _("There is no such lesson"), _("It is over, or the studio has removed it.")


def rules_text() -> str:
    """Return until when a family cancels; empty if it doesn't."""
    rules = studio()
    if not rules.family_cancel:
        return ""
    hours = rules.cancel_notice_hours
    if rules.makeup_rule == MakeUpRule.NOTICE:
        text = ngettext(
            "Cancel up to %(n)d hour before a lesson, and it can be made up.",
            "Cancel up to %(n)d hours before a lesson, and it can be made up.",
            hours,
        )
    else:
        text = ngettext(
            "Cancel up to %(n)d hour before a lesson.",
            "Cancel up to %(n)d hours before a lesson.",
            hours,
        )
    return text % {"n": hours}


def closure_text(closure: FamilyClosure, today: date) -> str:
    """Return “2 April – 6 April: the studio is closed (Easter).”."""
    if closure.first == closure.last:
        days = day_text(closure.first, today)
    else:
        days = f"{day_text(closure.first, today)} – {day_text(closure.last, today)}"
    values = {
        "days": days,
        "name": closure.name,
        "teacher": closure.teacher,
        "student": closure.student,
        "subject": closure.subject or _("Lesson"),
    }
    if closure.name:
        return _("%(days)s: the studio is closed (%(name)s).") % values
    if closure.teacher:
        return _("%(days)s: %(teacher)s is away.") % values
    if closure.is_of_one_series:
        return _("%(days)s: pause of %(student)s (%(subject)s).") % values
    return _("%(days)s: pause of %(student)s.") % values


def day_text(day: date, today: date) -> str:
    """Return “Wed 18 Mar”, with the year if it is not clear."""
    return short_day(day) if abs(day - today) < CLEAR else full_day(day)


def lead_text(reader: Student | Guardian, students: list[Student], texts: LessonTexts) -> str:
    """Return “Lessons of Leo and Eva.”, with “Times in New York.” where zones are named."""
    lessons = _("Your lessons.")
    if not isinstance(reader, Student):
        names = get_text_list([student.first_name for student in students], _("and"))
        lessons = _("Lessons of %(names)s.") % {"names": names}
    if not texts.names_zone:
        return lessons
    return " ".join([lessons, _("Times in %(city)s.") % {"city": city_of(texts.zone)}])


def city_of(zone: str) -> str:
    """Return “New York” for America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")


def _common_zone(zones: list[str]) -> str:
    """Return the zone of all lessons, or the studio's if they differ or there are none."""
    if zones and all(is_same_zone(zone, zones[0]) for zone in zones):
        return zones[0]
    return studio().time_zone
