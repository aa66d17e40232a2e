"""The charts of a statement: lessons a week by outcome, and hours by teacher."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from scheduling.admin.charts import Stack, StackChart, stack_chart
from scheduling.admin.charts.scales import percent
from scheduling.admin.core.display.statement_cells import Period
from scheduling.domain.windows import WEEK
from scheduling.services.statements.statement import Statement
from scheduling.services.statements.weeks import weeks
from scheduling.text.dates import full_day, hours_text, number_text, plain_day

# More weeks would be too narrow to tell apart.
MAX_WEEKS = 53
MAX_TEACHERS = 30


def weeks_chart(period: Period, now: datetime) -> StackChart | None:
    """Return the chart of the lessons a week by outcome; None for a long or an empty period."""
    if period.last - period.first > MAX_WEEKS * WEEK:
        return None
    found = weeks(*period, now)
    total = sum(sum(counts) for _monday, *counts in found)
    if not total:
        return None
    series = [
        ("is-present", _("present")),
        ("is-absent", pgettext("attendance", "absent")),
        ("is-not-marked", _("not marked")),
        ("is-cancelled", _("cancelled")),
    ]
    stacks = [Stack(full_day(monday), plain_day(monday), counts) for monday, *counts in found]
    text = ngettext(
        "%(n)s lesson. Each student of a group counts.",
        "%(n)s lessons. Each student of a group counts.",
        total,
    ) % {"n": number_text(total)}
    return stack_chart("weeks", _("Lessons a week"), text, series, stacks)


def hours_by_teacher(found: Statement) -> list[dict[str, Any]]:
    """Return the teachers' hours of a statement by teacher, the most first, with widths of bars."""
    rows = sorted((row for row in found.rows if row.minutes), key=lambda row: -row.minutes)
    if found.by != "teacher" or len(rows) < 2:
        return []
    most = rows[0].minutes
    return [
        {
            "name": row.name,
            "hours": hours_text(row.minutes),
            "width": percent(100 * row.minutes / most),
        }
        for row in rows[:MAX_TEACHERS]
    ]
