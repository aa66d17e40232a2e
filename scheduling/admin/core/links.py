"""URLs of the rows that a page mentions, as far as the user may open them."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from scheduling.domain.series import SeriesKey

from .permissions import may_run_jobs


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


def listed(model: str, **query: object) -> str:
    """Return the URL of the list of ``model``, filtered by ``query``."""
    return reverse(f"admin:scheduling_{model}_changelist") + "?" + urlencode(query)


def _change(model: str, pk: int | None) -> str:
    return reverse(f"admin:scheduling_{model}_change", args=[pk]) if pk else ""


def series_url(key: SeriesKey) -> str:
    """Return the URL of a series' change page."""
    return _change(key.kind.value.replace("_", ""), key.id)


def class_url(pk: int | None) -> str:
    """Return the URL of a class's change page; empty for None."""
    return _change("scheduledclass", pk)
