"""Outcomes in words: what a plan would do, what a run did, in the current language."""

from collections.abc import Mapping

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.models import Job, JobRun, RunState
from scheduling.services.moments import number

from .registry import JOBS

# In the order in which people want to know.
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
WOULD = {
    Outcome.CREATED: pgettext_lazy("beside a number: 34 create", "create"),
    Outcome.MOVED: pgettext_lazy("beside a number: 34 create", "move"),
    Outcome.REMOVED: pgettext_lazy("beside a number: 34 create", "remove"),
    Outcome.CANCELLED: pgettext_lazy("beside a number: 34 create", "cancel"),
    Outcome.RESTORED: pgettext_lazy("beside a number: 34 create", "restore"),
}
DID = {
    Outcome.CREATED: pgettext_lazy("beside a number: 34 created", "created"),
    Outcome.EXISTS: pgettext_lazy("beside a number: 34 created", "as they are"),
    Outcome.MOVED: pgettext_lazy("beside a number: 34 created", "moved"),
    Outcome.REMOVED: pgettext_lazy("beside a number: 34 created", "removed"),
    Outcome.CANCELLED: pgettext_lazy("beside a number: 34 created", "cancelled"),
    Outcome.RESTORED: pgettext_lazy("beside a number: 34 created", "restored"),
    Outcome.PROTECTED: pgettext_lazy("beside a number: 34 created", "protected"),
    Outcome.CONFLICT: pgettext_lazy("beside a number: 34 created", "in conflict"),
    Outcome.CLOSED: pgettext_lazy("beside a number: 34 created", "closed"),
    Outcome.NOT_STARTED: pgettext_lazy("beside a number: 34 created", "not started"),
    Outcome.ENDED: pgettext_lazy("beside a number: 34 created", "ended"),
    Outcome.PAUSED: pgettext_lazy("beside a number: 34 created", "paused"),
    Outcome.INACTIVE: pgettext_lazy("beside a number: 34 created", "inactive"),
    Outcome.NO_SCHEDULE: pgettext_lazy("beside a number: 34 created", "without a schedule"),
    Outcome.INVALID: pgettext_lazy("beside a number: 34 created", "invalid"),
    Outcome.ERROR: pgettext_lazy("beside a number: 34 created", "with an error"),
}
# Of a sentence that begins with "This would".
_WOULD_DO = {
    Outcome.MOVED: gettext_lazy("move %(n)s"),
    Outcome.REMOVED: gettext_lazy("remove %(n)s"),
    Outcome.CANCELLED: gettext_lazy("cancel %(n)s under a closure"),
    Outcome.RESTORED: gettext_lazy("restore %(n)s"),
}
_HAS_DONE = {
    Outcome.MOVED: gettext_lazy("%(n)s moved"),
    Outcome.REMOVED: gettext_lazy("%(n)s removed"),
    Outcome.CANCELLED: gettext_lazy("%(n)s cancelled under a closure"),
    Outcome.RESTORED: gettext_lazy("%(n)s restored"),
}


def would_do(job: Job, counts: Mapping[Outcome, int]) -> str:
    """“This would create 34 lessons, move 9 and leave 3 conflicts.”"""
    parts = []
    if n := counts.get(Outcome.CREATED, 0):
        if job == Job.HORIZON:
            text = ngettext("create %(n)s lesson", "create %(n)s lessons", n)
        else:
            text = ngettext("create %(n)s class", "create %(n)s classes", n)
        parts.append(text % {"n": number(n)})
    parts += [
        str(text) % {"n": number(counts[outcome])}
        for outcome, text in _WOULD_DO.items()
        if counts.get(outcome)
    ]
    conflicts = counts.get(Outcome.CONFLICT, 0)
    if not parts:
        return _nothing(conflicts)
    if conflicts:
        text = ngettext("leave %(n)s conflict", "leave %(n)s conflicts", conflicts)
        parts.append(_told(text, conflicts))
    return _("This would %(list)s.") % {"list": get_text_list(parts, _("and"))}


def has_done(run: JobRun) -> str:
    """“21 lessons created and 3 moved; 2 conflicts.” What a run that is over came to."""
    counts = {Outcome(name): int(n) for name, n in run.counts.items() if n}
    parts = []
    if n := counts.get(Outcome.CREATED, 0):
        if run.job == Job.HORIZON:
            text = ngettext("%(n)s lesson created", "%(n)s lessons created", n)
        else:
            text = ngettext("%(n)s class created", "%(n)s classes created", n)
        parts.append(_told(text, n))
    parts += [
        _told(str(text), counts[outcome])
        for outcome, text in _HAS_DONE.items()
        if counts.get(outcome)
    ]
    done = get_text_list(parts, _("and")) if parts else _("nothing was to be done")
    rest = []
    if n := counts.get(Outcome.CONFLICT, 0):
        rest.append(_told(ngettext("%(n)s conflict", "%(n)s conflicts", n), n))
    if n := sum(counts.get(outcome, 0) for outcome in FAULTS):
        text = ngettext(
            "%(n)s schedule could not be dealt with", "%(n)s schedules could not be dealt with", n
        )
        rest.append(_told(text, n))
    told = "; ".join([done, *rest])
    return f"{told[0].upper()}{told[1:]}."


def title_of(run: JobRun) -> str:
    """What became of a run, in one sentence."""
    titles = {
        RunState.QUEUED: _("This run waits for its turn."),
        RunState.RUNNING: _("This run is under way."),
        RunState.FAILED: _("This run failed."),
        RunState.CRASHED: _("This run ended before it was over."),
        RunState.CANCELLED: _("This run was cancelled."),
    }
    if title := titles.get(RunState(run.state)):
        return title
    return has_done(run) if JOBS[Job(run.job)].generates else _("This run is done.")


def _nothing(conflicts: int) -> str:
    if not conflicts:
        return _("Nothing to do: everything stands as the schedules want it.")
    text = ngettext(
        "Nothing to do; %(n)s conflict stays.", "Nothing to do; %(n)s conflicts stay.", conflicts
    )
    return _told(text, conflicts)


def _told(text: str, n: int) -> str:
    return text % {"n": number(n)}
