"""Public holidays of countries and regions. The large data is imported when needed."""

import csv
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any
from unicodedata import combining, normalize

from scheduling.models import Closure

Choices = list[tuple[str, str]]


@lru_cache(maxsize=4)
def countries(language: str) -> Choices:
    """Return code and name, in ``language``, of each country in the data, sorted by name."""
    from holidays.registry import COUNTRIES

    # The names are from Unicode CLDR, extracted with Babel 2.19, which is 36 MB with all languages.
    table = resources.files(__package__).joinpath("countries.tsv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    short = language.partition("-")[0]
    names = {row["code"]: row.get(short, row["en"]) for row in rows}
    found = {entry[1]: names.get(entry[1], entry[0]) for entry in COUNTRIES.values()}
    return sorted(found.items(), key=lambda pair: _without_accents(pair[1]))


def _without_accents(name: str) -> str:
    """Return a sort key: “Å” sorts with “a”."""
    return "".join(char for char in normalize("NFKD", name) if not combining(char)).casefold()


@lru_cache(maxsize=64)
def regions(country: str) -> Choices:
    """Return code and name of each region, by name. Raises LookupError for unknown countries."""
    calendar = _calendar(country)
    names: dict[str, str] = {}
    for name, code in getattr(calendar, "subdivisions_aliases", {}).items():
        names.setdefault(code, name)
    found = [(code, names.get(code, code)) for code in calendar.subdivisions]
    return sorted(found, key=lambda pair: pair[1])


def public_holidays(
    country: str, region: str, years: list[int], language: str
) -> list[tuple[date, str]]:
    """Return the holidays of these years and their names, in ``language`` if available, in order.

    Raises LookupError for an unknown country or region.
    """
    import holidays

    calendar = _calendar(country)
    if region and region not in calendar.subdivisions:
        raise LookupError(region)
    found = holidays.country_holidays(
        country, subdiv=region or None, years=years, language=_language(calendar, language)
    )
    return [(day, name) for day, name in sorted(found.items()) if day.year in years]


def usual_place(zone: str) -> tuple[str, str]:
    """Return the country and region imported last, else the country of the zone."""
    last = Closure.objects.exclude(public_holiday_of="").order_by("-id")
    place = last.values_list("public_holiday_of", flat=True).first()
    if place is None:
        return country_of(zone), ""
    country, _minus, region = place.partition("-")
    return country, region


@lru_cache(maxsize=16)
def country_of(zone: str) -> str:
    """Return the country code of an IANA zone, empty if unknown."""
    try:
        table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    except (ModuleNotFoundError, OSError):
        return ""
    for line in table.splitlines():
        country, _tab, rest = line.partition("\t")
        if rest.partition("\t")[2].partition("\t")[0] == zone:
            return country if country in _codes() else ""
    return ""


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from holidays.registry import COUNTRIES

    return frozenset(entry[1] for entry in COUNTRIES.values())


def _calendar(country: str) -> Any:
    import holidays

    if country not in _codes():
        raise LookupError(country)
    return getattr(holidays, country)


def _language(calendar: Any, language: str) -> str | None:
    """Return the variant of ``language`` that the country has; None: the country's own language."""
    short = language.partition("-")[0]
    for variant in (short, f"{short}_{short.upper()}", f"{short}_US"):
        if variant in calendar.supported_languages:
            return variant
    supported = calendar.supported_languages
    variants = [variant for variant in supported if variant.partition("_")[0] == short]
    return min(variants, default=None)
