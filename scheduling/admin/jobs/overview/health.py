"""The health findings about studio and jobs, with names and links to act on them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import Links, listed
from scheduling.domain.planning.resolve import Conflict
from scheduling.domain.planning.rule_conflicts import blocked_series, group_by_rules
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

MAX_NAMES = 3
# Findings because of which classes are missing.
SERIOUS = {
    "overdue_jobs",
    "stuck_runs",
    "crashed_runs",
    "missing_classes",
    "missing_classes_this_week",
}

# The names of the people or rows that a finding is about, each with its URL.
NamedLinks = list[tuple[str, str]]
# The URL of a page on which to act, and the link's text.
ActionLink = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HealthConcern:
    """A finding with the first ``names`` that it is about and the number of further ones."""

    sentence: str
    suggestion: str
    serious: bool
    names: NamedLinks
    more: int
    url: str
    action: str


def health_concerns(
    health: Health, links: Links, now: datetime, cover: Coverage
) -> list[HealthConcern]:
    """Return a concern for each finding."""
    return [_concern(finding, links, now, cover) for finding in health.findings]


def may_act(name: str, links: Links) -> bool:
    """Return whether the user may follow the advice about the finding ``name``."""
    return links.may(_PERMISSIONS.get(name, "run_jobs"))


def action_of(statement: Statement, links: Links, cover: Coverage) -> ActionLink:
    """Return the link to act on ``statement``; empty without a page that the user may open."""
    if statement.run is not None:
        return reverse("admin:background_jobs_run", args=[statement.run.pk]), _("Show the run")
    return _action(statement.name, links, cover)


def _concern(finding: HealthFinding, links: Links, now: datetime, cover: Coverage) -> HealthConcern:
    find_names = _NAMES.get(finding.name)
    names = find_names(links, now, cover) if find_names else []
    # A series may be in several clashes, so their count doesn't tell the number of further names.
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


def _action(name: str, links: Links, cover: Coverage) -> ActionLink:
    make_link = _ACTION_LINKS.get(name)
    return make_link(links, cover) if make_link else ("", "")


def _settings(links: Links, now: datetime, cover: Coverage) -> NamedLinks:
    rows = teachers_without_settings(now).order_by("name", "id")[:MAX_NAMES]
    add = reverse("admin:scheduling_lessonsettings_add")
    return [
        (row.name, f"{add}?teacher={row.pk}" if links.settings else links.teacher(row.pk))
        for row in rows
    ]


def _orphaned(links: Links, now: datetime, cover: Coverage) -> NamedLinks:
    return _slots(orphaned_slots(now), links)


def _old(links: Links, now: datetime, cover: Coverage) -> NamedLinks:
    return _slots(old_slots(now), links)


def _slots(slots: QuerySet[RecurringSlot], links: Links) -> NamedLinks:
    rows = slots.select_related("student", "teacher").order_by("booked_at", "id")
    return [
        (_people(row.student.full_name, row.teacher.name), links.series("recurring_slot", row.pk))
        for row in rows[:MAX_NAMES]
    ]


def _unstarted(links: Links, now: datetime, cover: Coverage) -> NamedLinks:
    rows = students_without_start(now).order_by("last_name", "first_name", "id")[:MAX_NAMES]
    return [(row.full_name, links.student(row.pk)) for row in rows]


def _conflicts(links: Links, now: datetime, cover: Coverage) -> NamedLinks:
    first: dict[SeriesKey, Conflict] = {}
    for group in group_by_rules(cover.conflicts):
        key = blocked_series(group)
        mine = next(conflict for conflict in group if conflict.planned.series.key == key)
        first.setdefault(key, mine)
    shown = list(first.values())[:MAX_NAMES]
    all_series = [conflict.planned.series for conflict in shown]
    names = PersonNames(
        [series.student_id for series in all_series], [series.teacher_id for series in all_series]
    )
    return [
        (
            _conflict_name(conflict, names),
            reverse("admin:rule_conflict", args=conflict.planned.series.key)
            if links.classes
            else "",
        )
        for conflict in shown
    ]


def _conflict_name(conflict: Conflict, names: PersonNames) -> str:
    """Return “Sam Vega · Marta Gil, Thursday 17:00”."""
    series = conflict.planned.series
    people = _people(names.student(series.student_id), names.teacher(series.teacher_id))
    day = weekday(conflict.planned.day)
    return format_html("{}, {} {}", people, day, f"{series.start_time:%H:%M}")


def _people(*names: str) -> SafeString:
    """Join names, each isolated, because some are written from right to left."""
    return format_html_join(" · ", "<bdi>{}</bdi>", ((name,) for name in names if name))


_NAMES: dict[str, Callable[[Links, datetime, Coverage], NamedLinks]] = {
    "teachers_without_settings": _settings,
    "orphaned_slots": _orphaned,
    "old_slots": _old,
    "students_without_start": _unstarted,
    "unresolved_conflicts": _conflicts,
}


# The permission to act on a finding; by default run_jobs.
_PERMISSIONS = {
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


def _runs(links: Links, cover: Coverage, state: str) -> ActionLink:
    return _history(outcome=state), _("Show these runs")


def _review(links: Links, condition: str) -> ActionLink:
    url = listed("recurringslot", condition=condition) if links.slots else ""
    return url, _("Review these slots") if may_act(f"{condition}_slots", links) else _(
        "Show these slots"
    )


def _preview(links: Links, job: Job) -> ActionLink:
    url = reverse("admin:background_jobs_preview", args=[job.value]) if links.jobs else ""
    return url, _("Preview what would be created")


def _missing(links: Links, cover: Coverage) -> ActionLink:
    """Return a link to the preview of the job with the earliest missing class."""
    first = min(cover.missing, key=lambda job_and_day: job_and_day[1], default=(Job.HORIZON, None))
    return _preview(links, first[0])


def _unmarked(links: Links, cover: Coverage) -> ActionLink:
    url = listed("scheduledclass", when="all", attendance="overdue") if links.classes else ""
    return url, _("Show these lessons")


_ACTION_LINKS: dict[str, Callable[[Links, Coverage], ActionLink]] = {
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
    """A number of the studio; ``wrong`` if it should be zero and is not."""

    name: str
    value: str
    wrong: bool


# Indicators that need planning, which a page may cut short.
PLANNED = ("missing_classes_this_week", "unresolved_conflicts")


def indicators(health: Health, is_complete: bool) -> list[Indicator]:
    """Return the indicators in the API's order; ``is_complete``: planning was not cut short."""
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
        "unresolved_conflicts": _("Lessons that clash"),
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
