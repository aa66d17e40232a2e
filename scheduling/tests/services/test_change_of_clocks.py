"""A lesson over a change of the clocks ends at one time, wherever it is shown."""

import csv
import io

import pytest
from django.core import mail
from icalendar import Calendar

from scheduling.feeds.ics import document
from scheduling.feeds.vtimezone import zones_of
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.reminders import remind
from scheduling.models import CalendarFeed, ScheduledClass
from scheduling.services.classes import cancel
from scheduling.services.feeds import feed_events
from scheduling.services.notices import tell_families
from scheduling.tests import factories as make
from scheduling.tests.factories import day, moment
from scheduling.tests.roles import account

pytestmark = pytest.mark.django_db
ZONE = "Europe/Madrid"
# The clocks go from 02:00 to 03:00 in March and from 03:00 to 02:00 in October.
CASES = [
    ("2026-03-29", "01:00", "05:00", "01:00", "06:00"),
    ("2026-03-29", "02:30", "02:45", "03:30", "03:45"),
    ("2026-10-25", "01:00", "05:00", "01:00", "04:00"),
    ("2026-03-28", "23:30", "03:30", "23:30", "04:30"),
    ("2026-03-30", "01:00", "05:00", "01:00", "05:00"),
]


@pytest.mark.parametrize(("date", "start", "end", "begins", "ends"), CASES)
def test_the_same_end_everywhere(client, settings, date, start, end, begins, ends):
    settings.REMINDER_HOURS = 48
    marta = make.teacher("Marta Gil", ZONE)
    student = make.student("Wall Clock", email="w@example.com")
    lesson = make.lesson(student, day(date), start, end, marta, time_zone=ZONE)
    lesson = ScheduledClass.objects.get(pk=lesson.pk)
    hours, now = f"{begins}–{ends}", moment(f"{date} 00:00").replace(day=lesson.date.day - 1)
    assert lesson.hours == hours
    client.force_login(account("superuser"))

    assert remind(now) == 1
    deliver(now)
    assert f"{hours} (Europe/Madrid)" in mail.outbox[0].body

    week = {"start": f"{date}T00:00:00Z", "end": f"{lesson.date.replace(day=31)}T00:00:00Z"}
    own = client.get("/admin/calendar/events/", week | {"zone": "own"}).json()["classes"]
    assert [row[2:4] for row in own if row[0] == lesson.pk] == [[begins, ends]]
    details = client.get(f"/admin/calendar/classes/{lesson.pk}/").content.decode()
    assert hours in details
    listed = client.get("/admin/scheduling/scheduledclass/?when=all").content.decode()
    assert hours in listed
    address = "/admin/scheduling/scheduledclass/export/csv/?when=all"
    exported = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(exported))
    assert (row["Start time"][:5], row["End time"][:5]) == (begins, ends)
    feed = CalendarFeed.objects.create(student=student)
    events = feed_events(feed, now)
    content = document("Wall", events, zones_of(events), with_student=True, with_teacher=True)
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    local = [
        event[name].dt.astimezone(lesson.local_times()[0].tzinfo) for name in ("DTSTART", "DTEND")
    ]
    assert [f"{one:%H:%M}" for one in local] == [begins, ends]

    mail.outbox.clear()
    cancel(lesson.pk, by="teacher", now=now)
    assert tell_families([ScheduledClass.objects.get(pk=lesson.pk)], now) == 1
    deliver(now)
    assert f"{hours} (Europe/Madrid)" in mail.outbox[0].body
