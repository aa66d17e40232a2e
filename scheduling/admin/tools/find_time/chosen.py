"""The details of the chosen opening, and the addresses of the forms that book it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.models import Student
from scheduling.models.timetable import Weekday
from scheduling.services.openings import OpeningsQuery
from scheduling.text.dates import coming_day

from .answer import ShownOpening


def details(
    chosen: ShownOpening,
    query: OpeningsQuery,
    student: Student | None,
    room_names: dict[int, str],
    today: date,
) -> dict[str, Any]:
    """Return the title and the facts of the chosen opening."""
    opening, teacher = chosen.found.opening, chosen.found.teacher
    hours = f"{opening.start_time:%H:%M}–{opening.end_time:%H:%M}"
    first, last = opening.dates[0], opening.dates[-1]
    day = Weekday(opening.weekday).label
    facts: list[tuple[bool, str]] = []
    if query.last is None:
        values = {
            "first": coming_day(first, today),
            "last": coming_day(last, today),
            "free": str(opening.free),
            "dates": str(len(opening.dates)),
        }
        if opening.is_free:
            text = _("Free on all %(dates)s dates, from %(first)s to %(last)s")
        else:
            text = _("Free on %(free)s of %(dates)s dates, from %(first)s to %(last)s")
        facts.append((chosen.is_clear, text % values))
    if opening.is_inside_hours is None:
        text = _("The working hours of %(teacher)s are not known")
        facts.append((False, text % {"teacher": teacher}))
    elif opening.is_inside_hours:
        facts.append((True, _("Within the working hours of %(teacher)s") % {"teacher": teacher}))
    if student is not None and not any(
        one.code in ("student_busy", "same_key") for one in opening.exceptions
    ):
        text = _("%(student)s has nothing else then")
        facts.append((True, text % {"student": student}))
    if opening.rooms:
        rooms = get_text_list([room_names[room] for room in opening.rooms], _("and"))
        text = ngettext("Free room: %(rooms)s", "Free rooms: %(rooms)s", len(opening.rooms))
        facts.append((chosen.is_clear, text % {"rooms": rooms}))
    when = coming_day(first, today) if query.last is not None else str(day)
    return {
        "title": f"{when}, {hours}",
        "teacher": teacher,
        "facts": facts,
        "room": opening.rooms[0] if opening.rooms else None,
    }


def form_addresses(
    chosen: ShownOpening, query: OpeningsQuery, student: Student | None, subject: str
) -> dict[str, str]:
    """Return the addresses of the filled-in forms of a weekly lesson and of a one-off."""
    opening, teacher = chosen.found.opening, chosen.found.teacher
    shared = {"teacher": teacher.pk, "start_time": f"{opening.start_time:%H:%M}"}
    if student is not None:
        shared["student"] = student.pk
    if subject:
        shared["subject"] = subject
    if opening.rooms:
        shared["room"] = opening.rooms[0]
    weekly = shared | {
        "weekday": opening.weekday,
        "duration_minutes": query.minutes,
        "interval_weeks": query.interval_weeks,
        "valid_from": opening.dates[0].isoformat(),
    }
    once = shared | {
        "date": opening.dates[0].isoformat(),
        "end_time": f"{opening.end_time:%H:%M}",
    }
    return {
        "weekly": f"{reverse('admin:scheduling_recurringslot_add')}?{urlencode(weekly)}",
        "once": f"{reverse('admin:scheduling_scheduledclass_add')}?{urlencode(once)}",
    }
