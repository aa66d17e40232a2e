"""The description of an event names the teacher for whom a substitute gives the class."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from scheduling.models import CalendarFeed, ScheduledClass
from scheduling.services.calendar_feeds import token_of
from scheduling.services.substitutes import hand_over
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.jobs.helpers import weekly

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def test_a_substitute_has_the_class_in_the_feed_with_the_name_of_the_other_teacher(client):
    old = EARLY - timedelta(90)
    marta, bea = (make.teacher(name, revised_at=old) for name in ("Marta", "Bea"))
    make.schedule(make.student("Ana", revised_at=old), marta, revised_at=old)
    weekly()
    feed = CalendarFeed.objects.create(teacher=bea)
    row = marta.classes.get()

    def events():
        address = reverse("calendar-feed", kwargs={"token": token_of(feed)})
        with time_machine.travel(EARLY, tick=False):
            answer = client.get(address, secure=True)
        return list(Calendar.from_ical(answer.content).walk("VEVENT"))

    assert events() == []
    hand_over([(str(row.pk), bea.pk)], EARLY)
    # The clock of the database is later than EARLY.
    ScheduledClass.objects.update(updated_at=EARLY)
    (before,) = events()
    assert before["DESCRIPTION"] == "Substitute for Marta"
    marta.name = "Marta Gil"
    marta.save()
    (after,) = events()
    assert after["DESCRIPTION"] == "Substitute for Marta Gil"
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
