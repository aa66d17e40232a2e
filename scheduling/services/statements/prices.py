"""The prices of lessons, by teacher, length and date."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

from django.db.models import Case, IntegerField, Value, When

from scheduling.domain.windows import DAY
from scheduling.models import LessonDuration

# A class that begins on a day of the studio has a local date at most this far from it.
_MARGIN = 2 * DAY


class PriceList:
    """The prices of a statement from ``first`` to ``last``, both included. One small query.

    The days at which any price changes divide the time into periods. So the classes of a statement
    are counted by lesson settings, length and period, and no price is searched class by class.
    """

    # The columns of classes that decide on a price: the arguments of ``price``.
    COLUMNS: ClassVar = ("settings", "minutes", "price_period")

    def __init__(self, first: date, last: date) -> None:
        # By lesson settings and length: the first days of the prices, and the prices.
        self._prices: dict[tuple[int, int], tuple[list[date], list[Decimal | None]]] = {}
        changes: set[date] = set()
        columns = ("settings_id", "minutes", "valid_from", "price")
        rows = LessonDuration.objects.order_by("valid_from").values_list(*columns)
        for settings, minutes, valid_from, price in rows:
            days, prices = self._prices.setdefault((settings, minutes), ([], []))
            days.append(valid_from)
            prices.append(price)
            if first - _MARGIN < valid_from <= last + _MARGIN:
                changes.add(valid_from)
        # The first day of each period.
        self._days = [first - _MARGIN, *sorted(changes)]

    @property
    def period(self) -> Case:
        """The number of the period in which the date of a class is."""
        periods = [
            When(date__lt=end, then=Value(number))
            for number, (_day, end) in enumerate(pairwise(self._days))
        ]
        return Case(*periods, default=Value(len(periods)), output_field=IntegerField())

    def price(self, settings: int | None, minutes: int, period: int) -> Decimal | None:
        """Return the price of a class with these columns; None if it is not known."""
        if settings is None or (settings, minutes) not in self._prices:
            return None
        days, prices = self._prices[settings, minutes]
        newest = bisect_right(days, self._days[period])
        return prices[newest - 1] if newest else None
