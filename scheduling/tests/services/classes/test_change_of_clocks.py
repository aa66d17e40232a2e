"""Lessons during a DST change have the same end time wherever they are shown."""

import csv
import io

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from scheduling.domain.outcomes import Outcome
from scheduling.feeds.ics import document
from scheduling.feeds.vtimezone import zones_of
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.reminders import remind
from scheduling.management.cli.terminal import describe
from scheduling.models import CalendarFeed, FixedSchedule, Job, JobRun, ScheduledClass
from scheduling.services.calendar_feeds import feed_events
from scheduling.services.classes.edit import cancel
from scheduling.services.notices import notifying
from scheduling.tests import factories as make
from scheduling.tests.factories import day, moment
from scheduling.tests.jobs.helpers import counts, dry_run, weekly
from scheduling.tests.support.roles import account

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
def test_end_time_is_the_same_everywhere(client, settings, date, start, end, begins, ends):
    settings.REMINDER_HOURS = 48
    marta = make.teacher("Marta Gil", ZONE)
    student = make.student("Wall Clock", email="w@example.com")
    lesson = make.lesson(student, day(date), start, end, marta, time_zone=ZONE)
    lesson = ScheduledClass.objects.get(pk=lesson.pk)
    hours, now = f"{begins}–{ends}", moment(f"{date} 00:00").replace(day=lesson.date.day - 1)
    assert lesson.hours == hours
    assert f"{hours} ({ZONE})" in str(lesson)
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
    assert [f"{instant:%H:%M}" for instant in local] == [begins, ends]

    mail.outbox.clear()
    with notifying([lesson.pk], True, now) as notified:
        cancel(lesson.pk, by="teacher", now=now)
    assert notified.queued == 1
    deliver(now)
    assert f"{hours} (Europe/Madrid)" in mail.outbox[0].body


def test_conflict_caused_by_dst_names_the_actual_hours(client, settings):
    settings.TIME_ZONE = ZONE
    client.force_login(account("superuser"))
    student = make.student("Wall Clock")
    make.schedule(student, weekday=7, start="05:30", end="06:30")
    night = make.schedule(student, weekday=7, start="01:00", end="05:00")
    with time_machine.travel("2026-03-16T08:00:00+00:00", tick=False) as clock:
        assert counts(weekly(day("2026-03-16"))) == {"created": 2}
        clock.move_to("2026-03-23T08:00:00+00:00")
        preview = client.get("/admin/background-jobs/weekly/preview/").content.decode()
        _result, lines = dry_run(Job.WEEKLY, day("2026-03-23"))
        reported = [describe(line) for line in lines if line.outcome is Outcome.CONFLICT]
        assert counts(weekly(day("2026-03-23"))) == {"created": 1, "conflict": 1}
        listed = client.get("/admin/conflicts/").content.decode()
        here = f"/admin/conflicts/fixed_schedule/{night.pk}/2026-03-29/"
        settling = client.get(here).content.decode()
        log = client.get(f"/admin/background-jobs/runs/{JobRun.objects.latest('pk').pk}/")
        held = ScheduledClass.objects.get(date="2026-03-29")
        ScheduledClass.objects.filter(pk=held.pk).delete()
        checked = client.get("/admin/check/").content.decode()
    assert reported == [
        "! conflict · Wall Clock · 2026-03-29 01:00–06:00 Europe/Madrid · Wall Clock already has a "
        "class, 2026-03-29 05:30–06:30 Europe/Madrid"
    ]
    for page in (preview, settling, log.content.decode()):
        assert "01:00–06:00" in page
        assert "01:00–05:00" not in page
    # The list names the rule by its start, and has the hours of the class in the way.
    assert "Sundays 01:00" in listed
    assert "(05:30–06:30)" in listed
    assert "01:00–05:00" not in listed
    assert "05:30–06:30" in checked
    assert "01:00–05:00" not in checked


def test_moved_class_names_its_former_hours_on_a_dst_date(client, settings):
    settings.TIME_ZONE = ZONE
    rule = make.schedule(make.student("Wall Clock"), weekday=7, start="01:00", end="05:00")
    weekly(day("2026-03-23"))
    FixedSchedule.objects.filter(pk=rule.pk).update(start_time="02:30", end_time="02:45")
    _result, (line,) = dry_run(Job.WEEKLY, day("2026-03-23"))
    assert line.hours == "03:30–03:45"
    assert line.reason.endswith("it was on 2026-03-29 01:00–06:00")
