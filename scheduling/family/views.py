"""``/family/<token>``: the lessons of a family, without login and redirects."""

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from scheduling.selectors.feed_tokens import token_of
from scheduling.services.family.lessons import FamilyLesson, family_calendar
from scheduling.text.dates import month_text

from .access import Visit, family_page
from .texts import LessonText, LessonTexts, closure_text, lead_text


@dataclass(frozen=True, slots=True)
class Row:
    """A lesson of the list."""

    lesson: FamilyLesson
    text: LessonText


@family_page("GET")
def page(visit: Visit) -> HttpResponse:
    """Show the lessons ahead."""
    found = family_calendar(visit.students, visit.now)
    texts = LessonTexts(visit.students, (lesson.zone for lesson in found.lessons), visit.now)
    rows = [Row(lesson, texts.of(lesson)) for lesson in found.lessons]
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
    }
    return visit.render("page.html", context)


@family_page("GET")
def calendar(visit: Visit) -> HttpResponse:
    """Explain how to add the lessons to a calendar program."""
    path = reverse("calendar-feed", kwargs={"token": token_of(visit.feed)})
    address = visit.request.build_absolute_uri(path)
    webcal = "webcal:" + address.partition(":")[2]
    return visit.render("calendar.html", {"address": address, "webcal": webcal})
