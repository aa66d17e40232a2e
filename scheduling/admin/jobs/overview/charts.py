"""The charts of the overview: classes created by day, and durations of runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.charts import Bar, BarChart, Dot, DotChart, bar_chart, dot_chart
from scheduling.admin.core.display.outcome_badges import state_name
from scheduling.domain.windows import DAY
from scheduling.jobs.monitoring.history.run_timeline import MISSED, TimelineEntry
from scheduling.models import Job, RunState
from scheduling.selectors.runs import created_by_day
from scheduling.selectors.studio import local, studio_zone
from scheduling.text.dates import duration_text, exact_time, number_text, plain_day, short_day

DAYS = 30
SPAN = timedelta(days=DAYS)


def created_chart(entries: Iterable[TimelineEntry], now: datetime) -> BarChart:
    """Return a chart with a bar for each day; days with a missed run are marked."""
    today = local(now).date()
    days = [today - n * DAY for n in range(DAYS - 1, -1, -1)]
    # One day more, because the first day may begin earlier than SPAN before now.
    created = created_by_day(now - SPAN - DAY, studio_zone())
    missed = {local(entry.moment).date() for entry in entries if entry.outcome == MISSED}
    bars = []
    for day in days:
        count = created.get(day, 0)
        gap = day in missed and not count
        value_text = _("did not run") if gap else number_text(count)
        short = _("Today") if day == today else plain_day(day)
        bars.append(Bar(short_day(day), short, count, value_text, gap))
    total = sum(bar.value for bar in bars)
    gaps = sum(bar.gap for bar in bars)
    text = ngettext(
        "%(n)s class was created in the last 30 days.",
        "%(n)s classes were created in the last 30 days.",
        total,
    ) % {"n": number_text(total)}
    if gaps:
        more = ngettext(
            "On %(n)s day a run was due and did not take place.",
            "On %(n)s days a run was due and did not take place.",
            gaps,
        )
        text = f"{text} {more % {'n': number_text(gaps)}}"
    return bar_chart("created", _("Classes created, last 30 days"), text, bars)


def duration_chart(entries: Sequence[TimelineEntry], now: datetime) -> DotChart:
    """Return a chart with a dot for each run.

    A circle is a horizon run, a square a run of the weekly classes; failed runs are hollow.
    """
    dots = []
    for entry in entries:
        run = entry.run
        if run is None or run.duration is None or entry.moment < now - SPAN:
            continue
        dots.append(
            Dot(
                entry.moment,
                run.duration.total_seconds(),
                "circle" if entry.job == Job.HORIZON else "square",
                f"{Job(run.job).label}, {exact_time(entry.moment)}",
                f"{duration_text(run.duration)}, {state_name(run.state)}",
                run.state not in (RunState.SUCCEEDED, RunState.PARTIAL),
                reverse("admin:background_jobs_run", args=[run.pk]),
            )
        )
    longest = max((timedelta(seconds=dot.value) for dot in dots), default=None)
    text = _sentence(len(dots), longest)
    marks = [(now - SPAN * n / 3, _("Today") if n == 0 else "") for n in (3, 2, 1, 0)]
    labels = [(at, text or plain_day(local(at).date())) for at, text in marks]
    legend = [("circle", str(Job.HORIZON.label)), ("square", str(Job.WEEKLY.label))]
    title = _("How long runs took, last 30 days")
    return dot_chart("durations", title, text, dots, (now - SPAN, now), labels, legend)


def _sentence(runs: int, longest: timedelta | None) -> str:
    if longest is None:
        return _("No runs in this period.")
    text = ngettext("The only run took %(time)s.", "The longest of %(n)s runs took %(time)s.", runs)
    return text % {"n": number_text(runs), "time": duration_text(longest)}
