"""Dates, instants and durations as text in the current language.

Instants are shown in the studio's zone. The formats are translatable, because languages differ in
the order of the parts and in the words between them.
"""

import re
from datetime import date, datetime, timedelta

from django.utils.formats import date_format, number_format
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from scheduling.domain.windows import DAY, WEEK, month_of
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import local, studio_zone

MINUTE = timedelta(minutes=1)
SECONDS = 60
# An ISO 8601 date, and the space before a local time. The date of a timestamp doesn't match.
ISO_DAY = re.compile(r"(?<![\d-])(\d{4}-\d\d-\d\d)(?![\dT-])( (?=\d\d:\d\d))?")


def long_day(day: date) -> str:
    """“Sunday 14 February 2027”."""
    return date_format(day, pgettext("date format: Sunday 14 February 2027", "l j F Y"))


def full_day(day: date) -> str:
    """“Sun 14 Feb 2027”."""
    return date_format(day)


def day_and_hours(day: date, hours: str, zone: str) -> str:
    """“Sun 14 Feb 2027, 10:00–11:00”, with the zone as in ``with_zone``."""
    return with_zone(f"{full_day(day)}, {hours}", zone)


def with_zone(text: str, zone: str) -> str:
    """“10:00–11:00 (Asia/Tokyo)”; ``text`` itself if the zone is the studio's."""
    return f"{text} ({zone})" if foreign_zone(zone) else text


def in_zone(hours: str, zone: str) -> str:
    """“10:00–11:00 Asia/Tokyo”; ``hours`` itself if the zone is the studio's."""
    return f"{hours} {foreign_zone(zone)}".strip()


def with_dates_written_out(text: str) -> str:
    """Return ``text`` with its ISO 8601 dates written like “Sun 14 Feb 2027”.

    The studio's zone after a time is left out; another zone stays.
    """
    own_zone = rf"(?<=\d\d:\d\d) {re.escape(studio_zone().key)}(?![\w/])"
    return ISO_DAY.sub(_full_day, re.sub(own_zone, "", text))


def _full_day(found: re.Match[str]) -> str:
    try:
        day = full_day(date.fromisoformat(found[1]))
    except ValueError:
        return found[0]
    return f"{day}, " if found[2] else day


def coming_day(day: date, today: date) -> str:
    """“Sunday 14 February”, with the year if it differs from that of ``today``."""
    if day.year != today.year:
        return long_day(day)
    return date_format(day, pgettext("date format: Sunday 14 February", "l j F"))


def plain_day(day: date) -> str:
    """“14 February”."""
    return date_format(day, pgettext("date format: 14 February", "j F"))


_WEEKDAYS = (
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
)


def weekdays_text(weekday: int) -> str:
    """“Mondays” for the ISO weekday 1."""
    return str(_WEEKDAYS[weekday - 1])


def day_of_year(day: date) -> str:
    """“27 Nov”."""
    return date_format(day, pgettext("date format: 27 Nov", "j M"))


def short_day(day: date) -> str:
    """“Sun 14 Feb”."""
    return date_format(day, pgettext("date format: Sun 14 Feb", "D j M"))


def month_text(day: date) -> str:
    """“March 2026”."""
    return date_format(day, pgettext("date format: March 2026", "F Y"))


def days_text(first: date, last: date) -> str:
    """“March 2026” for a whole month, one date, or “Sun 1 Mar 2026 – Tue 3 Mar 2026”."""
    if (first, last) == month_of(first):
        return month_text(first)
    return full_day(first) if first == last else f"{full_day(first)} – {full_day(last)}"


def hours_text(minutes: int) -> str:
    """“64 h 30”."""
    return _("%(hours)s h %(minutes)s") % {
        "hours": number_format(minutes // SECONDS, force_grouping=True),
        "minutes": f"{minutes % SECONDS:02}",
    }


def weekday(day: date) -> str:
    """“Sunday”."""
    return date_format(day, pgettext("date format: Sunday", "l"))


def clock_time(moment: datetime) -> str:
    """“02:00”, in the studio's zone."""
    return f"{local(moment):%H:%M}"


def when(moment: datetime, now: datetime) -> str:
    """“today at 02:00”, “Monday at 06:00” in the week around now, else “9 Nov at 06:00”."""
    day, today = local(moment).date(), local(now).date()
    days = (day - today) // DAY
    if days == 0:
        text = _("today at %(time)s")
    elif days == 1:
        text = _("tomorrow at %(time)s")
    elif days == -1:
        text = _("yesterday at %(time)s")
    else:
        return _("%(day)s at %(time)s") % {
            "day": _named_day(day, today),
            "time": clock_time(moment),
        }
    return text % {"time": clock_time(moment)}


def _named_day(day: date, today: date) -> str:
    if abs(day - today) < WEEK:
        return weekday(day)
    if day.year == today.year:
        return short_day(day)
    return full_day(day)


def exact_time(moment: datetime) -> str:
    """“Sun 14 Feb 2027 02:00:07”, in the studio's zone."""
    text = pgettext("date format: Sun 14 Feb 2027 02:00:07", "D j M Y H:i:s")
    return date_format(local(moment), text)


def relative(moment: datetime, now: datetime) -> str:
    """“5 hours ago”, “in 5 hours”, “just now”."""
    if abs(moment - now) < MINUTE:
        return _("just now") if moment <= now else _("in a moment")
    if moment < now:
        return _("%(time)s ago") % {"time": _plain(timesince(moment, now, depth=1))}
    return _("in %(time)s") % {"time": _plain(timeuntil(moment, now, depth=1))}


def distance(span: timedelta) -> str:
    """“2 days”, “5 hours”: only the largest unit."""
    start = datetime(2000, 1, 1, tzinfo=studio_zone())
    return _plain(timesince(start, start + span, depth=1))


def _plain(text: str) -> str:
    return text.replace("\xa0", " ")


def duration_text(span: timedelta | None) -> str:
    """“under 0.1 s”, “0.4 s”, “12 s”, “3 min 20 s”; a dash for None."""
    if span is None:
        return "–"
    seconds = span.total_seconds()
    if round(seconds, 1) < 0.1:
        return _("under %(seconds)s s") % {"seconds": number_format(0.1, 1)}
    if seconds < 10:
        return _("%(seconds)s s") % {"seconds": number_format(round(seconds, 1), 1)}
    if seconds < SECONDS:
        return _("%(seconds)s s") % {"seconds": round(seconds)}
    minutes, rest = divmod(round(seconds), SECONDS)
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


def number_text(value: int) -> str:
    """“2,345”."""
    return str(number_format(value, force_grouping=True))
