"""System checks of the configuration, beside Django's own."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.utils import timezone

from scheduling.jobs.notifications.outbox import can_send_mail
from scheduling.management.cron.zones import zones_differ
from scheduling.selectors.studio import studio_or_first_values


@checks.register("environment")
def unused_variables(**kwargs: Any) -> list[checks.CheckMessage]:
    """Warn of environment variables that only an earlier version read."""
    return [
        checks.Warning(
            f"{name} is set and has no effect any more: remove it from the environment or .env.",
            id="scheduling.W002",
        )
        for name in settings.UNUSED_VARIABLES
    ]


@checks.register("mail")
def mail_has_a_sender(**kwargs: Any) -> list[checks.CheckMessage]:
    """Warn if e-mail is sent without a sender: most mail servers refuse Django's default."""
    if can_send_mail():
        return []
    return [
        checks.Warning(
            "Mail goes out and EMAIL_FROM is not set: its sender is "
            f"{settings.DEFAULT_FROM_EMAIL}, which mail servers refuse.",
            hint=(
                "Set EMAIL_FROM to an address that the server of EMAIL_URL sends for, such as "
                "EMAIL_FROM=Studio <studio@example.org>."
            ),
            id="scheduling.W003",
        )
    ]


@checks.register("cron")
def cron_zone_is_the_studios(**kwargs: Any) -> list[checks.CheckMessage]:
    """Warn if cron's time zone, the machine's, differs from the studio's."""
    if not zones_differ(timezone.now()):
        return []
    studio = studio_or_first_values().time_zone
    return [
        checks.Warning(
            f"The machine's time zone is {settings.SYSTEM_TIME_ZONE}, the studio's "
            f"{studio}: cron runs the jobs at other hours than they say.",
            hint=(
                "Set the machine to the studio's zone (timedatectl set-timezone), or use "
                "`manage.py run_scheduler`, which keeps the studio's time. "
                "`manage.py install_cron --show` translates the hours."
            ),
            id="scheduling.W001",
        )
    ]
