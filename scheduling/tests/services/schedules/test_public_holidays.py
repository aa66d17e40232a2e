"""Countries, regions and days; where the studio is is guessed, or remembered."""

import pytest

from scheduling.services.schedules.public_holidays import (
    countries,
    country_of,
    public_holidays,
    regions,
    usual_place,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import day

pytestmark = pytest.mark.one_database(name="postgresql")


def test_the_country_of_a_zone():
    assert country_of("Europe/Madrid") == "ES"
    assert country_of("America/Argentina/Buenos_Aires") == "AR"
    assert country_of("UTC") == ""


def test_countries_and_regions_by_name():
    assert ("ES", "Spain") in countries("en")
    assert ("ES", "España") in countries("es-MX")
    names = [name for _code, name in countries("es")]
    assert names.index("Austria") < names.index("Azerbaiyán") < names.index("Bahamas")
    # A letter with an accent is where people look for it.
    assert names.index("Omán") < names.index("Países Bajos")
    assert ("CT", "Cataluña") in regions("ES")


def test_a_region_has_days_of_its_own():
    country = {str(on) for on, _name in public_holidays("ES", "", [2026], "en")}
    region = {str(on) for on, _name in public_holidays("ES", "CT", [2026], "en")}
    assert "2026-12-26" in region - country


@pytest.mark.parametrize(("country", "region"), [("Atlantis", ""), ("ES", "Atlantis")])
def test_there_is_no_such_place(country, region):
    with pytest.raises(LookupError):
        public_holidays(country, region, [2026], "en")


@pytest.mark.django_db
def test_the_last_place_is_remembered():
    assert usual_place("Europe/Madrid") == ("ES", "")
    make.closure("Feast", day("2026-01-06"), public_holiday_of="DE-BY")
    make.closure("Works", day("2026-01-07"))
    assert usual_place("Europe/Madrid") == ("DE", "BY")
