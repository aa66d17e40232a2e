"""``/family/<token>``: the lessons of a family, without login and redirects."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from scheduling.domain.wallclock import to_epoch
from scheduling.selectors.feed_tokens import token_of
from scheduling.selectors.studio import studio
from scheduling.services.family import cancellations
from scheduling.services.family.errors import FamilyActError
from scheduling.services.family.lessons import FamilyLesson, family_calendar
from scheduling.text.dates import month_text

from .access import Visit, family_page
from .texts import (
    LessonText,
    LessonTexts,
    closure_text,
    gone_text,
    lead_text,
    refusal_text,
    rules_text,
    terms_text,
)


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
        "lead": lead_text(visit.reader, visit.students, texts.zone),
        "next": upcoming,
        "months": [
            (capfirst(month), list(of_month))
            for month, of_month in groupby(
                (row for row in rows if row is not upcoming),
                key=lambda row: month_text(row.lesson.local_start),
            )
        ],
        "closures": [closure_text(closure, visit.today) for closure in found.closures],
        "calendar": visit.url("family-calendar"),
        "rules": rules_text(),
    }
    return visit.render("page.html", context)


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


@family_page("GET")
def calendar(visit: Visit) -> HttpResponse:
    """Explain how to add the lessons to a calendar program."""
    path = reverse("calendar-feed", kwargs={"token": token_of(visit.feed)})
    address = visit.request.build_absolute_uri(path)
    webcal = "webcal:" + address.partition(":")[2]
    return visit.render("calendar.html", {"address": address, "webcal": webcal})
