"""Public holidays of countries and regions. The data is large: it is loaded when asked for."""

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
    """Code and name, in ``language``, of each country that has public holidays here, by name."""
    from holidays.registry import COUNTRIES

    # From Unicode CLDR, by way of Babel 2.19, which brings 36 MB of all languages.
    table = resources.files(__package__).joinpath("countries.tsv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    short = language.partition("-")[0]
    names = {row["code"]: row.get(short, row["en"]) for row in rows}
    found = {entry[1]: names.get(entry[1], entry[0]) for entry in COUNTRIES.values()}
    return sorted(found.items(), key=lambda pair: _without_accents(pair[1]))


def _without_accents(name: str) -> str:
    """By which people look a name up: “Å” is among the “a”."""
    return "".join(each for each in normalize("NFKD", name) if not combining(each)).casefold()


@lru_cache(maxsize=64)
def regions(country: str) -> Choices:
    """Code and name of each region of ``country``, by name. Raises LookupError for no country."""
    known = _calendar(country)
    names: dict[str, str] = {}
    for name, code in getattr(known, "subdivisions_aliases", {}).items():
        names.setdefault(code, name)
    found = [(code, names.get(code, code)) for code in known.subdivisions]
    return sorted(found, key=lambda pair: pair[1])


def public_holidays(
    country: str, region: str, years: list[int], language: str
) -> list[tuple[date, str]]:
    """The days of these years and their names, in ``language`` where the data has it, in order.

    Raises LookupError for a country or region that there is not.
    """
    import holidays

    known = _calendar(country)
    if region and region not in known.subdivisions:
        raise LookupError(region)
    found = holidays.country_holidays(
        country, subdiv=region or None, years=years, language=_language(known, language)
    )
    return [(day, name) for day, name in sorted(found.items()) if day.year in years]


def usual_place(zone: str) -> tuple[str, str]:
    """The country and region that the studio imported last, else the country of its zone."""
    last = Closure.objects.exclude(public_holiday_of="").order_by("-id")
    place = last.values_list("public_holiday_of", flat=True).first()
    if place is None:
        return country_of(zone), ""
    country, _minus, region = place.partition("-")
    return country, region


@lru_cache(maxsize=16)
def country_of(zone: str) -> str:
    """The country of an IANA zone, as far as the data has it; empty where it does not say."""
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


def _language(known: Any, language: str) -> str | None:
    """The variant of ``language`` that the country's names come in; None for its own language."""
    short = language.partition("-")[0]
    for one in (short, f"{short}_{short.upper()}", f"{short}_US"):
        if one in known.supported_languages:
            return one
    variants = [one for one in known.supported_languages if one.partition("_")[0] == short]
    return min(variants, default=None)
