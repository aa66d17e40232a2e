"""Cron keeps the machine's time, the entries are meant in the studio's: what becomes of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.conf import settings
from django.utils.formats import date_format

from scheduling.jobs.schedule.cron_entries import ENTRIES, CronEntry
from scheduling.selectors.studio import studio_or_first_values


def zones_differ(now: datetime) -> bool:
    """Whether the machine's clock shows another time than the studio's, now or within a year."""
    machine, studio = ZoneInfo(settings.SYSTEM_TIME_ZONE), studio_or_first_values().zone
    days = (now + timedelta(days=day) for day in range(0, 366, 7))
    return any(
        day.astimezone(machine).utcoffset() != day.astimezone(studio).utcoffset() for day in days
    )


def fires(entry: CronEntry, now: datetime) -> datetime:
    """When cron will next start ``entry``, in the studio's zone."""
    machine = ZoneInfo(settings.SYSTEM_TIME_ZONE)
    moment: datetime = next(CronSim(entry.cron, now.astimezone(machine)))
    return moment.astimezone(studio_or_first_values().zone)


def translated(now: datetime) -> list[tuple[str, str]]:
    """Each entry that is due at an hour of the day, and when that is at the studio."""
    return [
        (f"{entry.cron}  {entry.command_line}", date_format(fires(entry, now), "l H:i"))
        for entry in ENTRIES
        if entry.cron.split()[1] != "*"
    ]
