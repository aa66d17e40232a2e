"""Reasons as text in the current language. Stored reasons are a code and its values."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_SENTENCES = {
    "no_start_date": gettext_lazy("the student has no start date"),
    "student_starts": gettext_lazy("the student starts on %(date)s"),
    "series_starts": gettext_lazy("the schedule is valid from %(date)s"),
    "student_ends": gettext_lazy("the student ended on %(date)s"),
    "series_ends": gettext_lazy("the schedule ended on %(date)s"),
    "slot_paused": gettext_lazy("the slot is paused"),
    "slot_cancelled": gettext_lazy("the slot is cancelled"),
    "student_inactive": gettext_lazy("the student is not active"),
    "teacher_inactive": gettext_lazy("the teacher is not active"),
    "no_schedule": gettext_lazy("the student has no schedule"),
    "not_this_week": gettext_lazy(
        "the schedule takes place every %(weeks)s weeks, not in this one"
    ),
    "unknown_zone": gettext_lazy(
        "the time zone “%(zone)s” is unknown; correct it on the teacher's page"
    ),
    "not_whole_minutes": gettext_lazy("its time %(time)s is not in whole minutes"),
    "unreadable": gettext_lazy(
        "%(column)s is “%(value)s”, which is neither a date nor a time; correct it in the database"
    ),
    "closed": gettext_lazy("closed: %(closure)s"),
    "reopened": gettext_lazy("the closure is gone"),
    "rule_changed": gettext_lazy(
        "brought in line with its schedule; it was on %(from_date)s %(from_start)s–%(from_end)s"
    ),
    "zone_changed": gettext_lazy(
        "brought in line with its schedule; it was on %(from_date)s %(from_start)s–%(from_end)s "
        "(%(from_zone)s)"
    ),
    "details_changed": gettext_lazy("its details are brought in line with its schedule"),
    "cancelled_by_hand": gettext_lazy("cancelled by a person: stays cancelled"),
    "completed": gettext_lazy("completed: stays"),
    "attended": gettext_lazy("attendance is marked: stays"),
    "moved_by_hand": gettext_lazy("moved by hand: stays"),
    "edited_by_hand": gettext_lazy("edited by hand: stays"),
    "noted": gettext_lazy("it has notes: stays"),
    "one_off": gettext_lazy("entered by hand: stays"),
    "cancelled_for": gettext_lazy("cancelled by the studio: %(reason)s"),
    "cancelled_for_teacher": gettext_lazy("cancelled for the teacher: %(reason)s"),
    "substituted": gettext_lazy("substitute for %(other_teacher)s"),
    "given_back": gettext_lazy("as before the substitute, %(other_teacher)s"),
    "begun": gettext_lazy("it has begun: stays"),
    "teacher_busy": gettext_lazy(
        "%(with_teacher)s already teaches %(with_student)s, %(with_when)s"
    ),
    "student_busy": gettext_lazy(
        "%(with_student)s already has a class with %(with_teacher)s, %(with_when)s"
    ),
    "student_busy_alone": gettext_lazy("%(with_student)s already has a class, %(with_when)s"),
    "room_busy": gettext_lazy(
        "%(with_room)s is taken by %(with_student)s with %(with_teacher)s, %(with_when)s"
    ),
    "room_busy_alone": gettext_lazy("%(with_room)s is taken by %(with_student)s, %(with_when)s"),
    "same_key": gettext_lazy(
        "%(with_student)s already has a class at exactly these local times, %(with_when)s"
    ),
    "instants_changed": gettext_lazy(
        "start and end in UTC did not match the local time; they were %(was)s"
    ),
    "instants_differ": gettext_lazy(
        "start and end in UTC did not match the local time; they were %(was)s"
    ),
    "error": gettext_lazy("%(error)s"),
}
_ORPHAN = gettext_lazy("%(reason)s, though its schedule does not include it: %(why)s")
_SUBJECT = gettext_lazy("%(reason)s; subject: %(from_subject)s → %(to_subject)s")
_ROOM = gettext_lazy("%(reason)s; room: %(from_room)s → %(to_room)s")
_FREE_ROOMS = gettext_lazy("%(reason)s; free then: %(rooms)s")
_NO_FREE_ROOM = gettext_lazy("%(reason)s; no other room is free then")
_SHARED = {
    True: gettext_lazy("%(reason)s; shared: no → yes"),
    False: gettext_lazy("%(reason)s; shared: yes → no"),
}
_STAYS = gettext_lazy("%(reason)s; the class stays on %(stays_on)s")


def reason_text(code: str, params: Mapping[str, Any]) -> str:
    """Return the text of the reason ``code`` with its values; the code itself if unknown."""
    template = _SENTENCES.get(code)
    if template is None:
        return code
    try:
        text = str(template) % params
        if "orphan" in params:
            rest = {name: value for name, value in params.items() if name != "orphan"}
            why = reason_text(params["orphan"], rest)
            text = str(_ORPHAN) % {"reason": text, "why": why}
        if "from_subject" in params:
            subjects = {name: params[name] or "–" for name in ("from_subject", "to_subject")}
            text = str(_SUBJECT) % {**subjects, "reason": text}
        if "from_room" in params:
            rooms = {name: params[name] or "–" for name in ("from_room", "to_room")}
            text = str(_ROOM) % {**rooms, "reason": text}
        if "to_shared" in params:
            text = str(_SHARED[bool(params["to_shared"])]) % {"reason": text}
        if "free_rooms" in params:
            free = ", ".join(params["free_rooms"])
            text = str(_FREE_ROOMS if free else _NO_FREE_ROOM) % {"reason": text, "rooms": free}
        if "stays_on" in params:
            text = str(_STAYS) % {**params, "reason": text}
    except KeyError:
        return code
    return text


def unnamed_teacher() -> str:
    """Return the text for a missing teacher."""
    return _("no teacher")
