"""URLs of the resources."""

from typing import Any

from .classes import ClassDetail, ClassList
from .closures import ClosureDetail, ClosureList
from .conflicts import ConflictList
from .explain import ExplainStudent, ExplainTeacher
from .guardians import GuardianDetail, GuardianList
from .openings import OpeningList
from .personal_data import (
    EraseGuardian,
    EraseStudent,
    EraseTeacher,
    ExportGuardian,
    ExportStudent,
    ExportTeacher,
)
from .plan import Plan
from .rooms import RoomDetail, RoomList
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
from .statements import Statements
from .students import StudentDetail, StudentList
from .substitutes import SubstituteClasses, Substitutes
from .teachers import TeacherDetail, TeacherList

PK = "(?P<pk>[0-9]{1,18})"

# The path below /api/, the view, and the name of the URL.
ADDRESSES: list[tuple[str, type[Any], str]] = [
    ("teachers", TeacherList, "teachers"),
    (f"teachers/{PK}", TeacherDetail, "teacher"),
    (f"teachers/{PK}/explain", ExplainTeacher, "explain-teacher"),
    (f"teachers/{PK}/change", ChangeTeacher, "change-teacher"),
    (f"teachers/{PK}/end", EndTeacher, "end-teacher"),
    ("students", StudentList, "students"),
    (f"students/{PK}", StudentDetail, "student"),
    (f"students/{PK}/explain", ExplainStudent, "explain-student"),
    (f"students/{PK}/end", EndStudent, "end-student"),
    ("guardians", GuardianList, "guardians"),
    (f"guardians/{PK}", GuardianDetail, "guardian"),
    (f"teachers/{PK}/personal-data", ExportTeacher, "export-teacher"),
    (f"students/{PK}/personal-data", ExportStudent, "export-student"),
    (f"guardians/{PK}/personal-data", ExportGuardian, "export-guardian"),
    (f"teachers/{PK}/erase", EraseTeacher, "erase-teacher"),
    (f"students/{PK}/erase", EraseStudent, "erase-student"),
    (f"guardians/{PK}/erase", EraseGuardian, "erase-guardian"),
    ("recurring-slots", RecurringSlotList, "recurring-slots"),
    (f"recurring-slots/{PK}", RecurringSlotDetail, "recurring-slot"),
    (f"recurring-slots/{PK}/change", ChangeSlot, "change-recurring-slot"),
    (f"recurring-slots/{PK}/pause", PauseSlot, "pause-recurring-slot"),
    (f"recurring-slots/{PK}/resume", ResumeSlot, "resume-recurring-slot"),
    (f"recurring-slots/{PK}/end", EndSlot, "end-recurring-slot"),
    (f"fixed-schedules/{PK}/change", ChangeFixedSchedule, "change-fixed-schedule"),
    (f"fixed-schedules/{PK}/pause", PauseFixedSchedule, "pause-fixed-schedule"),
    (f"fixed-schedules/{PK}/resume", ResumeFixedSchedule, "resume-fixed-schedule"),
    (f"fixed-schedules/{PK}/end", EndFixedSchedule, "end-fixed-schedule"),
    ("rooms", RoomList, "rooms"),
    (f"rooms/{PK}", RoomDetail, "room"),
    ("closures", ClosureList, "closures"),
    (f"closures/{PK}", ClosureDetail, "closure"),
    ("classes", ClassList, "classes"),
    (f"classes/{PK}", ClassDetail, "class"),
    (f"classes/{PK}/substitutes", Substitutes, "class-substitutes"),
    ("classes/substitute", SubstituteClasses, "substitute-classes"),
    ("conflicts", ConflictList, "conflicts"),
    ("openings", OpeningList, "openings"),
    ("plan", Plan, "plan"),
    ("statements", Statements, "statements"),
]
