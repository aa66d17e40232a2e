"""Reasons in words, in the reader's language. The stored form is a code and its values."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

_SENTENCES = {
    "no_start_date": _lazy("the student has no start date"),
    "student_starts": _lazy("the student starts on %(date)s"),
    "series_starts": _lazy("the schedule is valid from %(date)s"),
    "student_ends": _lazy("the student ended on %(date)s"),
    "series_ends": _lazy("the schedule ended on %(date)s"),
    "slot_paused": _lazy("the slot is paused"),
    "slot_cancelled": _lazy("the slot is cancelled"),
    "student_inactive": _lazy("the student is not active"),
    "teacher_inactive": _lazy("the teacher is not active"),
    "no_schedule": _lazy("the student has no schedule"),
    "not_this_week": _lazy("the schedule takes place every %(weeks)s weeks, not in this one"),
    "unknown_zone": _lazy("the time zone “%(zone)s” is unknown; correct it on the teacher's page"),
    "not_whole_minutes": _lazy("the start time %(time)s is not in whole minutes"),
    "closed": _lazy("closed: %(closure)s"),
    "reopened": _lazy("the closure is gone"),
    "rule_changed": _lazy(
        "brought in line with its schedule; it was on %(from_date)s %(from_start)s–%(from_end)s"
    ),
    "details_changed": _lazy("its details are brought in line with its schedule"),
    "cancelled_by_hand": _lazy("cancelled by a person: stays cancelled"),
    "completed": _lazy("completed: stays"),
    "attended": _lazy("attendance is marked: stays"),
    "moved_by_hand": _lazy("moved by hand: stays"),
    "edited_by_hand": _lazy("edited by hand: stays"),
    "noted": _lazy("it has notes: stays"),
    "teacher_busy": _lazy("%(with_teacher)s already teaches %(with_student)s, %(with_when)s"),
    "student_busy": _lazy(
        "%(with_student)s already has a class with %(with_teacher)s, %(with_when)s"
    ),
    "student_busy_alone": _lazy("%(with_student)s already has a class, %(with_when)s"),
    "same_key": _lazy(
        "%(with_student)s already has a class at exactly these local times, %(with_when)s"
    ),
    "error": _lazy("%(error)s"),
}
_STAYS = _lazy("%(reason)s; the class stays on %(stays_on)s")


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The reason ``code`` with its values, in the current language; the code if it is unknown."""
    template = _SENTENCES.get(code)
    if template is None:
        return code
    try:
        text = str(template) % params
        if "stays_on" in params:
            text = str(_STAYS) % {**params, "reason": text}
    except KeyError:
        return code
    return text


def unnamed_teacher() -> str:
    """What stands where a class has no teacher."""
    return _("no teacher")
