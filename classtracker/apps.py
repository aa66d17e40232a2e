"""The configuration of the admin on our own site."""

from typing import Any

from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks

from classtracker.admin_site import find_tables


class ClassTrackerAdminConfig(SimpleAdminConfig):
    """Django's admin on our site.

    Its tables are found once somebody asks for its addresses or has them checked: a command that
    cron starts needs none of them, and starts in three quarters of the time.
    """

    default_site = "classtracker.admin_site.ClassTrackerAdminSite"

    def ready(self) -> None:
        # In place of what the parent does.
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_tables, checks.Tags.admin)


def _check_tables(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Django's check of the tables, with the tables there; by itself it would find none."""
    find_tables()
    return list(check_admin_app(app_configs, **options))
