"""What needs attention: the findings about studio and jobs, with names and where to act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from scheduling.admin.core.links import Links, listed
from scheduling.domain.planning.resolve import Conflict
from scheduling.domain.series import SeriesKey
from scheduling.jobs.monitoring.coverage import Coverage
from scheduling.jobs.monitoring.health import Health, HealthFinding
from scheduling.jobs.monitoring.status import Statement
from scheduling.jobs.runs.result_lines import PersonNames
from scheduling.models import Job, RecurringSlot, RunState
from scheduling.selectors.data_quality import (
    old_slots,
    orphaned_slots,
    students_without_start,
    teachers_without_settings,
)
from scheduling.text.dates import number_text, weekday

NAMED = 3
# These keep classes from standing where they should.
SERIOUS = {
    "overdue_jobs",
    "stuck_runs",
    "crashed_runs",
    "missing_classes",
    "missing_classes_this_week",
}

# Whom or what a finding concerns, each with its address.
Named = list[tuple[str, str]]
# Where a person acts on it, and what the link says.
Way = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HealthConcern:
    """A finding; ``names``: the first of whom or what it concerns, each with its address."""

    sentence: str
    suggestion: str
    serious: bool
    names: Named
    more: int
    url: str
    action: str


def health_concerns(
    health: Health, links: Links, now: datetime, cover: Coverage
) -> list[HealthConcern]:
    """A concern for each finding."""
    return [_concern(finding, links, now, cover) for finding in health.findings]


def may_act(name: str, links: Links) -> bool:
    """Whether the reader may do what the advice about ``name`` says."""
    return links.may(_ACTS.get(name, "run_jobs"))


def action_of(statement: Statement, links: Links, cover: Coverage) -> Way:
    """Where a person acts on ``statement``; empty where there is no such page for the reader."""
    if statement.run is not None:
        return reverse("admin:background_jobs_run", args=[statement.run.pk]), _("Show the run")
    return _action(statement.name, links, cover)


def _concern(finding: HealthFinding, links: Links, now: datetime, cover: Coverage) -> HealthConcern:
    name_them = _NAMES.get(finding.name)
    names = name_them(links, now, cover) if name_them else []
    # One pair of people may collide every week: their number says nothing about the rest.
    counted = names and finding.name != "unresolved_conflicts"
    more = finding.count - len(names) if counted else 0
    return HealthConcern(
        finding.issue,
        finding.suggestion if may_act(finding.name, links) else "",
        finding.name in SERIOUS,
        names,
        max(0, more),
        *_action(finding.name, links, cover),
    )


def _action(name: str, links: Links, cover: Coverage) -> Way:
    way = _WAYS.get(name)
    return way(links, cover) if way else ("", "")


def _settings(links: Links, now: datetime, cover: Coverage) -> Named:
    rows = teachers_without_settings(now).order_by("name", "id")[:NAMED]
    add = reverse("admin:scheduling_lessonsettings_add")
    return [
        (row.name, f"{add}?teacher={row.pk}" if links.settings else links.teacher(row.pk))
        for row in rows
    ]


def _orphaned(links: Links, now: datetime, cover: Coverage) -> Named:
    return _slots(orphaned_slots(now), links)


def _old(links: Links, now: datetime, cover: Coverage) -> Named:
    return _slots(old_slots(now), links)


def _slots(slots: QuerySet[RecurringSlot], links: Links) -> Named:
    rows = slots.select_related("student", "teacher").order_by("booked_at", "id")
    return [
        (_people(row.student.full_name, row.teacher.name), links.series("recurring_slot", row.pk))
        for row in rows[:NAMED]
    ]


def _unstarted(links: Links, now: datetime, cover: Coverage) -> Named:
    rows = students_without_start(now).order_by("last_name", "first_name", "id")[:NAMED]
    return [(row.full_name, links.student(row.pk)) for row in rows]


def _conflicts(links: Links, now: datetime, cover: Coverage) -> Named:
    first: dict[SeriesKey, Conflict] = {}
    for one in sorted(cover.conflicts, key=lambda one: one.planned.starts):
        first.setdefault(one.planned.series.key, one)
    shown = list(first.values())[:NAMED]
    series = [one.planned.series for one in shown]
    names = PersonNames([one.student_id for one in series], [one.teacher_id for one in series])
    return [(_meeting(one, names), links.series(*one.planned.series.key)) for one in shown]


def _meeting(conflict: Conflict, names: PersonNames) -> str:
    """“Sam Vega · Marta Gil, Thursday 17:00”: the same every week."""
    series = conflict.planned.series
    people = _people(names.student(series.student_id), names.teacher(series.teacher_id))
    day = weekday(conflict.planned.day)
    return format_html("{}, {} {}", people, day, f"{series.start_time:%H:%M}")


def _people(*names: str) -> SafeString:
    """Names beside each other: each isolated, for some are written from right to left."""
    return format_html_join(" · ", "<bdi>{}</bdi>", ((name,) for name in names if name))


_NAMES: dict[str, Callable[[Links, datetime, Coverage], Named]] = {
    "teachers_without_settings": _settings,
    "orphaned_slots": _orphaned,
    "old_slots": _old,
    "students_without_start": _unstarted,
    "unresolved_conflicts": _conflicts,
}


# The permission to act on a finding; of those that are not here, to run jobs.
_ACTS = {
    "unresolved_conflicts": "change_scheduledclass",
    "unmarked_lessons": "change_scheduledclass",
    "no_marks": "change_scheduledclass",
    "orphaned_slots": "change_recurringslot",
    "old_slots": "change_recurringslot",
    "teachers_without_settings": "add_lessonsettings",
    "students_without_start": "change_student",
}


def _history(**query: str) -> str:
    return f"{reverse('admin:background_jobs')}?{urlencode(query)}#history"


def _runs(links: Links, cover: Coverage, state: str) -> Way:
    return _history(outcome=state), _("Show these runs")


def _review(links: Links, condition: str) -> Way:
    url = listed("recurringslot", condition=condition) if links.slots else ""
    return url, _("Review these slots") if may_act(f"{condition}_slots", links) else _(
        "Show these slots"
    )


def _preview(links: Links, job: Job) -> Way:
    url = reverse("admin:background_jobs_preview", args=[job.value]) if links.jobs else ""
    return url, _("Preview what would be created")


def _missing(links: Links, cover: Coverage) -> Way:
    """The job that makes what is due first."""
    first = min(cover.missing, key=lambda one: one[1], default=(Job.HORIZON, None))
    return _preview(links, first[0])


def _unmarked(links: Links, cover: Coverage) -> Way:
    url = listed("scheduledclass", when="all", attendance="overdue") if links.classes else ""
    return url, _("Show these lessons")


_WAYS: dict[str, Callable[[Links, Coverage], Way]] = {
    "overdue_jobs": lambda links, cover: (
        _history(outcome="missed"),
        _("Show the runs that were missed"),
    ),
    "stuck_runs": lambda links, cover: _runs(links, cover, RunState.RUNNING.value),
    "crashed_runs": lambda links, cover: _runs(links, cover, RunState.CRASHED.value),
    "missing_classes": _missing,
    "missing_classes_this_week": _missing,
    "missing_classes_later": lambda links, cover: _preview(links, Job.HORIZON),
    "unresolved_conflicts": lambda links, cover: (
        reverse("admin:conflicts") if links.classes else "",
        _("Resolve conflicts")
        if may_act("unresolved_conflicts", links)
        else _("Show these lessons"),
    ),
    "not_called": lambda links, cover: (
        f"{reverse('admin:background_jobs')}#by-itself" if links.jobs else "",
        _("How to make it run by itself"),
    ),
    "unmarked_lessons": _unmarked,
    "no_marks": _unmarked,
    "orphaned_slots": lambda links, cover: _review(links, "orphaned"),
    "old_slots": lambda links, cover: _review(links, "old"),
    "teachers_without_settings": lambda links, cover: (
        listed("teacher", settings="missing") if links.teachers else "",
        _("Show these teachers"),
    ),
    "students_without_start": lambda links, cover: (
        listed("student", state="waiting") if links.students else "",
        _("Show these students"),
    ),
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """``wrong``: it should be nought and is not."""

    name: str
    value: str
    wrong: bool


# Counted by planning, which a page does not do without end.
PLANNED = ("missing_classes_this_week", "unresolved_conflicts")


def indicators(health: Health, is_complete: bool) -> list[Indicator]:
    """In the order of the contract. ``is_complete``: whether all was planned."""
    wrong = {finding.name for finding in health.findings}
    if not is_complete:
        wrong.update(PLANNED)
    names = {
        "active_teachers": _("Active teachers"),
        "active_students": _("Active students"),
        "active_recurring_slots": _("Active recurring slots"),
        "teachers_without_settings": _("Teachers with slots but no lesson settings"),
        "orphaned_slots": _("Slots of people who have left"),
        "old_slots": _("Slots older than six months"),
        "missing_classes_this_week": _("Classes missing this week"),
        "unresolved_conflicts": _("Unresolved conflicts"),
        "overdue_jobs": _("Late jobs"),
        "crashed_runs": _("Crashed runs since the last success"),
        "stuck_runs": _("Stalled runs"),
    }
    found = []
    for name, value in health.indicators.items():
        text = number_text(value)
        if name in PLANNED and not is_complete:
            text = _("too many to count here; see the preview")
        found.append(Indicator(names.get(name, name), text, name in wrong))
    return found
