"""Mistakes of configuration that Django's own checks cannot know."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.utils import timezone

from .cron_zone import zones_differ


@checks.register("shards")
def shards_need_postgresql(**kwargs: Any) -> list[checks.CheckMessage]:
    """A setting that would do nothing is a misunderstanding."""
    if settings.RUN_SHARDS == 1 or "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        return []
    return [
        checks.Warning(
            "RUN_SHARDS has no effect: SQLite has one writer at a time.",
            hint="Leave it out, or use PostgreSQL (DATABASE_URL); see docs/scale.md.",
            id="scheduling.W002",
        )
    ]


@checks.register("cron")
def cron_keeps_the_studio_s_time(**kwargs: Any) -> list[checks.CheckMessage]:
    """Cron goes by the machine's clock; the entries mean the studio's."""
    if not zones_differ(timezone.now()):
        return []
    return [
        checks.Warning(
            f"The machine's time zone is {settings.SYSTEM_TIME_ZONE}, the studio's "
            f"{settings.STUDIO_TIME_ZONE}: cron runs the jobs at other hours than they say.",
            hint=(
                "Set the machine to the studio's zone (timedatectl set-timezone), or use "
                "`manage.py run_scheduler`, which keeps the studio's time. Whose day it is, is "
                "decided by STUDIO_TIME_ZONE in any case. `manage.py install_cron --show` "
                "translates the hours."
            ),
            id="scheduling.W001",
        )
    ]
