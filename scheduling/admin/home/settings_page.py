"""The page “Settings”: what is set up once, or looked up now and then, and every table."""

from collections.abc import Callable
from dataclasses import dataclass

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from knox.models import AuthToken

from scheduling.admin import jobs
from scheduling.admin.core.permissions import may_see_everyone
from scheduling.admin.core.recent_edits import recent_edits
from scheduling.admin.core.tool_page import ToolPage
from scheduling.admin.tools import calendar_check, conflicts, explain, sheets, timetable_import
from scheduling.models import (
    CalendarFeed,
    Closure,
    FixedSchedule,
    Guardian,
    JobRun,
    LessonSettings,
    Message,
    RecurringSlot,
    Room,
    Studio,
)


@dataclass(frozen=True, slots=True)
class SettingsLink:
    """A page with a line about it."""

    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A link and who sees it: with a ``model`` those who may view it, else by ``shown``.

    ``page`` is the name of the page, of a model its list.
    """

    name: str | Promise = ""
    text: str | Promise = ""
    model: type[Model] | None = None
    page: str = ""
    shown: Callable[[HttpRequest], bool] = lambda request: True

    def link(self, request: HttpRequest) -> SettingsLink | None:
        """Return the link, or None if the user may not open the page."""
        name, page = self.name, self.page
        if self.model is not None:
            meta = self.model._meta
            if not admin.site._registry[self.model].has_view_permission(request):
                return None
            name = name or str(capfirst(meta.verbose_name_plural))
            page = page or f"{meta.app_label}_{meta.model_name}_changelist"
        elif not self.shown(request):
            return None
        return SettingsLink(str(name), str(self.text), reverse(f"admin:{page}"))


def _tool(
    pages: tuple[ToolPage, ...],
    text: str | Promise,
    shown: Callable[[HttpRequest], bool] | None = None,
) -> Entry:
    """Return the entry of the page in ``pages`` that has a title; ``shown`` instead of its own."""
    page = next(page for page in pages if page.title)
    return Entry(name=page.title, text=text, page=page.name, shown=shown or page.shown)


_GROUPS: tuple[tuple[Promise, tuple[Entry, ...]], ...] = (
    (
        gettext_lazy("Studio"),
        (
            Entry(
                model=Studio,
                name=gettext_lazy("Studio and its rules"),
                text=gettext_lazy("Name, time zone, language, make-ups, e-mails to families."),
            ),
            Entry(model=Room, text=gettext_lazy("Where lessons take place, and for how many.")),
            Entry(
                model=LessonSettings,
                text=gettext_lazy("Lengths and prices of each teacher's lessons."),
            ),
        ),
    ),
    (
        gettext_lazy("Days without lessons"),
        (
            Entry(model=Closure, text=gettext_lazy("Closed days, teachers' time off, and pauses.")),
            Entry(
                name=gettext_lazy("Public holidays"),
                text=gettext_lazy("Choose them from the calendar of your region."),
                page="scheduling_closure_holidays",
                shown=lambda request: request.user.has_perm("scheduling.add_closure"),
            ),
        ),
    ),
    (
        gettext_lazy("Weekly lessons"),
        (
            Entry(model=RecurringSlot, text=gettext_lazy("Planned for the weeks ahead.")),
            Entry(model=FixedSchedule, text=gettext_lazy("Planned for the current week.")),
            _tool(conflicts.PAGES, gettext_lazy("Lessons that clash, and ways out.")),
            _tool(explain.PAGES, gettext_lazy("Why there is a class on a date, or none.")),
            _tool(
                calendar_check.PAGES, gettext_lazy("Compare the classes with the weekly lessons.")
            ),
        ),
    ),
    (
        gettext_lazy("Import, export and print"),
        (
            _tool(timetable_import.PAGES, gettext_lazy("Read a timetable from a spreadsheet.")),
            Entry(
                name=gettext_lazy("Export the timetable"),
                text=gettext_lazy("Download it as a spreadsheet."),
                page="export_timetable",
                shown=next(page.shown for page in timetable_import.PAGES if page.title),
            ),
            _tool(
                sheets.PAGES,
                gettext_lazy("Days, weeks, registers and months on paper."),
                shown=lambda request: may_see_everyone(request.user),
            ),
        ),
    ),
    (
        gettext_lazy("Families and access"),
        (
            Entry(model=Guardian, text=gettext_lazy("Who gets the e-mails about a student.")),
            Entry(model=User, text=gettext_lazy("Who may log in.")),
            Entry(
                model=Group,
                name=gettext_lazy("Roles"),
                text=gettext_lazy("What owners, schedulers, teachers and viewers may do."),
            ),
            Entry(
                model=CalendarFeed,
                text=gettext_lazy("Secret addresses for calendar programs and phones."),
            ),
            Entry(model=AuthToken, text=gettext_lazy("Access for other programs.")),
        ),
    ),
    (
        gettext_lazy("What runs by itself"),
        (
            _tool(jobs.PAGES, gettext_lazy("Whether all is well; start, preview and undo runs.")),
            Entry(model=JobRun, text=gettext_lazy("Every run, with its counts.")),
            Entry(model=Message, text=gettext_lazy("E-mails to families and teachers.")),
            Entry(
                model=LogEntry,
                name=gettext_lazy("Audit log"),
                text=gettext_lazy("Who changed what, and when."),
            ),
        ),
    ),
)


def settings_groups(request: HttpRequest) -> list[tuple[str, list[SettingsLink]]]:
    """Return the groups of links that the user may open, without empty ones."""
    groups = [
        (str(title), [link for entry in entries if (link := entry.link(request)) is not None])
        for title, entries in _GROUPS
    ]
    return [(title, links) for title, links in groups if links]


def may_see_settings(request: HttpRequest) -> bool:
    """Return whether the page has any link for the user."""
    return any(entry.link(request) for _title, entries in _GROUPS for entry in entries)


@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the links, every table, and the user's latest edits."""
    groups = settings_groups(request)
    if not groups:
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": _("Settings"),
        "groups": groups,
        "recent": recent_edits(request.user),
    }
    return TemplateResponse(request, "admin/home/settings.html", context)


PAGES = (
    ToolPage(
        route="settings/",
        name="settings",
        view=settings_page,
        title=gettext_lazy("Settings"),
        shown=may_see_settings,
    ),
)
