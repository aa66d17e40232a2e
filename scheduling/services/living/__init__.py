"""Changes of what goes on: from a date on, all future, paused, ended; each with its plan first.

An act says what is to change. ``preview`` shows its plan, ``apply`` carries out exactly that plan.
"""

from .acts import AllFuture, EndOn, FromDate, Pause, Replace, Resume
from .carrying_out import Outlook, apply, preview
from .caused import Causes, causes
from .closing import ChangeClosure, Close, CloseDays, Reopen
from .illness import Absent
from .inactive import Deactivate
from .moment import Act, Moment
from .people import EndPerson
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
