"""Countries, regions and holidays; the default place of the studio."""

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

pytestmark = pytest.mark.one_database(name="sqlite")


def test_country_of_a_zone():
    assert country_of("Europe/Madrid") == "ES"
    assert country_of("America/Argentina/Buenos_Aires") == "AR"
    assert country_of("UTC") == ""


def test_countries_and_regions_by_name():
    assert ("ES", "Spain") in countries("en")
    assert ("ES", "España") in countries("es-MX")
    names = [name for _code, name in countries("es")]
    assert names.index("Austria") < names.index("Azerbaiyán") < names.index("Bahamas")
    # Accents do not change the order.
    assert names.index("Omán") < names.index("Países Bajos")
    assert ("CT", "Cataluña") in regions("ES")


def test_region_has_its_own_holidays():
    country = {str(on) for on, _name in public_holidays("ES", "", [2026], "en")}
    region = {str(on) for on, _name in public_holidays("ES", "CT", [2026], "en")}
    assert "2026-12-26" in region - country


@pytest.mark.parametrize(("country", "region"), [("Atlantis", ""), ("ES", "Atlantis")])
def test_unknown_country_or_region(country, region):
    with pytest.raises(LookupError):
        public_holidays(country, region, [2026], "en")


@pytest.mark.django_db
def test_last_imported_place_is_the_default():
    assert usual_place("Europe/Madrid") == ("ES", "")
    make.closure("Feast", day("2026-01-06"), public_holiday_of="DE-BY")
    make.closure("Works", day("2026-01-07"))
    assert usual_place("Europe/Madrid") == ("DE", "BY")
