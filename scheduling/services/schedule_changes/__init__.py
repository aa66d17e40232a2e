"""Changes of what goes on: from a date on, all future, paused, ended; each with its plan first.

An act says what is to change. ``preview`` shows its plan, ``apply`` carries out exactly that plan.
"""

from .attribution import Causes, causes
from .base import Act, Moment
from .closures import ChangeClosure, Close, CloseDays, Reopen
from .execute import Outlook, apply, preview
from .people import Absent, Deactivate, EndPerson
from .series import AllFuture, EndOn, FromDate, Pause, Replace, Resume
from .zones import ChangeStudioZone, ChangeZone

__all__ = [
    "Absent",
    "Act",
    "AllFuture",
    "Causes",
    "ChangeClosure",
    "ChangeStudioZone",
    "ChangeZone",
    "Close",
    "CloseDays",
    "Deactivate",
    "EndOn",
    "EndPerson",
    "FromDate",
    "Moment",
    "Outlook",
    "Pause",
    "Reopen",
    "Replace",
    "Resume",
    "apply",
    "causes",
    "preview",
]
