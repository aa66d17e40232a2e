"""URLs of the rows that a page mentions, as far as the user may open them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from scheduling.admin.core.permissions import may_run_jobs, may_see_everyone
from scheduling.domain.series import SeriesKey
from scheduling.selectors.studio import studio_today

# A date in the address of a form: the calendar is shown at it once the form is saved.
CALENDAR_PARAM = "calendar"


@dataclass(frozen=True, slots=True)
class Links:
    """The user's links: a URL is empty without the permission to view.

    ``may`` tells whether the user has the permission with a given codename.
    """

    students: bool
    teachers: bool
    classes: bool
    slots: bool
    schedules: bool
    settings: bool
    jobs: bool
    may: Callable[[str], bool]

    def student(self, pk: int | None) -> str:
        return _change("student", pk) if self.students else ""

    def teacher(self, pk: int | None) -> str:
        return _change("teacher", pk) if self.teachers else ""

    def guardian(self, pk: int | None) -> str:
        return _change("guardian", pk) if self.may("view_guardian") else ""

    def lesson(self, pk: int | None) -> str:
        return _change("scheduledclass", pk) if self.classes else ""

    def series(self, kind: str, pk: int | None) -> str:
        """Return the URL of the fixed schedule or recurring slot ``pk``."""
        if kind == "fixed_schedule":
            return _change("fixedschedule", pk) if self.schedules else ""
        return _change("recurringslot", pk) if self.slots and kind else ""


def links_for(request: HttpRequest) -> Links:
    """Return the links that the user of ``request`` may open."""

    def may(model: str) -> bool:
        user = request.user
        return user.has_perm(f"scheduling.view_{model}") or user.has_perm(
            f"scheduling.change_{model}"
        )

    return Links(
        may("student"),
        may("teacher"),
        may("scheduledclass"),
        may("recurringslot"),
        may("fixedschedule"),
        request.user.has_perm("scheduling.add_lessonsettings"),
        may_run_jobs(request.user),
        lambda permission: request.user.has_perm(f"scheduling.{permission}"),
    )


def may_find_times(user: Any) -> bool:
    """Return whether ``user`` may see the classes and the teachers of the whole studio."""
    return may_see_everyone(user) and bool(user.has_perm("scheduling.view_teacher"))


def listed(model: str, **query: object) -> str:
    """Return the URL of the list of ``model``, filtered by ``query``."""
    return reverse(f"admin:scheduling_{model}_changelist") + "?" + urlencode(query)


def find_time_url(teacher: int | None = None, minutes: int = 60, **query: object) -> str:
    """Return the URL of “Find a time”; with a ``teacher``, of its answer from today on."""
    if teacher is not None:
        query = {
            "who": teacher,
            "minutes": minutes,
            "days": list(range(1, 8)),
            "first": studio_today(),
            "every": 1,
            "weeks": settings.HORIZON_WEEKS,
        } | query
    return f"{reverse('admin:find_time')}?{urlencode(query, doseq=True)}"


def _change(model: str, pk: int | None) -> str:
    return reverse(f"admin:scheduling_{model}_change", args=[pk]) if pk else ""


def series_url(key: SeriesKey) -> str:
    """Return the URL of a series' change page."""
    return _change(key.kind.value.replace("_", ""), key.id)


def class_url(pk: int | None) -> str:
    """Return the URL of a class's change page; empty for None."""
    return _change("scheduledclass", pk)


def sheet_url(kind: str, pk: int, sheet: str = "", day: date | None = None) -> str:
    """Return the URL of a sheet of a teacher, room, student or guardian."""
    query = {"whose": f"{kind}:{pk}"}
    if sheet:
        query["sheet"] = sheet
    if day is not None:
        query["day"] = day.isoformat()
    return f"{reverse('admin:sheets')}?{urlencode(query)}"


def calendar_of(request: HttpRequest) -> str:
    """Return the address of the calendar that led to a form; empty if another page did."""
    try:
        day = date.fromisoformat(request.GET.get(CALENDAR_PARAM, ""))
    except ValueError:
        return ""
    return f"{reverse('admin:calendar')}?date={day}"
