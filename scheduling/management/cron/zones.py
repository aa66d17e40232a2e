"""Due times of cron's entries, which use the machine's time zone, in the studio's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.conf import settings
from django.utils.formats import date_format

from scheduling.jobs.schedule.cron_entries import ENTRIES, CronEntry
from scheduling.selectors.studio import studio_or_first_values


def zones_differ(now: datetime) -> bool:
    """Return whether the machine's and the studio's local times differ within the next year."""
    machine, studio = ZoneInfo(settings.SYSTEM_TIME_ZONE), studio_or_first_values().zone
    days = (now + timedelta(days=day) for day in range(0, 366, 7))
    return any(
        day.astimezone(machine).utcoffset() != day.astimezone(studio).utcoffset() for day in days
    )


def fires(entry: CronEntry, now: datetime) -> datetime:
    """Return when cron starts ``entry`` next, in the studio's zone."""
    machine = ZoneInfo(settings.SYSTEM_TIME_ZONE)
    due: datetime = next(CronSim(entry.cron, now.astimezone(machine)))
    return due.astimezone(studio_or_first_values().zone)


def translated(now: datetime) -> list[tuple[str, str]]:
    """Return each entry with a fixed hour, and its next due time at the studio."""
    return [
        (f"{entry.cron}  {entry.command_line}", date_format(fires(entry, now), "l H:i"))
        for entry in ENTRIES
        if entry.cron.split()[1] != "*"
    ]
