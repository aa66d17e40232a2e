"""What needs a look: the findings about studio and jobs, with names and where to act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.health import Finding, Health
from scheduling.jobs.lately import Lately
from scheduling.jobs.status import GENERATING
from scheduling.models import JobRunItem, RecurringSlot, RunState
from scheduling.selectors.studio import (
    old_slots,
    orphaned_slots,
    students_without_start,
    teachers_without_settings,
)
from scheduling.services.moments import weekday

from .links import Links, listed

NAMED = 3
# An address has an end; who has more to mend than that begins with these.
MOST = 200
# These keep classes from standing where they should.
SERIOUS = {"overdue_jobs", "stuck_runs", "crashed_runs", "missing_classes_this_week"}


@dataclass(frozen=True, slots=True)
class Concern:
    """A finding; ``names``: the first of whom or what it concerns, each with its address."""

    sentence: str
    suggestion: str
    serious: bool
    names: list[tuple[str, str]]
    more: int
    url: str
    action: str


def concerns(health: Health, links: Links, now: datetime, lately: Lately) -> list[Concern]:
    """A concern for each finding."""
    return [_concern(finding, links, now, lately) for finding in health.findings]


def _concern(finding: Finding, links: Links, now: datetime, lately: Lately) -> Concern:
    detail = _DETAILS.get(finding.name)
    names, url, action = detail(links, now, lately) if detail else ([], "", "")
    # One pair of people may collide every week: their number says nothing about the rest.
    counted = names and finding.name != "unresolved_conflicts"
    more = finding.count - len(names) if counted else 0
    return Concern(
        finding.issue,
        finding.suggestion,
        finding.name in SERIOUS,
        names,
        max(0, more),
        url,
        action,
    )


Detail = tuple[list[tuple[str, str]], str, str]


def _settings(links: Links, now: datetime, lately: Lately) -> Detail:
    rows = teachers_without_settings(now).order_by("name", "id")[:NAMED]
    add = reverse("admin:scheduling_lessonsettings_add")
    names = [
        (row.name, f"{add}?teacher={row.pk}" if links.settings else links.teacher(row.pk))
        for row in rows
    ]
    url = listed("teacher", settings="missing") if links.teachers else ""
    return names, url, _("Show these teachers")


def _orphaned(links: Links, now: datetime, lately: Lately) -> Detail:
    return _slots(orphaned_slots(now), links, _("Review these slots"), "orphaned")


def _old(links: Links, now: datetime, lately: Lately) -> Detail:
    return _slots(old_slots(now), links, _("Review these slots"), "old")


def _slots(slots: QuerySet[RecurringSlot], links: Links, action: str, condition: str) -> Detail:
    rows = slots.select_related("student", "teacher").order_by("booked_at", "id")
    names: list[tuple[str, str]] = [
        (_people(row.student.full_name, row.teacher.name), links.series("recurring_slot", row.pk))
        for row in rows[:NAMED]
    ]
    return names, listed("recurringslot", condition=condition) if links.slots else "", action


def _unstarted(links: Links, now: datetime, lately: Lately) -> Detail:
    rows = students_without_start(now).order_by("last_name", "first_name", "id")[:NAMED]
    names = [(row.full_name, links.student(row.pk)) for row in rows]
    url = listed("student", state="waiting") if links.students else ""
    return names, url, _("Show these students")


def _conflicts(links: Links, now: datetime, lately: Lately) -> Detail:
    runs = [run for job in GENERATING if (run := lately.done(job)) is not None]
    runs = [run for run in runs if run.counts.get(Outcome.CONFLICT.value)]
    if not runs:
        return [], "", ""
    seen: dict[str, str] = {}
    items = JobRunItem.objects.filter(run__in=runs, outcome=Outcome.CONFLICT.value).order_by("id")
    for item in items[:MOST]:
        seen.setdefault(_meeting(item), links.series(item.series_kind, item.series_id))
        if len(seen) == NAMED:
            break
    return list(seen.items()), reverse("admin:conflicts"), _("Resolve conflicts")


def _meeting(item: JobRunItem) -> str:
    """“Sam Vega · Marta Gil, Thursday 17:00”: the same every week."""
    people = _people(item.student_name, item.teacher_name)
    if item.date is None or item.start_time is None:
        return people
    return format_html("{}, {} {}", people, weekday(item.date), f"{item.start_time:%H:%M}")


def _people(*names: str) -> SafeString:
    """Names beside each other: each isolated, for some are written from right to left."""
    return format_html_join(" · ", "<bdi>{}</bdi>", ((name,) for name in names if name))


def _crashed(links: Links, now: datetime, lately: Lately) -> Detail:
    return [], _history(outcome=RunState.CRASHED.value), _("Show these runs")


def _stuck(links: Links, now: datetime, lately: Lately) -> Detail:
    return [], _history(outcome=RunState.RUNNING.value), _("Show these runs")


def _overdue(links: Links, now: datetime, lately: Lately) -> Detail:
    return [], _history(outcome="missed"), _("Show the runs that were missed")


def _missing(links: Links, now: datetime, lately: Lately) -> Detail:
    url = reverse("admin:background_jobs_preview", args=["weekly"]) if links.jobs else ""
    return [], url, _("Preview what would be created")


def _history(**query: str) -> str:
    return f"{reverse('admin:background_jobs')}?{urlencode(query)}#history"


_DETAILS: dict[str, Callable[[Links, datetime, Lately], Detail]] = {
    "teachers_without_settings": _settings,
    "orphaned_slots": _orphaned,
    "old_slots": _old,
    "students_without_start": _unstarted,
    "unresolved_conflicts": _conflicts,
    "crashed_runs": _crashed,
    "stuck_runs": _stuck,
    "overdue_jobs": _overdue,
    "missing_classes_this_week": _missing,
}
