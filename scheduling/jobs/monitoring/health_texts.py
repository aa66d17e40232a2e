"""The texts of health findings: the issue, and the suggestion for solving it."""

from collections.abc import Collection
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from scheduling.jobs.schedule.registry import GENERATING
from scheduling.models import Job
from scheduling.text.dates import number_text, when

from .callers import Callers

# The issue and the suggestion of each finding, in the order in which findings are listed. Findings
# of the contract's indicators have the indicator's name.
ISSUES: dict[str, tuple[Promise, Promise]] = {
    "overdue_jobs": (
        ngettext_lazy("%(n)s job is late.", "%(n)s jobs are late.", "count"),
        gettext_lazy("Check that cron is running, and run generate_classes."),
    ),
    "old_backup": (
        ngettext_lazy(
            "The last backup is %(n)s day old.", "The last backup is %(n)s days old.", "count"
        ),
        gettext_lazy("Check the timer that starts manage.py backup_database."),
    ),
    "stuck_runs": (
        ngettext_lazy("%(n)s run has stalled.", "%(n)s runs have stalled.", "count"),
        gettext_lazy("The next run takes its place; look at its server if it happens again."),
    ),
    "crashed_runs": (
        ngettext_lazy(
            "%(n)s run crashed since the last success.",
            "%(n)s runs crashed since the last success.",
            "count",
        ),
        gettext_lazy("Run generate_classes again: it completes what was left."),
    ),
    "missing_classes": (
        gettext_lazy("More than %(n)s classes are missing or clash."),
        gettext_lazy("Generate them now."),
    ),
    "missing_classes_this_week": (
        ngettext_lazy(
            "%(n)s class of this week is missing.",
            "%(n)s classes of this week are missing.",
            "count",
        ),
        gettext_lazy("Generate them now."),
    ),
    "missing_classes_later": (
        ngettext_lazy(
            "%(n)s class of the weeks ahead is missing.",
            "%(n)s classes of the weeks ahead are missing.",
            "count",
        ),
        gettext_lazy("Generate them now."),
    ),
    "unresolved_conflicts": (
        ngettext_lazy(
            "%(n)s clash of lessons to resolve.", "%(n)s clashes of lessons to resolve.", "count"
        ),
        gettext_lazy("Move, share or pause one of the two; the next run tries again."),
    ),
    "not_called": (
        gettext_lazy("Nothing runs by itself yet."),
        gettext_lazy(
            "Install the cron entries (manage.py install_cron), or keep manage.py run_scheduler "
            "running."
        ),
    ),
    "unmarked_lessons": (
        ngettext_lazy("%(n)s lesson is not marked.", "%(n)s lessons are not marked.", "count"),
        gettext_lazy("Mark who came."),
    ),
    "no_marks": (
        gettext_lazy("No lesson has been marked yet."),
        gettext_lazy("Mark who came, or set the days to mark attendance to 0 under Settings."),
    ),
    "orphaned_slots": (
        ngettext_lazy(
            "%(n)s active slot belongs to someone who has left.",
            "%(n)s active slots belong to people who have left.",
            "count",
        ),
        gettext_lazy("Cancel these slots, or make the teacher or the student active again."),
    ),
    "teachers_without_settings": (
        ngettext_lazy(
            "%(n)s teacher has slots but no lesson settings.",
            "%(n)s teachers have slots but no lesson settings.",
            "count",
        ),
        gettext_lazy("Add durations and prices on the teacher's lesson settings."),
    ),
    "old_slots": (
        ngettext_lazy(
            "%(n)s slot was booked more than six months ago.",
            "%(n)s slots were booked more than six months ago.",
            "count",
        ),
        gettext_lazy("Ask whether they are still wanted."),
    ),
    "students_without_start": (
        ngettext_lazy(
            "%(n)s student has a schedule but no start date.",
            "%(n)s students have a schedule but no start date.",
            "count",
        ),
        gettext_lazy("Set the start date: there are no classes without one."),
    ),
}


def issue(name: str, count: int) -> str:
    """Return the issue of a finding in the current language."""
    text, _suggestion = ISSUES[name]
    return str(text % {"n": number_text(count), "count": count})


def suggestion(name: str) -> str:
    """Return the suggestion of a finding in the current language."""
    return str(ISSUES[name][1])


def not_called(jobs: Collection[Job], now: datetime, callers: Callers) -> tuple[str, str]:
    """Return issue and suggestion of the finding that nothing starts ``jobs``."""
    advice = suggestion("not_called")
    if callers.last_call is None:
        return issue("not_called", len(jobs)), advice
    if callers.only_lessons_called:
        text = _(
            "Only the lessons of the next weeks are generated automatically; this week’s fixed "
            "schedules, reminders and alerts need /api/cron/tick."
        )
        return text, _("Let the service call that address instead: docs/cron.md.")
    if not any(callers.starts(job) for job in GENERATING):
        text = _("Nothing has run by itself since %(when)s.")
        return text % {"when": when(callers.last_call, now)}, advice
    return _("“%(job)s” does not run by itself.") % {"job": next(iter(jobs)).label}, advice


def crashed_suggestion(jobs: Collection[str]) -> str:
    """Return the suggestion after runs of ``jobs`` crashed.

    The job "missing" has its own sentence: no scheduled run completes its work.
    """
    sentences = []
    if set(jobs) != {Job.MISSING.value}:
        sentences.append(_("Run generate_classes again: it completes what was left."))
    if Job.MISSING in jobs:
        sentences.append(_("Run generate_classes --only missing: it completes what was left."))
    return " ".join(sentences)
