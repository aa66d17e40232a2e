"""The app configuration of the admin."""

from typing import Any

from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks

from classtracker.admin_site import register_tables


class ClassTrackerAdminConfig(SimpleAdminConfig):
    """Django's admin with a custom site.

    Tables are registered when the URLs are loaded or checked, not at start, which makes the start
    of commands a quarter faster.
    """

    default_site = "classtracker.admin_site.ClassTrackerAdminSite"

    def ready(self) -> None:
        # Without the parent's autodiscovery.
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_tables, checks.Tags.admin)


def _check_tables(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Run Django's checks of admin tables after registering them."""
    register_tables()
    return list(check_admin_app(app_configs, **options))
