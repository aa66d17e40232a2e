"""The search in the header of every page: its page of results, and its suggestions."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from scheduling.admin.core.display.links import class_url, links_for, listed
from scheduling.admin.core.permissions import may_see_classes, teacher_of, visible_classes
from scheduling.admin.core.tool_page import ToolPage
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.search import (
    classes_matching,
    guardians_matching,
    students_matching,
    teachers_matching,
)
from scheduling.selectors.studio import local, studio_day
from scheduling.text.dates import full_day
from scheduling.text.typed_days import take_day

LONGEST = 100
ON_PAGE, SUGGESTED = 20, 5


@dataclass(frozen=True, slots=True)
class Result:
    """A row that was found: its name, what tells it from others, and its page."""

    name: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """The results of one kind. ``more_url`` lists all of them, if there are more than shown."""

    title: str
    results: list[Result]
    more_url: str = ""


def may_search(request: HttpRequest) -> bool:
    """Return whether the user may see anything that the search finds."""
    links = links_for(request)
    people = links.students or links.teachers or links.may("view_guardian")
    return people or may_see_classes(request.user)


@never_cache
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the results of ``q``, of every kind that the user may see."""
    text = _query(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Search"),
        "q": text,
        "groups": list(_groups(request, text, ON_PAGE, timezone.now())) if text else [],
    }
    return TemplateResponse(request, "admin/tools/search.html", context)


@never_cache
@require_GET
def suggestions(request: HttpRequest) -> JsonResponse:
    """Return the first results of ``q`` for the list below the search box."""
    text = _query(request)
    groups = _groups(request, text, SUGGESTED, timezone.now()) if text else ()
    return JsonResponse({"groups": [asdict(group) for group in groups]})


def _query(request: HttpRequest) -> str:
    if not may_search(request):
        raise PermissionDenied
    return " ".join(request.GET.get("q", "")[:LONGEST].split())


def _groups(request: HttpRequest, text: str, most: int, now: datetime) -> Iterator[ResultGroup]:
    """Yield the groups that have results, in a constant number of queries."""
    links, day = links_for(request), None
    teacher = teacher_of(request.user)
    if links.students:
        found = students_matching(text)
        yield from _group(
            _("Students"),
            found[: most + 1],
            most,
            lambda row: Result(row.full_name, _state(row) or row.email, links.student(row.pk)),
            listed("student", q=text),
        )
    elif teacher is not None:
        taught = students_matching(text, taught_by=teacher)
        yield from _group(
            _("Students"),
            taught[: most + 1],
            most,
            lambda row: Result(
                row.full_name, "", listed("scheduledclass", student=row.pk, when="all")
            ),
        )
    if links.teachers:
        yield from _group(
            _("Teachers"),
            teachers_matching(text)[: most + 1],
            most,
            lambda row: Result(row.name, _state(row) or row.email, links.teacher(row.pk)),
            listed("teacher", q=text),
        )
    if links.may("view_guardian"):
        yield from _group(
            _("Guardians"),
            guardians_matching(text)[: most + 1],
            most,
            lambda row: Result(row.full_name, _wards(row), links.guardian(row.pk)),
            listed("guardian", q=text),
        )
    if may_see_classes(request.user):
        day, names = take_day(text, studio_day(now))
        classes = classes_matching(visible_classes(request.user), names, day, now)
        yield from _group(
            _("Classes") if day is None else _("Classes on %(day)s") % {"day": full_day(day)},
            classes[: most + 1],
            most,
            _class_result,
            _class_list(names, day),
        )


def _group(
    title: str, rows: Any, most: int, result_of: Any, more_url: str = ""
) -> Iterator[ResultGroup]:
    found = list(rows)
    if found:
        results = [result_of(row) for row in found[:most]]
        yield ResultGroup(title, results, more_url if len(found) > most else "")


def _class_list(names: str, day: date | None) -> str:
    if day is not None:
        return listed("scheduledclass", on=day, **({"q": names} if names else {}))
    return listed("scheduledclass", when="upcoming", q=names)


def _class_result(row: ScheduledClass) -> Result:
    starts = local(row.starts_at)
    place = [row.subject, str(row.teacher or ""), str(row.room or "")]
    if row.status == ClassStatus.CANCELLED:
        place.append(str(row.get_status_display()))
    name = f"{full_day(starts.date())}, {starts:%H:%M} · {row.student}"
    return Result(name, " · ".join(filter(None, place)), class_url(row.pk))


def _state(person: Any) -> str:
    return "" if person.is_active else capfirst(_("not active"))


def _wards(guardian: Any) -> str:
    return ", ".join(student.full_name for student in guardian.students.all())


def search_context(request: HttpRequest) -> dict[str, str]:
    """Return the addresses of the search for the header; empty if the user may not search."""
    if not may_search(request):
        return {}
    return {"page": reverse("admin:search"), "suggestions": reverse("admin:search_suggestions")}


PAGES = (
    ToolPage(route="search/", name="search", view=search),
    ToolPage(route="search/suggestions/", name="search_suggestions", view=suggestions),
)
