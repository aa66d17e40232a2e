"""“This and all following”: the plan of a change from a date on, for a lesson that is moved."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from scheduling.admin.core.display.links import CALENDAR_PARAM
from scheduling.admin.schedules.changes.plan_page import PREVIEW_PARAM
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import minutes_between
from scheduling.domain.windows import monday_of
from scheduling.models import ScheduledClass
from scheduling.selectors.classes import series_key
from scheduling.selectors.schedules.series import MODELS
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.occurrences import PlannedOccurrence

ClassOrOccurrence = ScheduledClass | PlannedOccurrence


def key_of(occurrence: ClassOrOccurrence) -> SeriesKey | None:
    """Return the series of a lesson; None for a one-off."""
    if isinstance(occurrence, PlannedOccurrence):
        return occurrence.key
    return series_key(occurrence.fixed_schedule_id, occurrence.recurring_slot_id)


def may_move_following(user: Any, occurrence: ClassOrOccurrence) -> bool:
    """Return whether ``user`` may change the series of a lesson."""
    key = key_of(occurrence)
    return key is not None and user.has_perm(f"scheduling.change_{_model(key)}")


def following_url(occurrence: ClassOrOccurrence, values: dict[str, Any]) -> str:
    """Return the address of the plan that moves the lesson and all that follow.

    ``values`` are those of the form that moves one lesson.
    """
    key = key_of(occurrence)
    assert key is not None
    rule: Any = MODELS[key.kind]._default_manager.get(pk=key.id)
    own = occurrence.occurrence_date if isinstance(occurrence, ScheduledClass) else occurrence.day
    query = {
        PREVIEW_PARAM: 1,
        CALENDAR_PARAM: values["date"].isoformat(),
        "day": _first_day(own, values["date"]).isoformat(),
        "weekday": values["date"].isoweekday(),
        "start_time": f"{values['start_time']:%H:%M}",
        "teacher": values["teacher"].pk if values["teacher"] else "",
        "room": values["room"].pk if values.get("room") else "",
        "interval_weeks": rule.interval_weeks,
        "subject": rule.subject,
    }
    if rule.is_shared:
        query["is_shared"] = "on"
    if key.kind is SeriesKind.FIXED_SCHEDULE:
        query["end_time"] = f"{values['end_time']:%H:%M}"
    else:
        query["duration_minutes"] = minutes_between(values["start_time"], values["end_time"])
    address = reverse(f"admin:scheduling_{_model(key)}_from", args=[key.id])
    return f"{address}?{urlencode(query)}"


def _first_day(own: date | None, new: date) -> date:
    """Return the first day of the change: in the week of the lesson the earlier of both dates."""
    day = min(own, new) if own is not None and monday_of(own) == monday_of(new) else new
    return max(day, studio_day(timezone.now()))


def _model(key: SeriesKey) -> str:
    return key.kind.value.replace("_", "")
