"""Pages that change schedules: a form, the plan as a diff, and a button that applies it."""

from .closures import ClosureChangesMixin
from .selected_people import SelectedPeopleMixin
from .substitutes import SubstituteActionMixin, substitute_url
from .teacher_absence import TeacherAbsenceMixin, today_of
from .views import EndPersonMixin, SeriesChangesMixin
from .zones import StudioZoneChangeMixin

__all__ = [
    "ClosureChangesMixin",
    "EndPersonMixin",
    "SelectedPeopleMixin",
    "SeriesChangesMixin",
    "StudioZoneChangeMixin",
    "SubstituteActionMixin",
    "TeacherAbsenceMixin",
    "substitute_url",
    "today_of",
]
