"""Changes of what goes on, as pages: a form, its plan as a diff, and the button that does it."""

from .closures import ClosureChangesMixin
from .deactivate import DeactivateMixin
from .teacher_absence import TeacherAbsenceMixin, today_of
from .views import EndPersonMixin, SeriesChangesMixin
from .zones import StudioZoneChangeMixin

__all__ = [
    "ClosureChangesMixin",
    "DeactivateMixin",
    "EndPersonMixin",
    "SeriesChangesMixin",
    "StudioZoneChangeMixin",
    "TeacherAbsenceMixin",
    "today_of",
]
