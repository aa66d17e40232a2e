"""The job log as table rows: who started a run, its outcome, notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.display.outcome_badges import LOOKS, state_name
from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.domain.windows import WEEK
from scheduling.jobs.monitoring.history.run_history import HistoryEntry
from scheduling.jobs.monitoring.history.run_timeline import MISSED
from scheduling.models import Job, JobRun, JobRunItem, Trigger
from scheduling.selectors.people import account_names
from scheduling.selectors.runs import began, first_faults
from scheduling.text.dates import (
    duration_text,
    exact_time,
    number_text,
    plain_day,
    when,
    with_dates_written_out,
)
from scheduling.text.reasons import reason_text


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A row of the table."""

    run: JobRun | None
    when: str
    exactly: str
    job: str
    outcome: str
    look: str
    by: str
    created: str
    took: str
    notes: str


def history_rows(rows: Iterable[HistoryEntry], now: datetime) -> list[HistoryRow]:
    """Return the table rows, with two additional queries for names and errors."""
    entries = list(rows)
    runs = [entry.run for entry in entries if entry.run is not None]
    names = account_names(run.triggered_by for run in runs)
    faulty_ids = [run.pk for run in runs if _fault_count(run)]
    faults = first_faults(faulty_ids) if faulty_ids else {}
    return [
        _run_row(entry.run, names, faults.get(entry.run.pk), now)
        if entry.run is not None
        else _missed_row(entry, now)
        for entry in entries
    ]


def by_whom(run: JobRun, names: dict[str, str]) -> str:
    """Return the name of the person who started the run, or else its trigger."""
    person = names.get(run.triggered_by, run.triggered_by)
    if person and run.trigger in (Trigger.ADMIN, Trigger.API, Trigger.CHANGE):
        return person
    return str(Trigger(run.trigger).label)


def notes_of(run: JobRun, fault: JobRunItem | None = None) -> list[str]:
    """Return short notes about everything unusual in a run."""
    notes = []
    if file := run.options.get("file"):
        notes.append(file)
    if run.options.get("days"):
        notes.append(_("after days were closed or opened"))
    elif run.trigger == Trigger.CHANGE:
        notes.append(_("after a schedule was changed"))
    elif not run.is_full:
        notes.append(_("for some people only"))
    if run.is_dated and run.window_start:
        notes.append(_("for %(day)s") % {"day": plain_day(run.window_start)})
    if run.catch_up_from and run.window_start:
        notes.append(_catch_up_note(run))
    if conflicts := int(run.counts.get(Outcome.CONFLICT.value, 0)):
        text = ngettext("%(n)s conflict", "%(n)s conflicts", conflicts)
        notes.append(text % {"n": number_text(conflicts)})
    if count := _fault_count(run):
        notes.append(_fault_note(count, fault))
    if run.undone_at:
        text = ngettext("undone: %(n)s removed", "undone: %(n)s removed", run.classes_undone)
        notes.append(text % {"n": number_text(run.classes_undone)})
    if run.error:
        notes.append(run.error.partition("\n")[0])
    return notes


def _catch_up_note(run: JobRun) -> str:
    assert run.catch_up_from is not None
    assert run.window_start is not None
    weeks = (run.window_start - run.catch_up_from) // WEEK
    text = ngettext(
        "also made the week of %(day)s, which was missed",
        "also made %(n)s weeks from %(day)s on, which were missed",
        weeks,
    )
    return text % {"day": plain_day(run.catch_up_from), "n": weeks}


def _fault_count(run: JobRun) -> int:
    return sum(int(run.counts.get(outcome.value, 0)) for outcome in FAULTS)


def _fault_note(count: int, fault: JobRunItem | None) -> str:
    if fault is None:
        text = ngettext("%(n)s error", "%(n)s errors", count)
        return text % {"n": number_text(count)}
    why = with_dates_written_out(reason_text(fault.code, fault.params))
    first = f"{fault.student_name}: {why}".lstrip(": ")
    if count == 1:
        return first
    return _("%(first)s, and %(n)s more") % {"first": first, "n": number_text(count - 1)}


def _run_row(
    run: JobRun, names: dict[str, str], fault: JobRunItem | None, now: datetime
) -> HistoryRow:
    return HistoryRow(
        run,
        when(began(run), now),
        exact_time(began(run)),
        str(Job(run.job).label),
        state_name(run.state),
        LOOKS[run.state],
        by_whom(run, names),
        number_text(run.classes_created) if run.window_start else "",
        duration_text(run.duration),
        " · ".join(notes_of(run, fault)),
    )


def _missed_row(row: HistoryEntry, now: datetime) -> HistoryRow:
    notes = _("expected and never started")
    if row.first is not None:
        text = _("expected %(n)s times since %(day)s and never started")
        notes = text % {"n": number_text(row.times), "day": when(row.first, now)}
    return HistoryRow(
        None,
        when(row.moment, now),
        exact_time(row.moment),
        str(Job(row.job).label),
        state_name(MISSED),
        LOOKS[MISSED],
        str(Trigger.CRON.label),
        "",
        "",
        notes,
    )
