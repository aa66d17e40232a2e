"""The tables: people, timetable, classes, jobs."""

from scheduling.db import lookups  # noqa: F401  (registers itself)

from . import plain_text  # noqa: F401  (registers itself)
from .api_tokens import ApiTokenDetails, TokenScope
from .class_states import CANCELLED_BY_PEOPLE, Attendance, CancelledBy, ClassStatus
from .classes import ScheduledClass
from .feeds import CalendarFeed
from .guardians import Guardian, StudentGuardian
from .incidents import Incident, IncidentKind
from .languages import Language
from .messages import ChangeKind, Message, MessageItem, MessageKind, MessageState, Recipient
from .people import LessonDuration, LessonSettings, Student, Teacher
from .refused_credentials import RefusedCredentials
from .rooms import Room
from .runs import ACTIVE_STATES, AUTOMATIC, Job, JobRun, JobRunItem, RunState, Trigger
from .studio import MakeUpRule, NotifyRule, Studio
from .timetable import Closure, FixedSchedule, RecurringSlot, SlotStatus
from .timetable_uploads import TimetableUpload
from .working_hours import WorkingHours

__all__ = [
    "ACTIVE_STATES",
    "AUTOMATIC",
    "CANCELLED_BY_PEOPLE",
    "ApiTokenDetails",
    "Attendance",
    "CalendarFeed",
    "CancelledBy",
    "ChangeKind",
    "ClassStatus",
    "Closure",
    "FixedSchedule",
    "Guardian",
    "Incident",
    "IncidentKind",
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
    "NotifyRule",
    "Recipient",
    "RecurringSlot",
    "RefusedCredentials",
    "Room",
    "RunState",
    "ScheduledClass",
    "SlotStatus",
    "Student",
    "StudentGuardian",
    "Studio",
    "Teacher",
    "TimetableUpload",
    "TokenScope",
    "Trigger",
    "WorkingHours",
]
