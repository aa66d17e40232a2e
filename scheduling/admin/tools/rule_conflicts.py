"""The page of a weekly rule that clashes: its ways out, and its dates; rows of the conflict list.

A way out leads to the plan of a change of the rule, filled in, or to the page of one date.
"""

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from scheduling.admin.core.display.links import class_url, series_url
from scheduling.admin.core.permissions import may_change_classes, may_see_everyone
from scheduling.admin.schedules.changes.plan_page import PREVIEW_PARAM
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import DAY, monday_of
from scheduling.models.studio import foreign_zone
from scheduling.selectors.schedules.series import MODELS, load_by_key
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.conflicts import (
    Collision,
    RuleConflict,
    rule_conflicts,
)
from scheduling.services.openings import weekly_openings_near
from scheduling.services.schedule_changes.series_rows import CHANGEABLE
from scheduling.text.dates import weekdays_text, with_dates_written_out

CHANGE_PERMISSIONS = ("scheduling.change_fixedschedule", "scheduling.change_recurringslot")


def may_share(user: Any) -> bool:
    """Return whether ``user`` may flag the rules of both kinds as shared."""
    return all(user.has_perm(name) for name in CHANGE_PERMISSIONS)


@require_GET
def rule_page(request: HttpRequest, kind: str, series: int) -> HttpResponse:
    """Show all that is in the way of a rule, the ways out for the rule, and its dates."""
    if not may_see_everyone(request.user):
        raise PermissionDenied
    now = timezone.now()
    found = [
        rule for rule in rule_conflicts(now) if (rule.key.kind.value, rule.key.id) == (kind, series)
    ]
    if not found:
        messages.info(request, _("This conflict no longer exists; the next run creates the class."))
        return HttpResponseRedirect(reverse("admin:conflicts"))
    key = SeriesKey(SeriesKind(kind), series)
    may_change = may_change_classes(request.user)
    may_change_rule = request.user.has_perm(
        f"scheduling.change_{MODELS[key.kind]._meta.model_name}"
    )
    ahead = [each for rule in found for each in rule.ahead if each.key == key]
    changes = _Changes(key, ahead, now) if ahead and may_change_rule else None
    context = {
        "title": found[0].title,
        "rows": [rule_row(rule) for rule in found],
        "free": changes.times() if changes else [],
        "other": changes.other_time if changes else "",
        "pause": changes.pause
        if changes and request.user.has_perm("scheduling.add_closure")
        else "",
        "end": changes.end if changes else "",
        "shared": next(
            (_date_url(each) for each in ahead if each.can_share and may_share(request.user)), ""
        )
        if may_change
        else "",
        "may_change": may_change,
    }
    return tool_page(request, "rule_conflict.html", context)


class _Changes:
    """The URLs of the plans that resolve the conflicts ``ahead``, which all are of one series."""

    def __init__(self, key: SeriesKey, ahead: list[Collision], now: datetime) -> None:
        self.key, self.ahead, self.now = key, ahead, now
        self.today = studio_day(now)
        days = [each.day for each in ahead]
        self.first, self.last = min(days), max(days)
        # A new weekday may be earlier in the week of the first conflict.
        self.begin = max(self.today, monday_of(self.first))

    def times(self) -> list[tuple[str, str]]:
        """Return up to three weekly times at which the rule has no conflict: URL and text."""
        series = load_by_key([self.key])[0]
        try:
            found = weekly_openings_near(series, self.begin, settings.HORIZON_WEEKS, self.now)
        except ValidationError:
            return []  # someone is not active any more
        row = MODELS[self.key.kind]._default_manager.get(pk=self.key.id)
        values = {name: getattr(row, name) for name in CHANGEABLE[self.key.kind]}
        return [
            (
                self._plan(
                    "from",
                    day=self.begin,
                    **values
                    | {"weekday": opening.weekday, "start_time": opening.start_time}
                    | ({"end_time": opening.end_time} if "end_time" in values else {}),
                ),
                f"{weekdays_text(opening.weekday)} {opening.start_time:%H:%M}",
            )
            for opening in (each.opening for each in found)
        ]

    @property
    def other_time(self) -> str:
        """The form for another time."""
        return self._page("from")

    @property
    def pause(self) -> str:
        """The plan of a pause over all of the conflicts."""
        name = pgettext("a closure's name", "Pause")
        return self._plan("pause", first=self.first, last=self.last, name=name)

    @property
    def end(self) -> str:
        """The plan that ends the series before the first conflict."""
        return self._plan("end", day=max(self.first, self.today) - DAY, cancel_rest=True)

    def _page(self, change: str) -> str:
        model = MODELS[self.key.kind]._meta.model_name
        return reverse(f"admin:scheduling_{model}_{change}", args=[self.key.id])

    def _plan(self, change: str, **values: Any) -> str:
        query = {
            name: _input(value) for name, value in values.items() if value not in (None, False)
        }
        return f"{self._page(change)}?{urlencode({**query, PREVIEW_PARAM: 1})}"


def _input(value: Any) -> Any:
    """Return ``value`` as a form sends it."""
    if value is True:
        return "on"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return getattr(value, "pk", value)


def rule_row(rule: RuleConflict) -> dict[str, Any]:
    """Return a conflict of two rules with its texts and URLs."""
    typical = rule.typical
    reported = [each.since for each in rule.collisions if each.since is not None]
    return {
        "title": title_of(rule),
        "text": rule.title,
        "period": rule.period,
        "line": typical.line,
        "reason": with_dates_written_out(typical.line.reason),
        "since": min(reported, default=None),
        "dates": [(_date_url(each), each.day) for each in rule.collisions],
        "page": rule_page_url(rule.key),
        "series_page": series_url(rule.key),
        "rival_page": series_url(typical.rival) if typical.rival else "",
        "blocking_page": class_url(typical.booking_id),
    }


def title_of(rule: RuleConflict) -> SafeString:
    """Return the title with isolated names, because some are written from right to left."""
    parts = rule.title_parts
    names = {name: format_html("<bdi>{}</bdi>", parts[name]) for name in parts if name != "when"}
    return format_html(rule.title_format % {name: f"{{{name}}}" for name in parts}, **parts | names)


def date_row(conflict: Collision) -> dict[str, Any]:
    """Return a conflict of one date with its texts and URLs."""
    return {
        "conflict": conflict,
        "zone": foreign_zone(conflict.line.zone),
        "line": conflict.line,
        "reason": with_dates_written_out(conflict.line.reason),
        "series_page": series_url(conflict.key),
        "rival_page": series_url(conflict.rival) if conflict.rival else "",
        "blocking_page": class_url(conflict.booking_id),
        "calendar_page": _calendar_url(conflict.day, conflict.line.teacher_id),
    }


def rule_page_url(key: SeriesKey) -> str:
    """Return the URL of the conflicts of a series."""
    return reverse("admin:rule_conflict", args=[key.kind.value, key.id])


def _date_url(conflict: Collision) -> str:
    key = conflict.key
    return reverse("admin:conflict", args=[key.kind.value, key.id, str(conflict.day)])


def _calendar_url(day: date, teacher: int | None) -> str:
    query = {"date": day.isoformat()}
    if teacher is not None:
        query["teacher"] = str(teacher)
    return f"{reverse('admin:calendar')}?{urlencode(query)}"


def tool_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page of ``admin/tools``."""
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"admin/tools/{template}", context)
