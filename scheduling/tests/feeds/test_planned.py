"""Planned occurrences in feeds: the same before and after a run stores them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import (
    CalendarFeed,
    CancelledBy,
    ClassStatus,
    RecurringSlot,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.services.calendar_feeds import token_of
from scheduling.services.classes.occurrences import cancel, move
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.calendar_readers import by_dateutil, by_icalendar

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

WEEK = timedelta(weeks=1)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(EARLY, tick=False):
        yield


@pytest.fixture
def read(client):
    def get(feed, **headers):
        address = reverse("calendar-feed", kwargs={"token": token_of(feed)})
        response = client.get(address, headers=headers, secure=True)
        assert response.status_code in (200, 304), response.content
        return response

    return get


@pytest.fixture
def events(read):
    def by_uid(feed):
        found = Calendar.from_ical(read(feed).content).walk("VEVENT")
        return {str(event["UID"]): event for event in found}

    return by_uid


@pytest.fixture
def ana():
    return make.student("Ana Ruiz", revised_at=datetime(2025, 1, 6, tzinfo=UTC))


@pytest.fixture
def feed(ana):
    return CalendarFeed.objects.create(student=ana)


def test_fixed_schedule_is_in_feed_for_whole_horizon(events, ana, feed):
    schedule = make.schedule(ana, weekday=4)
    found = events(feed)
    assert list(found) == [
        f"schedule-{schedule.pk}-{MONDAY + n * WEEK}@class-tracker" for n in range(12)
    ]
    weekly()
    assert ScheduledClass.objects.count() == 1
    assert list(events(feed)) == list(found)


def test_feed_is_identical_after_runs_store_classes(read, ana, feed):
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    make.schedule(ana, marta, weekday=2, subject="Cello")
    make.schedule(ana, weekday=4)
    make.slot(marta, ana, weekday=5, interval_weeks=2)
    feeds = [feed, CalendarFeed.objects.create(teacher=marta), CalendarFeed.objects.create()]
    before = [read(feed) for feed in feeds]
    assert [body.content.count(b"BEGIN:VEVENT") for body in before] == [30, 18, 30]
    horizon()
    for week in range(12):
        weekly(MONDAY + week * WEEK, MONDAY)
    assert ScheduledClass.objects.count() == 30
    for feed, earlier in zip(feeds, before, strict=True):
        after = read(feed)
        assert after.content == earlier.content
        assert read(feed, if_none_match=earlier["ETag"]).status_code == 304
    expected = sorted(ScheduledClass.objects.values_list("starts_at", "ends_at"))
    for reader in (by_dateutil, by_icalendar):
        assert sorted(reader(before[2].content).values()) == expected


def test_horizon_of_feed_moves_with_today(events, ana, feed):
    make.schedule(ana, weekday=1)
    assert len(events(feed)) == 12
    with time_machine.travel(EARLY + WEEK, tick=False):
        uids = list(events(feed))
    assert len(uids) == 12
    assert uids[-1].endswith("-2026-03-30@class-tracker")


def test_feed_contains_only_occurrences_that_will_be_created(events, ana, feed):
    """Closed days and taken hours are left out; a booking replaces its occurrence."""
    marta = make.teacher()
    make.slot(marta, ana, weekday=1)
    make.closure("Holiday", MONDAY + WEEK)
    make.lesson(make.student(), MONDAY + 2 * WEEK, teacher=marta)
    one_off = make.lesson(ana, MONDAY + 3 * WEEK, teacher=marta)
    found = events(feed)
    assert len(found) == 10
    assert f"class-{one_off.pk}@class-tracker" in found
    days = [event["DTSTART"].dt.date() for event in found.values()]
    assert days == [MONDAY + n * WEEK for n in range(12) if n not in (1, 2)]


@pytest.mark.parametrize("change", ["student", "slot", "teacher"])
def test_paused_series_has_no_planned_occurrence(events, ana, change):
    slot = make.slot(student=ana)
    studio_feed = CalendarFeed.objects.create()
    assert len(events(studio_feed)) == 12
    if change == "slot":
        slot.status = "paused"
        slot.save()
    else:
        person = getattr(slot, change)
        person.is_active = False
        person.save()
    assert events(studio_feed) == {}


def stamp(event):
    return event["SEQUENCE"], event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt


def test_new_event_has_sequence_0_and_creation_time(events, ana, feed):
    created_at = datetime(2025, 3, 1, 9, 30, 15, tzinfo=UTC)
    make.schedule(ana, created_at=created_at, revised_at=created_at)
    first, *_ = events(feed).values()
    assert stamp(first) == (0, created_at, created_at)
    weekly()
    assert ScheduledClass.objects.count() == 1
    first, *_ = events(feed).values()
    assert stamp(first) == (0, created_at, created_at)


def test_changed_schedule_revises_planned_events(events, ana, feed):
    created_at = datetime(2025, 3, 1, 9, 30, 15, tzinfo=UTC)
    schedule = make.schedule(ana, weekday=4, created_at=created_at, revised_at=created_at)
    before = events(feed)
    schedule.start_time, schedule.end_time = make.at("16:00"), make.at("17:00")
    schedule.save()
    after = events(feed)
    assert list(after) == list(before)
    for uid, event in after.items():
        assert event["DTSTART"].dt - before[uid]["DTSTART"].dt == timedelta(hours=6)
        assert all(new > old for new, old in zip(stamp(event), stamp(before[uid]), strict=True))


def test_recreated_class_has_no_older_revision(events, ana, feed):
    slot = make.slot(student=ana)
    horizon()
    slot.valid_until = MONDAY
    slot.save()
    horizon()
    before = {uid: stamp(event) for uid, event in events(feed).items()}
    assert len(before) == 1
    slot.valid_until = None
    slot.save()
    planned = {uid: stamp(event) for uid, event in events(feed).items()}
    assert len(planned) == 12
    horizon()
    assert {uid: stamp(event) for uid, event in events(feed).items()} == planned
    assert all(planned[uid] >= before[uid] for uid in before)


@pytest.mark.parametrize("stored", [False, True])
def test_new_name_or_zone_revises_events_but_new_email_does_not(events, feed, ana, stored):
    """Some programs, such as ICSx⁵, update only events with a newer LAST-MODIFIED."""
    marta = make.teacher("Marta", revised_at=ana.revised_at)
    make.schedule(ana, marta, revised_at=EARLY)
    if stored:
        weekly()
    calendars = [events(feed)]
    for name, value in [
        ("email", "m@example.org"),
        ("name", "Marta Gil"),
        ("time_zone", "Asia/Tokyo"),
    ]:
        person = Teacher.objects.get()
        setattr(person, name, value)
        person.save()
        calendars.append(events(feed))
    ana.last_name = "Ruiz Gil"
    ana.save()
    calendars.append(events(feed))
    stamps = [[stamp(event) for event in calendar.values()] for calendar in calendars]
    assert stamps[1] == stamps[0]
    for later, earlier in [(2, 1), (3, 2), (4, 3)]:
        assert all(new >= old for new, old in zip(stamps[later], stamps[earlier], strict=True))
    assert all(new > old for new, old in zip(stamps[-1], stamps[0], strict=True))


def test_saving_without_change_revises_no_event(read, ana, feed):
    slot = make.slot(student=ana)
    first = read(feed)
    for row in (slot, slot.teacher, ana, RecurringSlot.objects.get(), Student.objects.get()):
        row.save()
    assert read(feed)["ETag"] == first["ETag"]


@pytest.mark.parametrize("action", ["cancel", "move"])
def test_edit_of_planned_occurrence_revises_its_event(events, ana, feed, action):
    schedule = make.schedule(ana, weekday=1, created_at=EARLY, revised_at=EARLY)
    key, day = SeriesKey(SeriesKind.FIXED_SCHEDULE, schedule.pk), MONDAY + 5 * WEEK
    before = events(feed)
    if action == "cancel":
        cancel(key, day, by=CancelledBy.STUDENT, now=EARLY + WEEK)
    else:
        move(key, day, to_date=day + timedelta(days=1), now=EARLY + WEEK)
    after = events(feed)
    assert list(after) == list(before)
    (changed,) = [uid for uid in after if stamp(after[uid]) != stamp(before[uid])]
    assert changed == f"schedule-{schedule.pk}-{day}@class-tracker"
    assert stamp(after[changed]) > stamp(before[changed])
    assert str(after[changed]["STATUS"]) == ("CANCELLED" if action == "cancel" else "CONFIRMED")
    assert ScheduledClass.objects.get().status == (
        ClassStatus.CANCELLED if action == "cancel" else ClassStatus.SCHEDULED
    )


def test_feed_is_identical_later_the_same_day(read, ana, feed):
    make.schedule(ana)
    make.slot(student=ana, weekday=3)
    horizon()
    first = read(feed)
    with time_machine.travel(EARLY + timedelta(hours=20), tick=False):
        later = read(feed)
        assert read(feed, if_none_match=first["ETag"]).status_code == 304
    assert (later.content, later["ETag"]) == (first.content, first["ETag"])


@pytest.mark.parametrize("whose", ["student", "teacher", ""])
def test_query_count_is_constant(read, whose):
    def queries(size):
        marta, ana = make.teacher(), make.student()
        for weekday in range(1, size + 1):
            make.slot(marta, ana, weekday=weekday)
            make.schedule(ana, marta, weekday=weekday, start="12:00", end="13:00")
            make.schedule(make.student(), weekday=weekday)
        owner = {"student": ana, "teacher": marta}
        feed = CalendarFeed.objects.create(**({whose: owner[whose]} if whose else {}))
        with CaptureQueriesContext(connection) as captured:
            assert read(feed).content.count(b"BEGIN:VEVENT") >= 24 * size
        return len(captured)

    count = queries(1)
    assert queries(6) == count
    # One of them notes the use.
    assert count <= 19


def test_calendar_has_two_name_properties_and_no_method(read, ana, feed):
    """RFC 5546 requires an organizer for METHOD:PUBLISH; NAME is from RFC 7986."""
    text = read(feed).content.decode()
    assert "METHOD" not in text
    assert "\r\nNAME:Ana Ruiz\r\n" in text
    assert "\r\nX-WR-CALNAME:Ana Ruiz\r\n" in text


def test_planned_events_have_uids_of_created_classes(events, ana, feed):
    """The first occurrence is on a Sunday in New York, where it is still Sunday."""
    make.slot(make.teacher(zone="America/New_York"), ana, weekday=7, start="22:00")
    before = events(feed)
    horizon()
    assert ScheduledClass.objects.earliest("date").date == date(2026, 1, 11)
    assert list(events(feed)) == list(before)
