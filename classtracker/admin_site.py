"""The admin's frame: its name, the pages that are no tables, and what every page shows.

Outside of `scheduling.admin`, which cannot be imported before the site that it registers with.
"""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin import AdminSite, autodiscover, site
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, get_script_prefix, path, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views import i18n

from classtracker.widgets import use_native_inputs

# What a person opens most comes first; Django would sort by name.
TABLES = (
    "Student",
    "Teacher",
    "ScheduledClass",
    "RecurringSlot",
    "FixedSchedule",
    "Closure",
    "LessonSettings",
    "Message",
    "JobRun",
    "JobRunItem",
)
DAILY = TABLES[:4]
# Machinery: what became of a run stands in its log.
QUEUES = ("django_tasks_database", "django_rq")


class ClassTrackerAdminSite(AdminSite):
    """The stock site with a few pages of its own: those of `scheduling.admin.tool_pages`."""

    site_title = "Class Tracker"
    site_header = "Class Tracker"
    index_title = _("The studio")
    site_url = None
    # The header leads to what people need daily; the index lists the rest.
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
        find_tables()
        from scheduling.admin.tool_pages import PAGES

        own = [path(page.route, self.admin_view(page.view), name=page.name) for page in PAGES]
        return [*own, *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from scheduling.admin.home.dashboard import dashboard

        own = {"front": dashboard(request), "tools": _pages(request, daily=False)}
        return super().index(request, own | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"]))
        apps.sort(key=lambda app: app["app_label"] != "scheduling")
        if app_label is None:
            apps[1:1] = _taken_out(apps[:1], "Studio")
        return apps

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from scheduling.selectors.studio import studio_or_first_values

        studio = studio_or_first_values()
        own = {"site_header": studio.name, "site_title": studio.name} if studio.name else {}
        return {
            **super().each_context(request),
            **own,
            "studio_zone": studio.time_zone,
            "main_pages": [*_pages(request, daily=True), *self._tables(request)],
        }

    def _tables(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The lists of every day, as far as the reader may see them."""
        found = []
        for model, table in self._registry.items():
            if model._meta.object_name in DAILY and table.has_view_permission(request):
                address = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
                name = model._meta.verbose_name_plural
                found.append((_place(model._meta.object_name), reverse(address), name))
        return [{"url": url, "name": capfirst(name)} for _, url, name in sorted(found)]


def to_existing_page(response: HttpResponse, fallback: str) -> HttpResponse:
    """``response``, unless it is a redirect to a path of ours that does not exist."""
    location = urlsplit(response.get("Location", ""))
    path = location.path.removeprefix(get_script_prefix().rstrip("/"))
    if path and not location.netloc:
        try:
            # The admin has a view for every path below it, without a name: it answers 404.
            exists = bool(resolve(path).url_name)
        except Resolver404:
            exists = False
        if not exists:
            return HttpResponseRedirect(fallback)
    return response


def set_language(request: HttpRequest) -> HttpResponse:
    """Django's view, which returns to any path of this host; ours exists."""
    return to_existing_page(i18n.set_language(request), reverse("admin:index"))


def _pages(request: HttpRequest, *, daily: bool) -> list[dict[str, Any]]:
    """The pages that the reader may see: those of every day for the header, or the others."""
    from scheduling.admin.tool_pages import PAGES

    return [
        {"url": reverse(f"admin:{page.name}"), "name": page.title}
        for page in PAGES
        if page.title and page.daily == daily and page.shown(request)
    ]


def _taken_out(apps: list[Any], name: str) -> list[dict[str, Any]]:
    """The table of that name as a group of its own, "Settings"; none where it is not shown."""
    found = []
    for app in apps:
        for model in [one for one in app["models"] if one["object_name"] == name]:
            app["models"].remove(model)
            group = {"name": _("Settings"), "app_label": "settings", "app_url": model["admin_url"]}
            found.append(app | group | {"models": [model]})
    return found


def _place(name: str) -> int:
    return TABLES.index(name) if name in TABLES else len(TABLES)


def find_tables() -> None:
    """Those of every application; a second time changes nothing."""
    autodiscover()
    for model in [model for model in site._registry if model._meta.app_label in QUEUES]:
        site.unregister(model)
