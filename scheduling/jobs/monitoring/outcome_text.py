"""Texts of outcomes in the current language: what a plan would do, what a run did."""

from collections.abc import Mapping

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    ngettext,
    ngettext_lazy,
    npgettext_lazy,
    pgettext_lazy,
)

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun, RunState
from scheduling.text.dates import number_text

# The order in which outcomes are shown.
ORDER = (
    Outcome.ERROR,
    Outcome.INVALID,
    Outcome.CONFLICT,
    Outcome.CREATED,
    Outcome.MOVED,
    Outcome.REMOVED,
    Outcome.CANCELLED,
    Outcome.RESTORED,
    Outcome.CLOSED,
    Outcome.PROTECTED,
    Outcome.NOT_STARTED,
    Outcome.ENDED,
    Outcome.PAUSED,
    Outcome.INACTIVE,
    Outcome.NO_SCHEDULE,
    Outcome.EXISTS,
)
# Beside a number: "34 create".
_PLANNED_LABELS = {
    Outcome.CREATED: pgettext_lazy("beside a number: 34 create", "create"),
    Outcome.MOVED: pgettext_lazy("beside a number: 34 create", "move"),
    Outcome.REMOVED: pgettext_lazy("beside a number: 34 create", "remove"),
    Outcome.CANCELLED: pgettext_lazy("beside a number: 34 create", "cancel"),
    Outcome.RESTORED: pgettext_lazy("beside a number: 34 create", "restore"),
}
# Beside a number. Other languages have a singular and a plural.
_LABELS = {
    Outcome.CREATED: npgettext_lazy("beside a number: 34 created", "created", "created", "n"),
    Outcome.EXISTS: npgettext_lazy(
        "beside a number: 34 created", "as they are", "as they are", "n"
    ),
    Outcome.MOVED: npgettext_lazy("beside a number: 34 created", "moved", "moved", "n"),
    Outcome.REMOVED: npgettext_lazy("beside a number: 34 created", "removed", "removed", "n"),
    Outcome.CANCELLED: npgettext_lazy("beside a number: 34 created", "cancelled", "cancelled", "n"),
    Outcome.RESTORED: npgettext_lazy("beside a number: 34 created", "restored", "restored", "n"),
    Outcome.PROTECTED: npgettext_lazy("beside a number: 34 created", "protected", "protected", "n"),
    Outcome.CONFLICT: npgettext_lazy(
        "beside a number: 34 created", "in conflict", "in conflict", "n"
    ),
    Outcome.CLOSED: npgettext_lazy("beside a number: 34 created", "closed", "closed", "n"),
    Outcome.NOT_STARTED: npgettext_lazy(
        "beside a number: 34 created", "not started", "not started", "n"
    ),
    Outcome.ENDED: npgettext_lazy("beside a number: 34 created", "ended", "ended", "n"),
    Outcome.PAUSED: npgettext_lazy("beside a number: 34 created", "paused", "paused", "n"),
    Outcome.INACTIVE: npgettext_lazy("beside a number: 34 created", "inactive", "inactive", "n"),
    Outcome.NO_SCHEDULE: npgettext_lazy(
        "beside a number: 34 created", "without a schedule", "without a schedule", "n"
    ),
    Outcome.INVALID: npgettext_lazy("beside a number: 34 created", "invalid", "invalid", "n"),
    Outcome.ERROR: npgettext_lazy(
        "beside a number: 34 created", "with an error", "with an error", "n"
    ),
}
# Parts of a sentence that begins with "This would".
_PLAN_PHRASES = {
    Outcome.MOVED: gettext_lazy("move %(n)s"),
    Outcome.REMOVED: gettext_lazy("remove %(n)s"),
    Outcome.CANCELLED: gettext_lazy("cancel %(n)s under a closure"),
    Outcome.RESTORED: gettext_lazy("restore %(n)s"),
}
_RUN_PHRASES = {
    Outcome.MOVED: ngettext_lazy("%(n)s moved", "%(n)s moved", "count"),
    Outcome.REMOVED: ngettext_lazy("%(n)s removed", "%(n)s removed", "count"),
    Outcome.CANCELLED: ngettext_lazy(
        "%(n)s cancelled under a closure", "%(n)s cancelled under a closure", "count"
    ),
    Outcome.RESTORED: ngettext_lazy("%(n)s restored", "%(n)s restored", "count"),
}


def outcome_label(outcome: Outcome, count: int = 1) -> str:
    """Return “created”, to be shown beside ``count``."""
    return str(_LABELS[outcome] % {"n": count})


def planned_label(outcome: Outcome, count: int) -> str:
    """Return “create” for a planned change; otherwise the same as ``outcome_label``."""
    return str(_PLANNED_LABELS.get(outcome) or outcome_label(outcome, count))


def plan_summary(job: Job, counts: Mapping[Outcome, int]) -> str:
    """Return “This would create 34 lessons, move 9 and leave 3 conflicts.”"""
    parts = []
    if n := counts.get(Outcome.CREATED, 0):
        if job == Job.HORIZON:
            text = ngettext("create %(n)s lesson", "create %(n)s lessons", n)
        else:
            text = ngettext("create %(n)s class", "create %(n)s classes", n)
        parts.append(text % {"n": number_text(n)})
    parts += [
        str(text) % {"n": number_text(counts[outcome])}
        for outcome, text in _PLAN_PHRASES.items()
        if counts.get(outcome)
    ]
    conflicts = counts.get(Outcome.CONFLICT, 0)
    if not parts:
        return _nothing(conflicts)
    if conflicts:
        text = ngettext("leave %(n)s conflict", "leave %(n)s conflicts", conflicts)
        parts.append(_sentence(text, conflicts))
    return _("This would %(list)s.") % {"list": get_text_list(parts, _("and"))}


def run_summary(run: JobRun) -> str:
    """Return “21 lessons created and 3 moved; 2 conflicts.” for a run that has ended."""
    counts = {Outcome(name): int(n) for name, n in run.counts.items() if n}
    parts = []
    if n := counts.get(Outcome.CREATED, 0):
        if run.job == Job.HORIZON:
            text = ngettext("%(n)s lesson created", "%(n)s lessons created", n)
        else:
            text = ngettext("%(n)s class created", "%(n)s classes created", n)
        parts.append(_sentence(text, n))
    parts += [
        str(text % {"count": counts[outcome], "n": number_text(counts[outcome])})
        for outcome, text in _RUN_PHRASES.items()
        if counts.get(outcome)
    ]
    is_complete = run.state in (RunState.SUCCEEDED, RunState.PARTIAL)
    nothing = _("nothing was to be done") if is_complete else _("nothing was done")
    done = get_text_list(parts, _("and")) if parts else nothing
    rest = []
    if n := counts.get(Outcome.CONFLICT, 0):
        rest.append(_sentence(ngettext("%(n)s conflict", "%(n)s conflicts", n), n))
    if n := sum(counts.get(outcome, 0) for outcome in FAULTS):
        text = ngettext(
            "%(n)s schedule could not be dealt with", "%(n)s schedules could not be dealt with", n
        )
        rest.append(_sentence(text, n))
    text = "; ".join([done, *rest])
    return f"{text[0].upper()}{text[1:]}."


def undone(run: JobRun) -> str:
    """Return “Undone: 76 of 76 lessons removed.”"""
    created = run.classes_created
    if run.job == Job.HORIZON:
        text = ngettext(
            "Undone: %(gone)s of %(n)s lesson removed.",
            "Undone: %(gone)s of %(n)s lessons removed.",
            created,
        )
    else:
        text = ngettext(
            "Undone: %(gone)s of %(n)s class removed.",
            "Undone: %(gone)s of %(n)s classes removed.",
            created,
        )
    return text % {"gone": number_text(run.classes_undone), "n": number_text(created)}


def removed(run: JobRun, count: int) -> str:
    """Return “76 lessons removed” for classes that ``run`` created."""
    if run.job == Job.HORIZON:
        text = ngettext("%(n)s lesson removed", "%(n)s lessons removed", count)
    else:
        text = ngettext("%(n)s class removed", "%(n)s classes removed", count)
    return text % {"n": number_text(count)}


def title_of(run: JobRun) -> str:
    """Return the state or the result of a run in one sentence."""
    titles = {
        RunState.QUEUED: _("This run waits for its turn."),
        RunState.RUNNING: _("This run is under way."),
        RunState.FAILED: _("This run failed."),
        RunState.CRASHED: _("This run ended before it was over."),
        RunState.CANCELLED: _("This run was cancelled."),
    }
    if title := titles.get(RunState(run.state)):
        return title
    if run.classes_undone:
        return undone(run)
    return run_summary(run) if JOBS[Job(run.job)].generates else _("This run is done.")


def _nothing(conflicts: int) -> str:
    if not conflicts:
        return _("Nothing to do: the calendar matches the schedules.")
    text = ngettext(
        "Nothing to do; %(n)s conflict stays.", "Nothing to do; %(n)s conflicts stay.", conflicts
    )
    return _sentence(text, conflicts)


def _sentence(text: str, n: int) -> str:
    return text % {"n": number_text(n)}
