"""VTIMEZONE components, read by independent programs."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from scheduling.domain.wallclock import SECOND, instant
from scheduling.feeds.vtimezone import vtimezone
from scheduling.tests.support.calendar_readers import by_dateutil, by_icalendar

from .zones import HOUR, STARTS, ZONES, calendar, instants, lessons

pytestmark = pytest.mark.one_database(name="sqlite")


def text_of(zone, first="2026-01-01", last="2026-12-31"):
    span = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first, last)]
    found = vtimezone(zone, *span)
    return found and found.to_ical().decode().replace("\r\n", "\n")


def test_zone_has_one_yearly_rule_for_each_change():
    assert text_of("Europe/Madrid") == (
        "BEGIN:VTIMEZONE\n"
        "TZID:Europe/Madrid\n"
        "BEGIN:DAYLIGHT\n"
        "DTSTART:20250330T020000\n"
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\n"
        "TZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0200\n"
        "END:DAYLIGHT\n"
        "BEGIN:STANDARD\n"
        "DTSTART:20251026T030000\n"
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
        "TZOFFSETFROM:+0200\n"
        "TZOFFSETTO:+0100\n"
        "END:STANDARD\n"
        "END:VTIMEZONE\n"
    )


def test_zone_without_change_has_one_offset():
    assert text_of("Asia/Kolkata") == (
        "BEGIN:VTIMEZONE\n"
        "TZID:Asia/Kolkata\n"
        "BEGIN:STANDARD\n"
        "DTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0530\n"
        "TZOFFSETTO:+0530\n"
        "END:STANDARD\n"
        "END:VTIMEZONE\n"
    )


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("America/New_York", {"BYDAY=2SU;BYMONTH=3", "BYDAY=1SU;BYMONTH=11"}),
        ("Australia/Sydney", {"BYDAY=1SU;BYMONTH=10", "BYDAY=1SU;BYMONTH=4"}),
        ("Europe/Dublin", {"BYDAY=-1SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10"}),
    ],
)
def test_summer_time_is_daylight(zone, rules):
    text = text_of(zone)
    assert set(re.findall("RRULE:FREQ=YEARLY;(.*)", text)) == rules
    offsets = {
        kind: re.search(rf"BEGIN:{kind}.*?TZOFFSETTO:(\S+)", text, re.DOTALL)[1]
        for kind in ("DAYLIGHT", "STANDARD")
    }
    assert int(offsets["DAYLIGHT"]) == int(offsets["STANDARD"]) + 100


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Africa/Casablanca", "2026-01-01", "2026-12-31"),  # follows Ramadan
        ("America/Santiago", "2026-01-01", "2026-12-31"),  # the Sunday after the first Saturday
        ("America/Mexico_City", "2022-09-01", "2023-03-01"),  # the year of its last change
        ("America/New_York", "2006-01-01", "2007-12-31"),  # two rules
        ("Europe/Moscow", "2011-01-01", "2011-12-31"),
        ("UTC", "2026-01-01", "2026-12-31"),
        ("No/Where", "2026-01-01", "2026-12-31"),
    ],
)
def test_irregular_zone_has_no_description(zone, first, last):
    assert text_of(zone, first, last) is None


def test_zone_is_described_after_its_last_change():
    assert "RRULE" not in text_of("America/Mexico_City", "2023-01-01", "2023-12-31")


def test_class_in_unknown_zone_has_its_instant():
    (event, *_) = lessons("Europe/Madrid", date(2026, 1, 5))
    event = replace(event, time_zone="No/Where")
    assert by_dateutil(calendar([event])) == instants([event])


def test_start_in_repeated_hour_is_in_utc():
    """Programs differ in which of the two instants they choose."""
    day = date(2026, 4, 5)  # the clocks go back from 03:00
    starts = {"01:30": ";TZID=Australia/Sydney:20260405T013000", "02:30": ":20260404T153000Z"}
    for at, written in starts.items():
        start = instant(day, time.fromisoformat(at), "Australia/Sydney")
        event = replace(lessons("Australia/Sydney", day)[0], starts_at=start, ends_at=start + HOUR)
        assert f"DTSTART{written}\r\n" in calendar([event]).decode()


def test_onsets_are_in_local_time_before_the_change():
    """RFC 5545 §3.6.5: each onset, read with the offset before it, is a change in zoneinfo."""
    for zone in ZONES:
        parts = re.findall(
            r"DTSTART:(\S+)\nRRULE.*\nTZOFFSETFROM:(\S+)\nTZOFFSETTO:(\S+)", text_of(zone) or ""
        )
        for onset, before, after in parts:
            at = datetime.strptime(onset + before, "%Y%m%dT%H%M%S%z")
            offsets = [f"{moment.astimezone(ZoneInfo(zone)):%z}" for moment in (at - SECOND, at)]
            assert offsets == [before, after], zone


def test_descriptions_have_two_rules_and_no_list_of_dates():
    for zone in ZONES:
        text = text_of(zone) or ""
        assert "RDATE" not in text
        assert "EXDATE" not in text
        assert text.count("BEGIN:STANDARD") == (1 if text else 0), zone
        assert text.count("RRULE") in (0, 2), zone


def test_most_zones_have_a_description():
    assert sum(text_of(zone) is None for zone in ZONES) < 80


def zones_with_different_descriptions(first):
    """Return zones with different descriptions; `make soak` reads all zones."""
    found = {}
    for zone in ZONES:
        text = text_of(zone, str(first), f"{first.year + 1}-08-01")
        found.setdefault(text and text.replace(zone, ""), zone)
    return found.values()


@pytest.mark.parametrize(
    "first",
    [STARTS[1], *(pytest.param(start, marks=pytest.mark.soak) for start in STARTS[3::2])],
    ids=str,
)
def test_independent_readers_find_stored_instants(first):
    zones = zones_with_different_descriptions(first)
    assert len(zones) > 40
    for zone in zones:
        events = lessons(zone, first)
        body = calendar(events)
        assert by_dateutil(body) == instants(events), zone
        assert by_icalendar(body) == instants(events), zone
