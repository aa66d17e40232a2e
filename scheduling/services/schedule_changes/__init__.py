"""Changes of what goes on: from a date on, all future, paused, ended; each with its plan first.

An act says what is to change. ``preview`` shows its plan, ``apply`` carries out exactly that plan.
"""

from .attribution import PlanAttribution, attribution
from .base import ChangeContext, ScheduleChange
from .closures import AddClosure, AddHolidays, DeleteClosures, EditClosure
from .execute import ChangePlan, apply, preview
from .people import DeactivatePeople, EndPerson, TeacherAbsence
from .series import (
    ChangeAllFuture,
    ChangeFromDate,
    EndSeries,
    PauseSeries,
    ReplaceFromDate,
    ResumeSeries,
)
from .zones import ChangeStudioZone, ChangeZone

__all__ = [
    "AddClosure",
    "AddHolidays",
    "ChangeAllFuture",
    "ChangeContext",
    "ChangeFromDate",
    "ChangePlan",
    "ChangeStudioZone",
    "ChangeZone",
    "DeactivatePeople",
    "DeleteClosures",
    "EditClosure",
    "EndPerson",
    "EndSeries",
    "PauseSeries",
    "PlanAttribution",
    "ReplaceFromDate",
    "ResumeSeries",
    "ScheduleChange",
    "TeacherAbsence",
    "apply",
    "attribution",
    "preview",
]
