"""A page that lists a country's public holidays and closes those that are ticked."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from scheduling.admin.core.notices import reach_text, show_notified
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.jobs.generation.approved_plan import StalePlanError, fingerprint
from scheduling.models import Closure
from scheduling.selectors.schedules.closures import classes_on
from scheduling.selectors.studio import studio, studio_today
from scheduling.services.notices import (
    author_of,
    is_default,
    is_offered,
    is_wanted,
    reach_of_closing,
)
from scheduling.services.schedule_changes import AddHolidays, ChangeContext, apply
from scheduling.services.schedule_changes.closures import closed_days
from scheduling.services.schedules.public_holidays import (
    countries,
    public_holidays,
    regions,
    usual_place,
)
from scheduling.text.dates import full_day

from .plan_page import warn_of_later_run

# From this month on the default includes the next year.
PLAN_AHEAD_MONTH = 7


class HolidayRegionForm(forms.Form):
    """A country, a region, and the years."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    years = forms.ChoiceField(label=gettext_lazy("Year"))

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        fields: Any = self.fields
        known = countries(_language())
        fields["country"].choices = [("", _("Choose…")), *known]
        chosen = data.get("country", "")
        found = regions(chosen) if chosen in dict(known) else []
        fields["region"].choices = [("", _("the whole country")), *found]
        this, following = str(today.year), str(today.year + 1)
        both = _("%(this)s and %(following)s") % {"this": this, "following": following}
        fields["years"].choices = [
            (this, this),
            (f"{this}-{following}", both),
            (following, following),
        ]

    def clean(self) -> dict[str, Any]:
        # A changed country is submitted together with the old country's region.
        if "region" in self.errors:
            del self.errors["region"]
            self.cleaned_data["region"] = ""
        return self.cleaned_data

    @property
    def place(self) -> str:
        """ISO 3166 code of the country or region: “ES”, “ES-CT”."""
        data = self.cleaned_data
        return "-".join(filter(None, (data["country"], data["region"])))


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of the list.

    ``closure`` is the name of an existing closure. ``cancelled`` and ``kept`` are the IDs of the
    classes that closing the day would cancel, and of those that would still take place.
    """

    day: date
    name: str
    closure: str
    is_past: bool
    is_ticked: bool
    cancelled: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def text(self) -> str:
        """“Mon 5 Jan 2026”."""
        return full_day(self.day)


def holidays_page(request: HttpRequest) -> HttpResponse:
    """Show the days (GET), or close the ticked ones if the list has not changed (POST)."""
    today, now = studio_today(), timezone.now()
    form = HolidayRegionForm(_form_data(request, today), today)
    holidays = _holidays(form, today, now) if form.data["country"] and form.is_valid() else []
    stale = None
    if request.method == "POST" and holidays:
        ticked = set(request.POST.getlist("day"))
        days = tuple(
            (holiday.day, holiday.name) for holiday in holidays if str(holiday.day) in ticked
        )
        change_context = ChangeContext(
            today,
            now,
            _name_of(request),
            notify=is_wanted("notify" in request.POST),
            author_id=author_of(request.user),
        )
        try:
            if _fingerprint(holidays) != approved_fingerprint(request):
                raise StalePlanError
            if not days:
                messages.warning(request, _("No day was chosen: nothing was closed."))
            elif _close(request, AddHolidays(days, form.place), change_context):
                return HttpResponseRedirect(_list())
        except StalePlanError as error:
            stale = error
        holidays = [_ticked(holiday, ticked) for holiday in _holidays(form, today, now)]
    context = {
        "title": _("Public holidays"),
        "opts": Closure._meta,
        "back": _list(),
        "form": form,
        "has_country": bool(form.data["country"]),
        "fields": {name: form.data[name] for name in form.fields},
        "holidays": holidays,
        "ahead": [holiday for holiday in holidays if not holiday.is_past],
        "past": [holiday for holiday in holidays if holiday.is_past],
        "cancelled": sum(len(holiday.cancelled) for holiday in holidays if holiday.is_ticked),
        "reach": _reach(holidays, now, author_of(request.user)),
        "notify": "notify" in request.POST if request.method == "POST" else is_default(),
        "plan": _fingerprint(holidays),
        "choosable": sum(not holiday.closure for holiday in holidays),
    }
    return plan_page(request, "admin/schedules/changes/holidays.html", context, stale)


def _form_data(request: HttpRequest, today: date) -> dict[str, str]:
    source = request.POST if request.method == "POST" else request.GET
    years = str(today.year) if today.month < PLAN_AHEAD_MONTH else f"{today.year}-{today.year + 1}"
    if "country" in source:
        country, region = source["country"], source.get("region", "")
    else:
        country, region = usual_place(studio().time_zone)
    return {"country": country, "region": region, "years": source.get("years") or years}


def _holidays(form: HolidayRegionForm, today: date, now: datetime) -> list[Holiday]:
    data = form.cleaned_data
    years = [int(year) for year in data["years"].split("-")]
    named = public_holidays(data["country"], data["region"], years, _language())
    days = [day for day, _name in named]
    closures, classes = closed_days(days), classes_on(days, now)
    return [
        Holiday(
            day,
            name,
            closures.get(day, ""),
            day < today,
            day >= today and day not in closures,
            *classes.get(day, ((), ())),
        )
        for day, name in named
    ]


def _language() -> str:
    return get_language() or studio().language


def _ticked(holiday: Holiday, days: set[str]) -> Holiday:
    return replace(holiday, is_ticked=str(holiday.day) in days and not holiday.closure)


def _reach(holidays: list[Holiday], now: datetime, author_id: int | None) -> str:
    """Return who would be notified of the ticked days; empty if nobody is concerned."""
    ticked = [holiday for holiday in holidays if holiday.is_ticked]
    if not ticked or not is_offered():
        return ""
    ids = [pk for holiday in ticked for pk in holiday.cancelled]
    found = reach_of_closing({holiday.day for holiday in ticked}, ids, now, author_id)
    return reach_text(found) if found.notices or found.without_address else ""


def _fingerprint(holidays: list[Holiday]) -> str:
    """Return a fingerprint of the days with their closures and classes."""
    return fingerprint(
        *(
            (str(holiday.day), holiday.closure, holiday.cancelled, holiday.kept)
            for holiday in holidays
        )
    )


def _close(request: HttpRequest, change: AddHolidays, change_context: ChangeContext) -> bool:
    try:
        done = apply(change, change_context, None)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return False
    n = len(done.closures)
    text = ngettext("%(n)d day is closed.", "%(n)d days are closed.", n) % {"n": n}
    messages.success(request, f"{text} {done.done_summary}")
    show_notified(request, done.notified)
    warn_of_later_run(request, done)
    return True


def _name_of(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _list() -> str:
    return reverse("admin:scheduling_closure_changelist")
