"""A teacher's lesson settings, written as a whole."""

from collections.abc import Mapping
from typing import Any

from scheduling.models import LessonDuration, LessonSettings, Teacher


def write_settings(teacher: Teacher, wanted: Mapping[str, Any] | None) -> None:
    """Make ``wanted`` the settings of ``teacher``; None takes them away."""
    LessonSettings.objects.filter(teacher=teacher).delete()
    teacher._state.fields_cache.pop("lesson_settings", None)
    if wanted is None:
        return
    values = dict(wanted)
    durations = values.pop("durations", [])
    settings = LessonSettings.objects.create(teacher=teacher, **values)
    LessonDuration.objects.bulk_create(
        LessonDuration(settings=settings, **one) for one in durations
    )
