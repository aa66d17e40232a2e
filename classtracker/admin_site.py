"""The admin site: its name, its tool pages and the context of every page.

It is outside `scheduling.admin`, which registers with this site on import.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.admin import AdminSite, autodiscover, site
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import Resolver404, get_script_prefix, path, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views import i18n

from classtracker.widgets import use_native_inputs

# Most used first; Django would sort by name.
TABLES = (
    "Student",
    "Teacher",
    "ScheduledClass",
    "RecurringSlot",
    "FixedSchedule",
    "Guardian",
    "Room",
    "Closure",
    "LessonSettings",
    "Message",
    "JobRun",
    "JobRunItem",
)
DAILY = TABLES[:3]
# Tables of task queues, which are hidden: the job log shows the runs.
QUEUES = ("django_tasks_database", "django_rq")


class ClassTrackerAdminSite(AdminSite):
    """Django's admin site with the pages of `scheduling.admin.tool_pages`."""

    site_title = "Class Tracker"
    site_header = "Class Tracker"
    index_title = _("The studio")
    site_url = None
    # The header links to the daily pages, “Settings” to the others.
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        use_native_inputs()  # before the first table is registered
        super().__init__(name)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        from classtracker.login import LoginForm

        self.login_form = LoginForm
        response = super().login(request, extra_context)
        return to_existing_page(response, reverse("admin:index"))

    def get_urls(self) -> list[Any]:
        register_tables()
        from scheduling.admin.tool_pages import PAGES

        own = [path(page.route, self.admin_view(page.view), name=page.name) for page in PAGES]
        return [*own, *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from scheduling.admin.home.dashboard import dashboard

        return super().index(request, {"front": dashboard(request)} | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"]))
        apps.sort(key=lambda app: app["app_label"] != "scheduling")
        if app_label is None:
            apps[1:1] = _extract_group(apps[:1], "Studio")
        return apps

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from scheduling.admin.tools.search import search_context
        from scheduling.selectors.studio import shown_zone, studio_or_first_values

        studio = studio_or_first_values()
        own = {"site_header": studio.name, "site_title": studio.name} if studio.name else {}
        return {
            **super().each_context(request),
            **own,
            "studio_zone": studio.time_zone,
            "shown_zone": cache(shown_zone),
            "version": settings.VERSION,
            "search": search_context(request) if self.has_permission(request) else {},
            "main_pages": [
                {"url": reverse("admin:index"), "name": _("Today")},
                *_pages(request, lambda page: page.daily),
                *self._tables(request),
                *_pages(request, lambda page: page.name == "settings"),
            ],
        }

    def _tables(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return links to the daily changelists that the user may view."""
        links = []
        for model, model_admin in self._registry.items():
            if model._meta.object_name in DAILY and model_admin.has_view_permission(request):
                url_name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
                name = model._meta.verbose_name_plural
                links.append((_place(model._meta.object_name), reverse(url_name), name))
        return [{"url": url, "name": capfirst(name)} for _, url, name in sorted(links)]


def to_existing_page(response: HttpResponse, fallback: str) -> HttpResponse:
    """Return ``response``, sent to ``fallback`` if it redirects to a missing page of this site."""
    location = urlsplit(response.get("Location", ""))
    if location.path and not location.netloc:
        prefix = get_script_prefix()
        try:
            # The admin's catch-all view, which responds with a 404, has no name.
            exists = location.path.startswith(prefix) and bool(
                resolve("/" + location.path.removeprefix(prefix)).url_name
            )
        except Resolver404:
            exists = False
        if not exists:
            # The response carries cookies, so it is kept.
            response["Location"] = fallback
    return response


def set_language(request: HttpRequest) -> HttpResponse:
    """Set the language with Django's view, and return to an existing page."""
    return to_existing_page(i18n.set_language(request), reverse("admin:index"))


def _pages(request: HttpRequest, wanted: Callable[[Any], bool]) -> list[dict[str, Any]]:
    """Return links to the ``wanted`` tool pages that the user may view."""
    from scheduling.admin.tool_pages import PAGES

    return [
        {"url": reverse(f"admin:{page.name}"), "name": page.title}
        for page in PAGES
        if page.title and wanted(page) and page.shown(request)
    ]


def _extract_group(apps: list[Any], name: str) -> list[dict[str, Any]]:
    """Move the table ``name`` to a new group "Settings"; return an empty list if it is hidden."""
    groups = []
    for app in apps:
        for table in [model for model in app["models"] if model["object_name"] == name]:
            app["models"].remove(table)
            group = {"name": _("Settings"), "app_label": "settings", "app_url": table["admin_url"]}
            groups.append(app | group | {"models": [table]})
    return groups


def _place(name: str) -> int:
    return TABLES.index(name) if name in TABLES else len(TABLES)


def register_tables() -> None:
    """Register the tables of all apps except task queues. Repeated calls have no effect."""
    autodiscover()
    for model in [model for model in site._registry if model._meta.app_label in QUEUES]:
        site.unregister(model)
