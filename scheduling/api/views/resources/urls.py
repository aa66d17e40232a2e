"""The resources and their names: a list, and one of its rows."""

from typing import Any

from .classes import Classes, OneClass
from .closures import Closures, OneClosure
from .explain import ExplainStudent, ExplainTeacher
from .plan import Plan
from .schedule_changes import (
    ChangeMeeting,
    ChangeSlot,
    ChangeTeacher,
    EndMeeting,
    EndSlot,
    EndStudent,
    EndTeacher,
    PauseMeeting,
    PauseSlot,
    ResumeMeeting,
    ResumeSlot,
)
from .slots import OneRecurringSlot, RecurringSlots
from .students import OneStudent, Students
from .teachers import OneTeacher, Teachers

ONE = "(?P<pk>[0-9]{1,18})"

# Address below /api/, view, name.
ADDRESSES: list[tuple[str, type[Any], str]] = [
    ("teachers", Teachers, "teachers"),
    (f"teachers/{ONE}", OneTeacher, "teacher"),
    (f"teachers/{ONE}/explain", ExplainTeacher, "explain-teacher"),
    (f"teachers/{ONE}/change", ChangeTeacher, "change-teacher"),
    (f"teachers/{ONE}/end", EndTeacher, "end-teacher"),
    ("students", Students, "students"),
    (f"students/{ONE}", OneStudent, "student"),
    (f"students/{ONE}/explain", ExplainStudent, "explain-student"),
    (f"students/{ONE}/end", EndStudent, "end-student"),
    ("recurring-slots", RecurringSlots, "recurring-slots"),
    (f"recurring-slots/{ONE}", OneRecurringSlot, "recurring-slot"),
    (f"recurring-slots/{ONE}/change", ChangeSlot, "change-recurring-slot"),
    (f"recurring-slots/{ONE}/pause", PauseSlot, "pause-recurring-slot"),
    (f"recurring-slots/{ONE}/resume", ResumeSlot, "resume-recurring-slot"),
    (f"recurring-slots/{ONE}/end", EndSlot, "end-recurring-slot"),
    (f"fixed-schedules/{ONE}/change", ChangeMeeting, "change-fixed-schedule"),
    (f"fixed-schedules/{ONE}/pause", PauseMeeting, "pause-fixed-schedule"),
    (f"fixed-schedules/{ONE}/resume", ResumeMeeting, "resume-fixed-schedule"),
    (f"fixed-schedules/{ONE}/end", EndMeeting, "end-fixed-schedule"),
    ("closures", Closures, "closures"),
    (f"closures/{ONE}", OneClosure, "closure"),
    ("classes", Classes, "classes"),
    (f"classes/{ONE}", OneClass, "class"),
    ("plan", Plan, "plan"),
]
