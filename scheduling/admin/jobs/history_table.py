"""The log's rows in words: by whom, what came of it, and what there is to note."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.outcome_badges import LOOKS, state_name
from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.domain.windows import WEEK
from scheduling.jobs.monitoring.run_history import HistoryEntry
from scheduling.jobs.monitoring.run_timeline import MISSED
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
    """A line of the table."""

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
    """All rows, with two queries for what they need besides."""
    told = list(rows)
    runs = [row.run for row in told if row.run is not None]
    names = account_names(run.triggered_by for run in runs)
    faulty = [run.pk for run in runs if _faults(run)]
    faults = first_faults(faulty) if faulty else {}
    return [
        _row_of(row.run, names, faults.get(row.run.pk), now)
        if row.run is not None
        else _missed_row(row, now)
        for row in told
    ]


def by_whom(run: JobRun, names: dict[str, str]) -> str:
    """A person's name; else what set the run off."""
    person = names.get(run.triggered_by, run.triggered_by)
    if person and run.trigger in (Trigger.ADMIN, Trigger.API, Trigger.CHANGE):
        return person
    return str(Trigger(run.trigger).label)


def notes_of(run: JobRun, fault: JobRunItem | None = None) -> list[str]:
    """What is out of the ordinary about a run, a few words each."""
    notes = []
    if run.options.get("days"):
        notes.append(_("after days were closed or opened"))
    elif run.trigger == Trigger.CHANGE:
        notes.append(_("after a schedule was changed"))
    elif not run.is_full:
        notes.append(_("for some people alone"))
    if run.is_dated and run.window_start:
        notes.append(_("for %(day)s") % {"day": plain_day(run.window_start)})
    if run.catch_up_from and run.window_start:
        notes.append(_caught_up(run))
    if conflicts := int(run.counts.get(Outcome.CONFLICT.value, 0)):
        text = ngettext("%(n)s conflict", "%(n)s conflicts", conflicts)
        notes.append(text % {"n": number_text(conflicts)})
    if count := _faults(run):
        notes.append(_faulty(count, fault))
    if run.undone_at:
        text = ngettext("undone: %(n)s removed", "undone: %(n)s removed", run.classes_undone)
        notes.append(text % {"n": number_text(run.classes_undone)})
    if run.error:
        notes.append(run.error.partition("\n")[0])
    return notes


def _caught_up(run: JobRun) -> str:
    assert run.catch_up_from is not None
    assert run.window_start is not None
    weeks = (run.window_start - run.catch_up_from) // WEEK
    text = ngettext(
        "also made the week of %(day)s, which was missed",
        "also made %(n)s weeks from %(day)s on, which were missed",
        weeks,
    )
    return text % {"day": plain_day(run.catch_up_from), "n": weeks}


def _faults(run: JobRun) -> int:
    return sum(int(run.counts.get(outcome.value, 0)) for outcome in FAULTS)


def _faulty(count: int, fault: JobRunItem | None) -> str:
    if fault is None:
        text = ngettext("%(n)s error", "%(n)s errors", count)
        return text % {"n": number_text(count)}
    why = with_dates_written_out(reason_text(fault.code, fault.params))
    first = f"{fault.student_name}: {why}".lstrip(": ")
    if count == 1:
        return first
    return _("%(first)s, and %(n)s more") % {"first": first, "n": number_text(count - 1)}


def _row_of(
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
