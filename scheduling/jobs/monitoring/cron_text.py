"""The schedule of a job as text in the current language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job

_DAYS = {
    "1": gettext_lazy("Mondays at %(time)s"),
    "2": gettext_lazy("Tuesdays at %(time)s"),
    "3": gettext_lazy("Wednesdays at %(time)s"),
    "4": gettext_lazy("Thursdays at %(time)s"),
    "5": gettext_lazy("Fridays at %(time)s"),
    "6": gettext_lazy("Saturdays at %(time)s"),
    "0": gettext_lazy("Sundays at %(time)s"),
    "7": gettext_lazy("Sundays at %(time)s"),
    "*": gettext_lazy("Every day at %(time)s"),
}


def schedule_text(job: Job) -> str:
    """Return, for example, “Every day at 02:00”, in the studio's zone."""
    cron = JOBS[job].cron
    if not cron:
        return _("Only when someone asks for it")
    return cron_text(cron)


def cron_text(cron: str) -> str:
    """Return the text of a cron expression; the expression itself if there is no text for it."""
    minute, hour, day, month, weekday = cron.split()
    if day != "*" or month != "*":
        return cron
    if minute.isdigit() and hour.isdigit() and weekday in _DAYS:
        return str(_DAYS[weekday]) % {"time": f"{int(hour):02}:{int(minute):02}"}
    every, _slash, step = minute.partition("/")
    if every == "*" and step.isdigit() and hour == weekday == "*":
        return _("Every %(n)s minutes") % {"n": step}
    return cron
