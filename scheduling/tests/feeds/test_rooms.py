"""The room of a class is the LOCATION of its event."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from scheduling.models import CalendarFeed, Room, ScheduledClass
from scheduling.services.calendar_feeds import token_of
from scheduling.services.classes.edit import move
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.jobs.helpers import weekly

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def event(client):
    feed = CalendarFeed.objects.create()

    def read():
        address = reverse("calendar-feed", kwargs={"token": token_of(feed)})
        with time_machine.travel(EARLY, tick=False):
            answer = client.get(address, secure=True)
        return next(iter(Calendar.from_ical(answer.content).walk("VEVENT")))

    return read


@pytest.mark.parametrize("stored", [False, True])
def test_a_room_is_a_location_and_a_new_name_is_a_new_revision(event, stored):
    hall = make.room("Hall; 2, left", revised_at=EARLY - timedelta(90))
    ana = make.student(revised_at=EARLY - timedelta(60))
    make.schedule(ana, room=hall, revised_at=EARLY - timedelta(30))
    if stored:
        weekly()
    before = event()
    assert before["LOCATION"] == "Hall; 2, left"
    room = Room.objects.get()
    room.name = "Blue"
    room.save()
    after = event()
    assert after["LOCATION"] == "Blue"
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    room = Room.objects.get()
    room.capacity = 4
    room.save()
    assert event()["SEQUENCE"] == after["SEQUENCE"]


def test_a_class_that_leaves_its_room_is_no_older_revision(event):
    """Also where the room was renamed later than the class was made."""
    make.schedule(room=make.room(), revised_at=EARLY - timedelta(30))
    weekly()
    before = event()
    lesson = ScheduledClass.objects.get()
    move(lesson.pk, room=None, now=EARLY + timedelta(days=400))
    after = event()
    assert "LOCATION" not in after
    assert after["SEQUENCE"] > before["SEQUENCE"]
