"""The timeline of a job's last runs as bars; outcomes differ in shape, not only in colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.admin.charts.scales import ColumnScale
from scheduling.admin.core.display.outcome_badges import state_name
from scheduling.jobs.monitoring.history.run_timeline import MISSED, TimelineEntry
from scheduling.models import RunState
from scheduling.text.dates import exact_time, number_text

HEIGHT = 36
# The minimum number of columns, so that a few runs don't become very wide bars.
MIN_COLUMNS = 30
MIN_HEIGHT = 13
MARK = 5
GAP = 3
SHAPES = {
    RunState.SUCCEEDED.value: "done",
    RunState.PARTIAL.value: "partial",
    RunState.FAILED.value: "failed",
    RunState.CRASHED.value: "failed",
    RunState.CANCELLED.value: "cancelled",
    RunState.QUEUED.value: "active",
    RunState.RUNNING.value: "active",
    MISSED: "missed",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a bar, in pixels from the top."""

    y: float
    height: float


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """A bar with its clickable column, URL and label."""

    shape: str
    place: str
    place_width: str
    x: str
    width: str
    boxes: list[Box]
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The bars and the legend."""

    name: str
    height: int
    bars: list[TimelineBar]
    shapes: list[tuple[str, str]]


def draw_timeline(name: str, entries: Sequence[TimelineEntry]) -> Timeline:
    """Return the timeline of ``entries``, oldest first; the newest is at the right end."""
    places = max(MIN_COLUMNS, len(entries))
    scale = ColumnScale(places, 0.7)
    most = _top_value(entries)
    first = places - len(entries)
    bars = [
        TimelineBar(
            shape := SHAPES[entry.outcome],
            scale.edge(first + place),
            scale.column_width,
            scale.left(first + place),
            scale.width,
            _boxes(shape, _share(entry, most)),
            _url(entry),
            _label(entry),
        )
        for place, entry in enumerate(entries)
    ]
    return Timeline(name, HEIGHT, bars, _legend({bar.shape for bar in bars}))


def _top_value(entries: Sequence[TimelineEntry]) -> float:
    """Return the value at the top, limited so that a large first run doesn't flatten the others."""
    created = [entry.run.classes_created for entry in entries if entry.run]
    counts = [count for count in created if count]
    return min(max(counts), 2 * median(counts)) if counts else 0.0


def _share(entry: TimelineEntry, most: float) -> float:
    created = entry.run.classes_created if entry.run else 0
    return min(1.0, created / most) if most else 0.0


def _boxes(shape: str, share: float) -> list[Box]:
    """Return the parts of a bar: a failure looks like an exclamation mark, errors like an i."""
    if shape == "missed":
        return [Box(1, HEIGHT - 2)]
    if shape == "failed":
        return [Box(0, HEIGHT - MARK - GAP), Box(HEIGHT - MARK, MARK)]
    room = HEIGHT - (MARK + GAP if shape == "partial" else 0)
    tall = round(MIN_HEIGHT + (room - MIN_HEIGHT) * share, 1)
    if shape == "cancelled":
        tall = float(MIN_HEIGHT)
    boxes = [Box(round(HEIGHT - tall, 1), tall)]
    if shape == "partial":
        boxes.append(Box(round(HEIGHT - tall - GAP - MARK, 1), MARK))
    return boxes


def _legend(shapes: set[str]) -> list[tuple[str, str]]:
    """Return the shapes to explain: the usual ones and others that occur."""
    names = {
        "done": _("done"),
        "partial": _("with errors"),
        "failed": _("failed"),
        "missed": _("did not run"),
        "cancelled": _("cancelled"),
        "active": _("running"),
    }
    usual = ("done", "partial", "failed", "missed")
    return [(shape, name) for shape, name in names.items() if shape in usual or shape in shapes]


def _url(entry: TimelineEntry) -> str:
    if entry.run is not None:
        return reverse("admin:background_jobs_run", args=[entry.run.pk])
    query = urlencode({"job": entry.job.value, "outcome": MISSED})
    return f"{reverse('admin:background_jobs')}?{query}#history"


def _label(entry: TimelineEntry) -> str:
    moment, outcome = exact_time(entry.moment), state_name(entry.outcome)
    if entry.run is None:
        return _("%(when)s: %(outcome)s") % {"when": moment, "outcome": outcome}
    created = entry.run.classes_created
    text = _("%(when)s: %(outcome)s, %(n)s created")
    return text % {"when": moment, "outcome": outcome, "n": number_text(created)}
