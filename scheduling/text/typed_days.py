"""A day that a person types into a search: “24 Dec”, “24/12/2026”, “24 de diciembre”, “today”."""

import re
from datetime import date
from functools import cache

from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import override

from scheduling.domain.typed_text import plain_letters
from scheduling.domain.windows import DAY

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
# The day first, as on every page.
_NUMBERS = re.compile(r"(?<![\d/.])(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\.?(?![\d/])")
_WORDS = re.compile(r"(?<!\d)(\d{1,2})\.? (?:de )?([^\W\d]{3,})\.?(?:,? (?:de )?(\d{4}))?(?!\d)")
_MONTH_FIRST = re.compile(r"\b([^\W\d]{3,})\.? (\d{1,2})(?:,? (\d{4}))?(?!\d)")
_CENTURY = 2000


def take_day(text: str, today: date) -> tuple[date | None, str]:
    """Return the first day in ``text``, and ``text`` without it; None and ``text`` without a day.

    A day without a year is the one closest to ``today``.
    """
    text = " ".join(text.split())
    for word, shift in ((_("today"), 0), (_("tomorrow"), 1), (_("yesterday"), -1)):
        words = text.split(" ")
        plain = [plain_letters(each) for each in words]
        if plain_letters(word) in plain:
            del words[plain.index(plain_letters(word))]
            return today + shift * DAY, " ".join(words)
    for pattern, order in (
        (_ISO, (1, 2, 3)),
        (_NUMBERS, (3, 2, 1)),
        (_WORDS, (3, 2, 1)),
        (_MONTH_FIRST, (3, 1, 2)),
    ):
        if found := pattern.search(text):
            year, month, day = (found[number] for number in order)
            if (number := _month(month)) and (result := _day(year, number, int(day), today)):
                rest = f"{text[: found.start()]} {text[found.end() :]}"
                return result, " ".join(rest.split())
    return None, text


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    name = plain_letters(text)
    found = {number for full, number in _month_names() if full.startswith(name)}
    return found.pop() if len(found) == 1 else 0


@cache
def _month_names() -> tuple[tuple[str, int], ...]:
    names = []
    for language, _title in settings.LANGUAGES:
        with override(language):
            names += [(plain_letters(str(name)), number) for number, name in MONTHS.items()]
    return tuple(names)


def _day(year: str | None, month: int, day: int, today: date) -> date | None:
    if year is not None:
        years = [int(year) + (_CENTURY if len(year) < len("2026") else 0)]
    else:
        years = [today.year + shift for shift in (-1, 0, 1)]
    days = []
    for each in years:
        try:
            days.append(date(each, month, day))
        except ValueError:
            continue
    return min(days, key=lambda found: abs(found - today), default=None)
