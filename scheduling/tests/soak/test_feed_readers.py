"""Calendar feeds in three independent readers (including ical.js): all zones and a studio."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from scheduling.models import CalendarFeed, ScheduledClass
from scheduling.services.calendar_feeds import token_of
from scheduling.services.demo import load_demo
from scheduling.tests.factories import EARLY, MONDAY
from scheduling.tests.feeds.zones import STARTS, ZONES, calendar, instants, lessons
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.calendar_readers import by_dateutil, by_icalendar, by_icaljs

pytestmark = [pytest.mark.soak, pytest.mark.one_database(name="postgresql")]

WEEK = timedelta(weeks=1)


@pytest.mark.parametrize("first", STARTS, ids=str)
def test_every_zone_is_read_correctly(first, tmp_path):
    stored, bodies = {}, {}
    for zone in ZONES:
        events = lessons(zone, first)
        stored[zone], bodies[zone] = instants(events), calendar(events)
        assert by_dateutil(bodies[zone]) == stored[zone], zone
        assert by_icalendar(bodies[zone]) == stored[zone], zone
    by_script = dict(zip(ZONES, by_icaljs(bodies.values(), tmp_path), strict=True))
    for zone in ZONES:
        assert by_script[zone] == stored[zone], zone


@pytest.mark.django_db
def test_feed_of_500_students_is_read_correctly(client, tmp_path):
    """The feed is the same before and after generation, and every class has its instant."""
    load_demo(500, 25, 1, EARLY)
    feed = reverse("calendar-feed", kwargs={"token": token_of(CalendarFeed.objects.create())})
    with time_machine.travel(EARLY, tick=False):
        planned = client.get(feed, secure=True).content
        horizon()
        for week in range(12):
            weekly(MONDAY + week * WEEK, MONDAY)
        stored = client.get(feed, secure=True).content
    assert stored == planned
    expected = sorted(ScheduledClass.objects.values_list("starts_at", "ends_at"))
    assert len(expected) > 10_000
    read = by_dateutil(stored)
    assert sorted(read.values()) == expected
    assert by_icalendar(stored) == read
    assert by_icaljs([stored], tmp_path) == [read]
