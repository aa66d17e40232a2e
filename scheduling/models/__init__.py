"""The tables: people, timetable, classes, jobs."""

from . import lookups  # noqa: F401  (registers itself)
from .class_states import CANCELLED_BY_PEOPLE, Attendance, CancelledBy, ClassStatus
from .classes import ScheduledClass
from .feeds import CalendarFeed
from .jobs import ACTIVE_STATES, AUTOMATIC, Job, JobRun, JobRunItem, RunState, Trigger
from .languages import Language
from .messages import Message, MessageItem, MessageKind, MessageState, Reader
from .people import LessonDuration, LessonSettings, Student, Teacher
from .refused_credentials import RefusedCredentials
from .studio import MakeUpRule, Studio
from .timetable import Closure, FixedSchedule, RecurringSlot, SlotStatus
from .troubles import Trouble, TroubleKind
from .uploads import TimetableUpload

__all__ = [
    "ACTIVE_STATES",
    "AUTOMATIC",
    "CANCELLED_BY_PEOPLE",
    "Attendance",
    "CalendarFeed",
    "CancelledBy",
    "ClassStatus",
    "Closure",
    "FixedSchedule",
    "Job",
    "JobRun",
    "JobRunItem",
    "Language",
    "LessonDuration",
    "LessonSettings",
    "MakeUpRule",
    "Message",
    "MessageItem",
    "MessageKind",
    "MessageState",
    "Reader",
    "RecurringSlot",
    "RefusedCredentials",
    "RunState",
    "ScheduledClass",
    "SlotStatus",
    "Student",
    "Studio",
    "Teacher",
    "TimetableUpload",
    "Trigger",
    "Trouble",
    "TroubleKind",
]
