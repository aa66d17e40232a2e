"""Sentences about the plan of a change, in the current language."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy, pgettext

from scheduling.domain.outcomes import CHANGES, FAULTS, Outcome
from scheduling.jobs.monitoring.outcome_text import planned_label
from scheduling.jobs.runs.result_lines import ResultLine

# The codes of lines about a class that another teacher gives. Their outcome is a move.
SUBSTITUTED = "substituted"
GIVEN_BACK = "given_back"


def kind_of_line(line: ResultLine) -> Outcome | str:
    """Return what a plan shows together: the outcome, or the code of a change of teachers."""
    return line.code if line.code in (SUBSTITUTED, GIVEN_BACK) else line.outcome


def hand_over_label(code: str) -> str:
    """Return “with a substitute”, to be shown beside a number; empty for any other code."""
    labels = {
        SUBSTITUTED: pgettext("beside a number: 34 create", "with a substitute"),
        GIVEN_BACK: pgettext("beside a number: 34 create", "back with the regular teacher"),
    }
    return labels.get(code, "")


def planned_text(lines: Iterable[ResultLine]) -> str:
    """Return “This would move 12 classes, remove 3 and create 1.”, with protected and conflicts."""
    counts = Counter(map(kind_of_line, lines))
    parts = []
    if n := counts[SUBSTITUTED]:
        text = ngettext("give %(n)d class to a substitute", "give %(n)d classes to substitutes", n)
        parts.append(text % {"n": n})
    if n := counts[GIVEN_BACK]:
        text = ngettext(
            "give %(n)d class back to its teacher", "give %(n)d classes back to their teachers", n
        )
        parts.append(text % {"n": n})
    if n := counts[Outcome.MOVED]:
        parts.append(ngettext("move %(n)d class", "move %(n)d classes", n) % {"n": n})
    if n := counts[Outcome.REMOVED]:
        parts.append(ngettext("remove %(n)d class", "remove %(n)d classes", n) % {"n": n})
    if n := counts[Outcome.CANCELLED]:
        parts.append(ngettext("cancel %(n)d class", "cancel %(n)d classes", n) % {"n": n})
    if n := counts[Outcome.RESTORED]:
        parts.append(ngettext("restore %(n)d class", "restore %(n)d classes", n) % {"n": n})
    if n := counts[Outcome.CREATED]:
        parts.append(ngettext("create %(n)d class", "create %(n)d classes", n) % {"n": n})
    if parts:
        text = _("This would %(list)s.") % {"list": get_text_list(parts, _("and"))}
    else:
        text = _("No existing or upcoming class would change.")
    return " ".join([text, *_unchanged_texts(counts)])


_SECTIONS: dict[Outcome | str, Any] = {
    SUBSTITUTED: ngettext_lazy(
        "%(n)d class is given by a substitute", "%(n)d classes are given by substitutes", "n"
    ),
    GIVEN_BACK: ngettext_lazy(
        "%(n)d class goes back to its teacher", "%(n)d classes go back to their teachers", "n"
    ),
    Outcome.CREATED: ngettext_lazy("%(n)d class is created", "%(n)d classes are created", "n"),
    Outcome.MOVED: ngettext_lazy("%(n)d class is moved", "%(n)d classes are moved", "n"),
    Outcome.REMOVED: ngettext_lazy("%(n)d class is removed", "%(n)d classes are removed", "n"),
    Outcome.CANCELLED: ngettext_lazy(
        "%(n)d class is cancelled", "%(n)d classes are cancelled", "n"
    ),
    Outcome.RESTORED: ngettext_lazy("%(n)d class is restored", "%(n)d classes are restored", "n"),
    Outcome.PROTECTED: ngettext_lazy(
        "%(n)d class stays, as a person changed it",
        "%(n)d classes stay, as a person changed them",
        "n",
    ),
    Outcome.CONFLICT: ngettext_lazy(
        "%(n)d class clashes with another lesson", "%(n)d classes clash with other lessons", "n"
    ),
}


def section_title(kind: Outcome | str, count: int) -> str:
    """Return “12 classes are created”; for an error its label, such as “2 errors”."""
    text = _SECTIONS.get(kind)
    if text is None:
        return f"{count} {planned_label(Outcome(kind), count)}"
    return str(text % {"n": count})


def done_text(lines: Iterable[ResultLine]) -> str:
    """Return “Done. Classes: 12 moved, 3 removed.”, with protected and conflicts."""
    counts = Counter(map(kind_of_line, lines))
    texts: dict[Outcome | str, str] = {
        SUBSTITUTED: _("%(n)d with a substitute"),
        GIVEN_BACK: _("%(n)d back with the regular teacher"),
        Outcome.MOVED: _("%(n)d moved"),
        Outcome.REMOVED: _("%(n)d removed"),
        Outcome.CANCELLED: _("%(n)d cancelled"),
        Outcome.RESTORED: _("%(n)d restored"),
        Outcome.CREATED: _("%(n)d created"),
    }
    parts = [text % {"n": n} for outcome, text in texts.items() if (n := counts[outcome])]
    text = _("Done. Classes: %(changes)s.") % {"changes": ", ".join(parts)} if parts else _("Done.")
    return " ".join([text, *_unchanged_texts(counts)])


def in_background_text(lines: Iterable[ResultLine]) -> str:
    """Return “Saved. 12 classes follow in the background.”, with protected and conflicts."""
    counts = Counter(map(kind_of_line, lines))
    n = sum(counts[outcome] for outcome in CHANGES)
    text = ngettext(
        "Saved. %(n)d class follows in the background.",
        "Saved. %(n)d classes follow in the background.",
        n,
    )
    return " ".join([text % {"n": n}, *_unchanged_texts(counts)])


def _unchanged_texts(counts: Counter[Outcome | str]) -> list[str]:
    parts = []
    if n := counts[Outcome.PROTECTED]:
        text = ngettext(
            "%(n)d class keeps your changes.",
            "%(n)d classes keep your changes.",
            n,
        )
        parts.append(text % {"n": n})
    if n := counts[Outcome.CONFLICT]:
        text = ngettext(
            "%(n)d class clashes with another lesson.",
            "%(n)d classes clash with other lessons.",
            n,
        )
        parts.append(text % {"n": n})
    if n := sum(counts[outcome] for outcome in FAULTS):
        text = ngettext("%(n)d schedule can't be read.", "%(n)d schedules can't be read.", n)
        parts.append(text % {"n": n})
    return parts
