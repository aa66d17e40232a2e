"""The admin's frame: its name, the pages that are no tables, and what every page shows.

Outside of `scheduling.admin`, which cannot be imported before the site that it registers with.
"""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

# What a person opens most comes first; Django would sort by name.
TABLES = (
    "Student",
    "Teacher",
    "ScheduledClass",
    "RecurringSlot",
    "FixedSchedule",
    "Closure",
    "LessonSettings",
    "JobRun",
    "JobRunItem",
)


class ClassTrackerSite(AdminSite):
    """The stock site with a few pages of its own: those of `scheduling.admin.pages`."""

    site_title = "Class Tracker"
    site_header = "Class Tracker"
    index_title = _("The studio")
    site_url = None

    def get_urls(self) -> list[Any]:
        from scheduling.admin.pages import PAGES

        own = [path(page.route, self.admin_view(page.view), name=page.name) for page in PAGES]
        return [*own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "scheduling")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from scheduling.admin.pages import PAGES

        return {
            **super().each_context(request),
            "studio_zone": settings.TIME_ZONE,
            "main_pages": [
                {"url": reverse(f"admin:{page.name}"), "name": page.title}
                for page in PAGES
                if page.title and page.shown(request)
            ],
        }


def _place(name: str) -> int:
    return TABLES.index(name) if name in TABLES else len(TABLES)


class ClassTrackerAdminConfig(SimpleAdminConfig):
    """Django's admin on our site; it finds the tables of every application by itself."""

    default_site = "classtracker.site.ClassTrackerSite"

    def ready(self) -> None:
        super().ready()
        autodiscover()
