"""Changes of what goes on, as pages: a form, its plan as a diff, and the button that does it."""

from .closures import LivingClosures
from .deactivate import Deactivating
from .teacher_absence import LivingTeacher, today_of
from .views import LivingPerson, LivingSeries
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
