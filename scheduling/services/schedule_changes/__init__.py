"""Schedule changes: preview a plan, then apply exactly that plan.

A ``ScheduleChange`` describes a change of series, closures, people or time zones.
"""

from .attribution import PlanAttribution, attribution
from .base import ChangeContext, ScheduleChange
from .closures import AddClosure, AddHolidays, DeleteClosures, EditClosure
from .execute import ChangePlan, apply, preview
from .people import DeactivatePeople, EndPerson, PausePeople, TeacherAbsence, cancelled_for
from .series import (
    ChangeAllFuture,
    ChangeFromDate,
    EndSeries,
    PauseSeries,
    ReplaceFromDate,
    ResumeSeries,
)
from .substitutes import GiveToSubstitutes
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
    "GiveToSubstitutes",
    "PausePeople",
    "PauseSeries",
    "PlanAttribution",
    "ReplaceFromDate",
    "ResumeSeries",
    "ScheduleChange",
    "TeacherAbsence",
    "apply",
    "attribution",
    "cancelled_for",
    "preview",
]
