"""The lesson settings of a teacher, with prices that are valid from a day on."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from scheduling.models import LessonDuration, LessonSettings, Teacher


def prices_on(durations: Iterable[LessonDuration], day: date) -> list[LessonDuration]:
    """Return the prices that are valid on ``day``, by length."""
    valid: dict[int, LessonDuration] = {}
    for duration in sorted(durations, key=lambda duration: duration.valid_from):
        if duration.valid_from <= day:
            valid[duration.minutes] = duration
    return [valid[minutes] for minutes in sorted(valid) if valid[minutes].price is not None]


def write_lesson_settings(teacher: Teacher, wanted: Mapping[str, Any] | None, today: date) -> None:
    """Replace the settings of ``teacher`` with ``wanted``; None deletes them with all prices.

    Prices that change, and lengths that are left out, count from ``today`` on.
    """
    teacher._state.fields_cache.pop("lesson_settings", None)
    stored = LessonSettings.objects.filter(teacher=teacher).first()
    if wanted is None:
        if stored is not None:
            stored.delete()
        return
    values = dict(wanted)
    durations = values.pop("durations", [])
    settings = LessonSettings(pk=stored.pk if stored else None, teacher=teacher, **values)
    settings.save()
    _write_prices(settings, {each["minutes"]: each["price"] for each in durations}, today)


def _write_prices(settings: LessonSettings, prices: Mapping[int, Decimal], today: date) -> None:
    """Store ``prices`` by length as those of ``today`` and later.

    The first price of a length counts for earlier lessons too: no other is known.
    """
    stored = list(settings.durations.all())
    current = {duration.minutes: duration for duration in prices_on(stored, today)}
    known = {duration.minutes for duration in stored}
    for minutes in sorted(prices.keys() | current.keys()):
        price, before = prices.get(minutes), current.get(minutes)
        if price is None:
            settings.durations.filter(minutes=minutes, valid_from__gt=today).delete()
        elif before is not None and before.price == price:
            continue
        if minutes in known:
            settings.durations.update_or_create(
                minutes=minutes, valid_from=today, defaults={"price": price}
            )
        else:
            settings.durations.create(minutes=minutes, price=price)
