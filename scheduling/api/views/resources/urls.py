"""The resources and their names: a list, and one of its rows."""

from typing import Any

from .classes import ClassDetail, ClassList
from .closures import ClosureDetail, ClosureList
from .explain import ExplainStudent, ExplainTeacher
from .plan import Plan
from .schedule_changes import (
    ChangeFixedSchedule,
    ChangeSlot,
    ChangeTeacher,
    EndFixedSchedule,
    EndSlot,
    EndStudent,
    EndTeacher,
    PauseFixedSchedule,
    PauseSlot,
    ResumeFixedSchedule,
    ResumeSlot,
)
from .slots import RecurringSlotDetail, RecurringSlotList
from .students import StudentDetail, StudentList
from .teachers import TeacherDetail, TeacherList

ONE = "(?P<pk>[0-9]{1,18})"

# Address below /api/, view, name.
ADDRESSES: list[tuple[str, type[Any], str]] = [
    ("teachers", TeacherList, "teachers"),
    (f"teachers/{ONE}", TeacherDetail, "teacher"),
    (f"teachers/{ONE}/explain", ExplainTeacher, "explain-teacher"),
    (f"teachers/{ONE}/change", ChangeTeacher, "change-teacher"),
    (f"teachers/{ONE}/end", EndTeacher, "end-teacher"),
    ("students", StudentList, "students"),
    (f"students/{ONE}", StudentDetail, "student"),
    (f"students/{ONE}/explain", ExplainStudent, "explain-student"),
    (f"students/{ONE}/end", EndStudent, "end-student"),
    ("recurring-slots", RecurringSlotList, "recurring-slots"),
    (f"recurring-slots/{ONE}", RecurringSlotDetail, "recurring-slot"),
    (f"recurring-slots/{ONE}/change", ChangeSlot, "change-recurring-slot"),
    (f"recurring-slots/{ONE}/pause", PauseSlot, "pause-recurring-slot"),
    (f"recurring-slots/{ONE}/resume", ResumeSlot, "resume-recurring-slot"),
    (f"recurring-slots/{ONE}/end", EndSlot, "end-recurring-slot"),
    (f"fixed-schedules/{ONE}/change", ChangeFixedSchedule, "change-fixed-schedule"),
    (f"fixed-schedules/{ONE}/pause", PauseFixedSchedule, "pause-fixed-schedule"),
    (f"fixed-schedules/{ONE}/resume", ResumeFixedSchedule, "resume-fixed-schedule"),
    (f"fixed-schedules/{ONE}/end", EndFixedSchedule, "end-fixed-schedule"),
    ("closures", ClosureList, "closures"),
    (f"closures/{ONE}", ClosureDetail, "closure"),
    ("classes", ClassList, "classes"),
    (f"classes/{ONE}", ClassDetail, "class"),
    ("plan", Plan, "plan"),
]
