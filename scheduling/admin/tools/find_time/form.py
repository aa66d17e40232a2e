"""The form of “Find a time”."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.widgets import PersonSelect
from scheduling.domain.typed_text import plain_letters
from scheduling.domain.wallclock import minute_of
from scheduling.domain.windows import DAY, LAST_DATE, WEEK
from scheduling.domain.working_hours import end_minute
from scheduling.models import LessonDuration, ScheduledClass, Student, Teacher
from scheduling.models.timetable import Weekday
from scheduling.selectors.people_lists import subjects_taught
from scheduling.selectors.rooms import active_rooms
from scheduling.selectors.studio import studio_today
from scheduling.services.classes.make_ups import last_day
from scheduling.services.openings import MAX_DAYS, MAX_WEEKS, OpeningsQuery

USUAL_MINUTES = (30, 45, 60, 90)
WORKDAYS = tuple(str(weekday) for weekday in Weekday.values[:5])
# The value of a subject in the list of teachers begins with it.
SUBJECT = "subject:"
ONCE = 0
ANY_ROOM = "any"


class FindTimeForm(forms.Form):
    """Who, how long, on which days and how often.

    With a ``make_up`` the dates end with the last one on which that class can be made up for.
    """

    who = forms.ChoiceField(label=gettext_lazy("Teacher"))
    student = forms.ModelChoiceField(
        Student.objects.filter(is_active=True), required=False, label=gettext_lazy("Student")
    )
    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)
    minutes = forms.TypedChoiceField(label=gettext_lazy("Length"), coerce=int)
    earliest = forms.TimeField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    latest = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days"),
        required=False,
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    first = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    every = forms.TypedChoiceField(label=gettext_lazy("Every"), coerce=int)
    weeks = forms.IntegerField(
        label=gettext_lazy("For how many weeks"), min_value=1, max_value=MAX_WEEKS
    )
    every_start = forms.BooleanField(label=gettext_lazy("Every quarter of an hour"), required=False)

    def __init__(self, data: Any, make_up_for: ScheduledClass | None, **kwargs: Any) -> None:
        self.make_up_for = make_up_for
        self.today = studio_today()
        super().__init__(data, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        fields["student"].widget = PersonSelect("student")
        fields["student"].widget.choices = fields["student"].choices
        fields["who"].choices = [("", "---------"), *_teachers_and_subjects(self.today)]
        fields["minutes"].choices = [(minutes, f"{minutes} min") for minutes in self._lengths()]
        fields["every"].choices = [
            *((weeks, _interval(weeks)) for weeks in (1, 2, 3, 4)),
            (ONCE, _("once only")),
        ]
        for name in ("days", "student", "room"):
            fields[name].error_messages["invalid_choice"] = _("Choose from the list.")
        if rooms := active_rooms():
            any_or_none = [("", _("no room")), (ANY_ROOM, _("any room"))]
            fields["room"].choices = [*any_or_none, *((str(pk), rooms[pk]) for pk in rooms)]
        else:
            del fields["room"]
        if make_up_for is not None:
            for name in ("student", "minutes", "every", "weeks"):
                del fields[name]

    def _lengths(self) -> list[int]:
        """Return the lengths that are offered, the usual ones, and the one that is asked for."""
        offered = LessonDuration.objects.order_by().values_list("minutes", flat=True).distinct()
        asked = str(self.data.get("minutes") or self.initial.get("minutes") or "")
        own = {int(asked)} if asked.isascii() and asked.isdigit() and 5 <= int(asked) <= 720 else ()
        return sorted({*USUAL_MINUTES, *(each for each in offered if each >= 5), *own})

    def clean_first(self) -> Any:
        first = self.cleaned_data["first"]
        if first < self.today:
            raise forms.ValidationError(_("This day has passed."))
        if first > LAST_DATE:
            raise forms.ValidationError(_("Choose a date between 1970 and 2199."))
        if self.make_up_for is not None and first > last_day(self.make_up_for):
            text = _("The make-up is due before this day.")
            raise forms.ValidationError(text)
        return first

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("earliest"), data.get("latest")
        if start and end and end_minute(end) <= minute_of(start):
            self.add_error("latest", _("The end time must be after the start time."))
        return data

    @property
    def chosen_student(self) -> Student | None:
        """The student whose lessons count, if any."""
        if self.make_up_for is not None:
            return self.make_up_for.student
        student: Student | None = self.cleaned_data["student"]
        return student

    @property
    def subject(self) -> str:
        """The subject that is asked for; empty where a teacher is."""
        who: str = self.cleaned_data["who"]
        return who.removeprefix(SUBJECT) if who.startswith(SUBJECT) else ""

    def query(self) -> OpeningsQuery:
        """Return the question that a valid form asks."""
        data, lost, subject = self.cleaned_data, self.make_up_for, self.subject
        first, weeks = data["first"], data.get("weeks", 1)
        every, minutes = data.get("every", ONCE), data.get("minutes", 0)
        last = None
        if lost is not None:
            minutes = (lost.ends_at - lost.starts_at).seconds // 60
            last = min(last_day(lost), first + (MAX_DAYS - 1) * DAY)
        elif every == ONCE:
            last = min(first + weeks * WEEK - DAY, first + (MAX_DAYS - 1) * DAY)
        student, room = self.chosen_student, data.get("room", "")
        return OpeningsQuery(
            minutes=minutes,
            first=first,
            weeks=weeks,
            interval_weeks=every or 1,
            last=last,
            teacher_ids=() if subject else (int(data["who"]),),
            subject=subject,
            student_id=student.pk if student else None,
            room_id=int(room) if room not in ("", ANY_ROOM) else None,
            any_room=room == ANY_ROOM,
            weekdays=frozenset(data["days"] or Weekday.values),
            earliest=minute_of(data["earliest"]) if data["earliest"] else None,
            latest=end_minute(data["latest"]) if data["latest"] else None,
        )


def initial_values(student: Student | None) -> dict[str, Any]:
    """Return the first values of the form; for a ``student``, those of their lessons."""
    return {
        "minutes": 60,
        "days": WORKDAYS,
        "first": studio_today(),
        "every": 1,
        "weeks": settings.HORIZON_WEEKS,
        "student": student,
    }


def _interval(weeks: int) -> str:
    return _("week") if weeks == 1 else _("%(n)d weeks") % {"n": weeks}


def _teachers_and_subjects(today: Any) -> Iterator[tuple[Any, Any]]:
    """Yield two groups of choices: the subjects that are taught, and the teachers."""
    taught = subjects_taught(today)
    subjects = {plain_letters(each): each for all_ in taught.values() for each in all_}
    if subjects:
        names = [subjects[key] for key in sorted(subjects)]
        anyone = _("Anyone who teaches %(subject)s")
        yield _("Subjects"), [(SUBJECT + name, anyone % {"subject": name}) for name in names]
    teachers = Teacher.objects.filter(is_active=True).order_by("name", "id")
    yield _("Teachers"), [(str(pk), name) for pk, name in teachers.values_list("id", "name")]
