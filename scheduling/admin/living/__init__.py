"""Changes of what goes on, as pages: a form, its plan as a diff, and the button that does it."""

from .absent import LivingTeacher, today_of
from .closing import LivingClosures
from .deactivating import Deactivating
from .mixins import LivingPerson, LivingSeries
from .zones import LivingStudio

__all__ = [
    "Deactivating",
    "LivingClosures",
    "LivingPerson",
    "LivingSeries",
    "LivingStudio",
    "LivingTeacher",
    "today_of",
]
