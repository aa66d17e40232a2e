"""Public holidays in two clicks: the list of a country's days, ticked; then they are closed."""

from dataclasses import dataclass
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

from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.jobs.generation.approved_plan import StalePlanError, fingerprint
from scheduling.models import Closure
from scheduling.selectors.schedules.closures import classes_on
from scheduling.selectors.studio import studio, studio_today
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

# From this month on people plan the next year as well.
AUTUMN = 7


class HolidayRegionForm(forms.Form):
    """A country, a region of it, and which years."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    years = forms.ChoiceField(label=gettext_lazy("Year"))

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        fields: Any = self.fields
        known = countries(_language())
        fields["country"].choices = [("", _("Choose…")), *known]
        chosen = data.get("country", "")
        there = regions(chosen) if chosen in dict(known) else []
        fields["region"].choices = [("", _("the whole country")), *there]
        this, following = str(today.year), str(today.year + 1)
        both = _("%(this)s and %(following)s") % {"this": this, "following": following}
        fields["years"].choices = [
            (this, this),
            (f"{this}-{following}", both),
            (following, following),
        ]

    def clean(self) -> dict[str, Any]:
        # Whoever changes the country sends the region of the old one along.
        if "region" in self.errors:
            del self.errors["region"]
            self.cleaned_data["region"] = ""
        return self.cleaned_data

    @property
    def place(self) -> str:
        """ "ES", or with its region "ES-CT"."""
        found = self.cleaned_data
        return "-".join(filter(None, (found["country"], found["region"])))


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of the list. ``there`` names the closure that it has already; ``cancelled`` and
    ``kept`` are the classes that closing it would cancel, and that take place all the same.
    """

    day: date
    name: str
    there: str
    is_past: bool
    is_chosen: bool
    cancelled: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def words(self) -> str:
        """“Mon 5 Jan 2026”."""
        return full_day(self.day)


def holidays_page(request: HttpRequest) -> HttpResponse:
    """GET shows the days; POST closes those that are ticked, if the list still holds."""
    today, now = studio_today(), timezone.now()
    posted = request.method == "POST"
    form = HolidayRegionForm(_asked(request, today), today)
    found = _found(form, today, now) if form.data["country"] and form.is_valid() else []
    stale = None
    if posted and found:
        chosen = set(request.POST.getlist("day"))
        days = tuple((one.day, one.name) for one in found if str(one.day) in chosen)
        moment = ChangeContext(today, now, _name_of(request))
        try:
            if _fingerprint(found) != approved_fingerprint(request):
                raise StalePlanError
            if not days:
                messages.warning(request, _("No day was chosen: nothing was closed."))
            elif _close(request, AddHolidays(days, form.place), moment):
                return HttpResponseRedirect(_list())
        except StalePlanError as error:
            stale = error
        found = [_ticked(one, chosen) for one in _found(form, today, now)]
    context = {
        "title": _("Public holidays"),
        "opts": Closure._meta,
        "back": _list(),
        "form": form,
        "is_asked": bool(form.data["country"]),
        "fields": {name: form.data[name] for name in form.fields},
        "holidays": found,
        "ahead": [one for one in found if not one.is_past],
        "past": [one for one in found if one.is_past],
        "cancelled": sum(len(one.cancelled) for one in found if one.is_chosen),
        "plan": _fingerprint(found),
        "choosable": sum(not one.there for one in found),
    }
    return plan_page(request, "admin/schedules/changes/holidays.html", context, stale)


def _asked(request: HttpRequest, today: date) -> dict[str, str]:
    source = request.POST if request.method == "POST" else request.GET
    years = str(today.year) if today.month < AUTUMN else f"{today.year}-{today.year + 1}"
    if "country" in source:
        country, region = source["country"], source.get("region", "")
    else:
        country, region = usual_place(studio().time_zone)
    return {"country": country, "region": region, "years": source.get("years") or years}


def _found(form: HolidayRegionForm, today: date, now: datetime) -> list[Holiday]:
    asked = form.cleaned_data
    years = [int(year) for year in asked["years"].split("-")]
    named = public_holidays(asked["country"], asked["region"], years, _language())
    days = [day for day, _name in named]
    there, classes = closed_days(days), classes_on(days, now)
    return [
        Holiday(
            day,
            name,
            there.get(day, ""),
            day < today,
            day >= today and day not in there,
            *classes.get(day, ((), ())),
        )
        for day, name in named
    ]


def _language() -> str:
    return get_language() or studio().language


def _ticked(one: Holiday, chosen: set[str]) -> Holiday:
    is_chosen = str(one.day) in chosen and not one.there
    return Holiday(one.day, one.name, one.there, one.is_past, is_chosen, one.cancelled, one.kept)


def _fingerprint(found: list[Holiday]) -> str:
    """Equal for a list of the same days with the same classes."""
    return fingerprint(*((str(one.day), one.there, one.cancelled, one.kept) for one in found))


def _close(request: HttpRequest, act: AddHolidays, moment: ChangeContext) -> bool:
    try:
        done = apply(act, moment, None)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return False
    n = len(done.closures)
    text = ngettext("%(n)d day is closed.", "%(n)d days are closed.", n) % {"n": n}
    messages.success(request, f"{text} {done.done_summary}")
    warn_of_later_run(request, done)
    return True


def _name_of(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _list() -> str:
    return reverse("admin:scheduling_closure_changelist")
