"""``/family/<token>``: the lessons of a family, without login and redirects."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from scheduling.domain.wallclock import to_epoch
from scheduling.models import ScheduledClass
from scheduling.selectors.feeds.tokens import token_of
from scheduling.selectors.studio import studio
from scheduling.services.classes.make_ups import make_up_of, refuse_lost
from scheduling.services.family import cancellations, make_ups
from scheduling.services.family.errors import FamilyActError
from scheduling.services.family.lessons import FamilyLesson, family_calendar, lessons_of
from scheduling.services.openings import TeacherOpening
from scheduling.text.dates import month_text

from .access import Visit, family_page
from .texts import (
    LessonText,
    LessonTexts,
    booking_refusal_text,
    closure_text,
    day_text,
    gone_text,
    lead_text,
    lost_text,
    refusal_text,
    rules_text,
    terms_text,
    zone_text,
)

# A date and a local time in forms and addresses.
AT = "%Y-%m-%dT%H:%M"
# The number of make-ups owed whose free times the first page shows, and of these times.
OFFERED, TIMES = 2, 3
UNFOLDED = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A lesson of the list."""

    lesson: FamilyLesson
    text: LessonText
    cancel: str = ""


@family_page("GET")
def page(visit: Visit) -> HttpResponse:
    """Show the lessons ahead."""
    found = family_calendar(visit.students, visit.now)
    texts = LessonTexts(visit.students, (lesson.zone for lesson in found.lessons), visit.now)
    rows = [Row(lesson, texts.of(lesson), _cancel_url(visit, lesson)) for lesson in found.lessons]
    upcoming = next((row for row in rows if not row.lesson.is_cancelled), None)
    context = {
        "lead": lead_text(visit.reader, visit.students, texts),
        "next": upcoming,
        "months": _months([row for row in rows if row is not upcoming]),
        "closures": [closure_text(closure, visit.today) for closure in found.closures],
        "calendar": visit.url("family-calendar"),
        "owed": _owed(visit),
        "rules": rules_text(),
    }
    return visit.render("page.html", context)


def _months(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the rows by month; the first months are open, until they have ``UNFOLDED`` rows."""
    months, before = [], 0
    for month, of_month in groupby(rows, key=lambda row: month_text(row.lesson.local_start)):
        found = list(of_month)
        months.append({"name": capfirst(month), "rows": found, "is_open": before < UNFOLDED})
        before += len(found)
    return months


def _cancel_url(visit: Visit, lesson: FamilyLesson) -> str:
    """Return the address of the page that cancels a lesson; empty if it can't be cancelled."""
    if not studio().family_cancel:
        return ""
    try:
        cancellations.cancel_terms(lesson, visit.now)
    except FamilyActError:
        return ""
    return visit.url("family-cancel", ref=lesson.ref)


@family_page("GET", "POST", setting="family_cancel")
def cancel(visit: Visit, ref: str) -> HttpResponse:
    """Ask whether to cancel a lesson; a POST cancels it. Afterwards the page says that it is."""
    found = family_calendar(visit.students, visit.now)
    lesson = found.find(ref)
    if lesson is None:
        return visit.sentence(*gone_text(), status=404)
    error, status = "", 200
    if visit.request.method == "POST":
        try:
            shown = _number(visit.request.POST.get("start", ""))
            is_charged = visit.request.POST.get("charged") == "yes"
            cancellations.cancel(lesson, shown, is_charged, visit.now)
        except FamilyActError as refusal:
            error, status = refusal_text(refusal.code), 409
        else:
            return visit.redirect("family-cancel", ref=ref)
        lesson = family_calendar(visit.students, visit.now).find(ref) or lesson
    texts = LessonTexts(visit.students, [lesson.zone], visit.now)
    context = {
        "lesson": texts.of(lesson),
        "error": error,
        "start": to_epoch(lesson.starts_at),
        **_cancel_terms(lesson, visit.now),
    }
    return visit.render("cancel.html", context, status)


def _number(text: str) -> int:
    """Return the number that a form sends; -1 for any other text."""
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) else -1


def _cancel_terms(lesson: FamilyLesson, now: datetime) -> dict[str, Any]:
    try:
        terms = cancellations.cancel_terms(lesson, now)
    except FamilyActError as refusal:
        return {"refusal": "" if refusal.code == "cancelled" else refusal_text(refusal.code)}
    return {"terms": terms, "terms_text": terms_text(terms)}


@family_page("GET", "POST", setting="family_makeups")
def make_up(visit: Visit, pk: str) -> HttpResponse:
    """Show the free times for the make-up of a lost lesson; a POST books one of them.

    With a time in the address it asks whether to book that one.
    """
    lost = make_ups.lost_class(int(pk), visit.students)
    if lost is None:
        return visit.sentence(*gone_text(), status=404)
    error, status = "", 200
    if visit.request.method == "POST":
        try:
            when = _chosen(visit.request.POST.get("at", ""))
            make_ups.book(lost, when.date(), when.time(), visit.now)
        except FamilyActError as refusal:
            error, status = booking_refusal_text(refusal.code), 409
        else:
            return visit.redirect("family-make-up", pk=lost.pk)
    made = make_up_of(lost)
    context: dict[str, Any] = {"lost": lost_text(lost, visit.today), "error": error}
    if made is not None:
        (lesson,) = lessons_of([made], visit.students)
        context["made"] = LessonTexts(visit.students, [lesson.zone], visit.now).of(lesson)
        return visit.render("make_up.html", context, status)
    is_settled = _is_settled(lost, visit.today)
    found = [] if is_settled else make_ups.make_up_openings(lost, visit.now)
    asked = visit.request.GET.get("at", "") if visit.request.method != "POST" else ""
    chosen = [each for each in found if moment_of(each) == asked]
    times = [OpeningLink.of(visit, lost, each) for each in make_ups.offered(found)]
    context |= {
        "is_settled": is_settled,
        "zone": zone_text(lost),
        "asked": [OpeningLink.of(visit, lost, each) for each in chosen],
        "is_taken": bool(asked) and not chosen and not is_settled,
        "days": [(day, list(of_day)) for day, of_day in groupby(times, key=lambda link: link.day)],
    }
    return visit.render("make_up.html", context, status)


def _is_settled(lost: ScheduledClass, today: date) -> bool:
    """Return whether no make-up is owed for ``lost``."""
    try:
        refuse_lost(lost, today)
    except ValidationError:
        return True
    return False


def _chosen(text: str) -> datetime:
    try:
        found = datetime.strptime(text, AT)  # noqa: DTZ007  (local to the teacher)
    except ValueError:
        raise FamilyActError("taken") from None
    return found


def moment_of(each: TeacherOpening) -> str:
    """Return the date and local start of an opening as forms and addresses have it."""
    return f"{each.opening.dates[0]}T{each.opening.start_time:%H:%M}"


@dataclass(frozen=True, slots=True)
class OpeningLink:
    """A free time with its value in forms, its texts, and the page that books it."""

    at: str
    day: str
    time: str
    url: str

    @classmethod
    def of(cls, visit: Visit, lost: ScheduledClass, each: TeacherOpening) -> "OpeningLink":
        """Return the link of an opening for a make-up of ``lost``."""
        at, page = moment_of(each), visit.url("family-make-up", pk=lost.pk)
        day = capfirst(day_text(each.opening.dates[0], visit.today))
        url = f"{page}{'&' if '?' in page else '?'}at={at}"
        return cls(at, day, f"{each.opening.start_time:%H:%M}", url)


def _first_of_each_day(links: list[OpeningLink]) -> list[OpeningLink]:
    return [next(of_day) for _day, of_day in groupby(links, key=lambda link: link.day)]


def _owed(visit: Visit) -> list[dict[str, Any]]:
    """Return the make-ups owed, with free times on three days for each of the first ones."""
    owed = []
    is_offered = studio().family_makeups
    for number, lost in enumerate(make_ups.lost_classes(visit.students, visit.today)):
        is_shown = is_offered and number < OFFERED
        found = make_ups.make_up_openings(lost, visit.now) if is_shown else []
        times = [OpeningLink.of(visit, lost, each) for each in make_ups.offered(found)]
        owed.append(
            {
                "text": lost_text(lost, visit.today),
                "zone": zone_text(lost),
                "times": _first_of_each_day(times)[:TIMES],
                "url": visit.url("family-make-up", pk=lost.pk) if is_offered else "",
                "is_searched": is_shown,
            }
        )
    return owed


@family_page("GET")
def calendar(visit: Visit) -> HttpResponse:
    """Explain how to add the lessons to a calendar program."""
    path = reverse("calendar-feed", kwargs={"token": token_of(visit.feed)})
    address = visit.request.build_absolute_uri(path)
    webcal = "webcal:" + address.partition(":")[2]
    return visit.render("calendar.html", {"address": address, "webcal": webcal})
