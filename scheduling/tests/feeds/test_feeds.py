"""Calendar feeds, read by independent parsers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.urls import reverse
from icalendar import Calendar

from scheduling.models import CalendarFeed, ClassStatus, ScheduledClass
from scheduling.services.calendar_feeds import feed_of, revoke, token_of
from scheduling.services.classes.edit import manual_edit
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.calendar_readers import by_dateutil, by_icalendar

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(EARLY, tick=False):
        yield


def path(feed):
    return reverse("calendar-feed", kwargs={"token": token_of(feed)})


def read(client, feed, **headers):
    return client.get(path(feed), headers=headers, secure=True)


def events(response):
    assert response.status_code == 200, response.content
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def by_uid(response):
    return {str(event["UID"]): event for event in events(response)}


@pytest.fixture
def marta():
    return make.teacher("Marta Gil", zone="Europe/Madrid")


@pytest.fixture
def ana():
    return make.student("Ana Ruiz", language="es")


@pytest.fixture
def studio(marta, ana):
    make.slot(marta, ana, weekday=1, start="17:00", subject="Cello")
    make.slot(marta, make.student("Leo Park"), weekday=1, start="18:00")
    make.schedule(ana, weekday=4)
    horizon()
    weekly()


def test_each_feed_contains_its_own_classes(client, studio, marta, ana):
    feeds = {
        "ana": CalendarFeed.objects.create(student=ana),
        "marta": CalendarFeed.objects.create(teacher=marta),
        "all": CalendarFeed.objects.create(),
    }
    counts = {name: len(events(read(client, feed))) for name, feed in feeds.items()}
    assert counts == {"ana": 24, "marta": 24, "all": 36}
    summaries = {str(event["SUMMARY"]) for event in events(read(client, feeds["ana"]))}
    assert summaries == {"Cello · Marta Gil", "Clase"}
    summaries = {str(event["SUMMARY"]) for event in events(read(client, feeds["marta"]))}
    assert summaries == {"Cello · Ana Ruiz", "Class · Leo Park"}


@pytest.mark.parametrize(
    "zone", ["Europe/Madrid", "Africa/Casablanca", "Australia/Lord_Howe", "America/Santiago"]
)
@pytest.mark.parametrize("first", [date(2026, 1, 5), date(2029, 9, 3)], ids=str)
def test_independent_readers_find_stored_instants(client, zone, first):
    """The year includes both clock changes, nonexistent hours and repeated hours."""
    marta, ana = make.teacher(zone=zone), make.student()
    for weekday, start in [(1, "17:00"), (7, "02:30"), (7, "01:30"), (6, "23:45")]:
        make.slot(marta, ana, weekday=weekday, start=start, minutes=30)
    horizon(first, weeks=52)
    with time_machine.travel(datetime.combine(first, time(), UTC), tick=False):
        body = read(client, CalendarFeed.objects.create(student=ana)).content
    stored = sorted(ScheduledClass.objects.values_list("starts_at", "ends_at"))
    assert len(stored) == 4 * 52
    assert sorted(by_dateutil(body).values()) == stored
    assert sorted(by_icalendar(body).values()) == stored


def test_feed_has_local_times_and_their_zone(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    calendar = Calendar.from_ical(read(client, feed).content)
    start = next(iter(calendar.walk("VEVENT")))["DTSTART"]
    assert start.params["TZID"] == "Europe/Madrid"
    assert start.dt == datetime(2026, 1, 5, 17, tzinfo=ZoneInfo("Europe/Madrid"))
    (zone,) = calendar.walk("VTIMEZONE")  # UTC needs no VTIMEZONE
    assert str(zone["TZID"]) == "Europe/Madrid"
    assert {part["DTSTART"].dt.year for part in zone.subcomponents} == {2025}


def test_moved_class_keeps_uid_and_raises_sequence(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    before = by_uid(read(client, feed))
    scheduled_class = ScheduledClass.objects.filter(student=ana, date=date(2026, 1, 12)).get()
    manual_edit(scheduled_class, {"date": date(2026, 1, 14)}, datetime(2026, 11, 30, tzinfo=UTC))
    after = by_uid(read(client, feed))
    assert set(after) == set(before)
    changed = [uid for uid in after if after[uid]["DTSTART"].dt != before[uid]["DTSTART"].dt]
    assert len(changed) == 1
    assert after[changed[0]]["SEQUENCE"] > before[changed[0]]["SEQUENCE"]
    assert all(after[u]["SEQUENCE"] == before[u]["SEQUENCE"] for u in after if u not in changed)


def test_changed_series_keeps_uids(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    before = by_uid(read(client, feed))
    slot = ana.recurring_slots.get()
    slot.weekday, slot.start_time = 3, make.at("16:00")
    slot.save()
    horizon()
    after = by_uid(read(client, feed))
    assert set(after) == set(before)
    assert sum(after[u]["DTSTART"].dt != before[u]["DTSTART"].dt for u in after) == 12


def test_cancelled_class_is_in_feed_as_cancelled(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    scheduled_class = ScheduledClass.objects.filter(student=ana).earliest("starts_at")
    values = {"status": ClassStatus.CANCELLED, "cancel_reason": "fiebre"}
    manual_edit(scheduled_class, values, EARLY)
    first = events(read(client, feed))[0]
    assert (first["STATUS"], first["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert str(first["SUMMARY"]) == "Cancelada: Cello · Marta Gil"
    assert str(first["DESCRIPTION"]) == "fiebre"


def sequences(client, feed):
    return {uid: event["SEQUENCE"] for uid, event in by_uid(read(client, feed)).items()}


def test_each_change_within_one_second_raises_sequence(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    found = [sequences(client, feed)]
    now = ScheduledClass.objects.latest("updated_at").updated_at
    for status in (ClassStatus.CANCELLED, ClassStatus.SCHEDULED, ClassStatus.CANCELLED):
        scheduled_class = ScheduledClass.objects.filter(student=ana).earliest("starts_at")
        manual_edit(scheduled_class, {"status": status}, now)
        found.append(sequences(client, feed))
    changed = [uid for uid in found[0] if found[0][uid] != found[-1][uid]]
    assert len(changed) == 1
    numbers = [sequence[changed[0]] for sequence in found]
    assert numbers == sorted(set(numbers))
    assert 0 <= numbers[0] <= numbers[-1] < 2**31


def test_each_change_by_a_run_raises_sequence(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    ScheduledClass.objects.update(updated_at=EARLY + timedelta(seconds=0.7))
    found = [sequences(client, feed)]
    for _round in range(2):
        holiday = make.closure("Strike", date(2026, 1, 12))
        horizon()
        found.append(sequences(client, feed))
        holiday.delete()
        horizon()
        found.append(sequences(client, feed))
    changed = [uid for uid in found[0] if found[0][uid] != found[-1][uid]]
    assert len(changed) == 1
    numbers = [sequence[changed[0]] for sequence in found]
    assert numbers == sorted(set(numbers))


def test_refresh_interval_is_a_duration(client):
    text = read(client, CalendarFeed.objects.create()).content.decode()
    assert "\r\nX-PUBLISHED-TTL:PT1H\r\n" in text
    assert "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text


def test_feed_without_database_is_503_with_retry_after(client):
    address = path(CalendarFeed.objects.create())

    def refuse(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert int(answer["Retry-After"]) > 0


def test_feed_is_304_until_something_changes(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    first = read(client, feed)
    again = read(client, feed, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert read(client, feed).content == first.content
    scheduled_class = ScheduledClass.objects.filter(student=ana).latest("starts_at")
    manual_edit(
        scheduled_class, {"start_time": make.at("08:00"), "end_time": make.at("09:00")}, EARLY
    )
    assert read(client, feed, if_none_match=first["ETag"]).status_code == 200
    marta = ana.recurring_slots.get().teacher
    marta.name = "Marta Gil Soto"
    marta.save()
    second = read(client, feed)
    assert "Marta Gil Soto" in second.content.decode()


def test_special_characters_are_escaped(client):
    student = make.student("Ana,; \\ «ü» 🎻\u202e =1+1")
    make.lesson(student, subject="line\nBEGIN:VEVENT\nUID:evil", teacher=make.teacher("Tom"))
    feed = CalendarFeed.objects.create()
    (event,) = events(read(client, feed))
    assert "🎻" in str(event["SUMMARY"])
    assert str(event["UID"]).startswith("class-")


def test_feed_accepts_trailing_slash_and_head(client, studio):
    feed = CalendarFeed.objects.create()
    assert client.get(path(feed) + "/").status_code == 200
    head = client.head(path(feed))
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Type"] == "text/calendar; charset=utf-8"
    assert client.post(path(feed)).status_code == 405


def test_forged_and_revoked_addresses_are_404(client, studio, ana):
    feed, other = CalendarFeed.objects.create(student=ana), CalendarFeed.objects.create()
    token = token_of(feed)
    assert token != token_of(other)
    assert feed.nonce in token
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.replace(f"{feed.pk}-", f"{other.pk}-", 1),
        token.partition(".")[0],
        f"{feed.pk}-{feed.nonce}",
        "x",
        "1-x.y",
    ]
    for forged_token in forged:
        assert client.get(f"/calendar/{forged_token}.ics").status_code == 404
    revoke(feed, EARLY)
    answer = read(client, feed)
    assert answer.status_code == 404
    assert "revoked" in answer.content.decode()
    assert feed_of(token, MONDAY) is None


def remove_owner(feed, how):
    person = feed.student or feed.teacher
    if how == "account":
        person.user.is_active = False
        person.user.save()
        return
    if how == "inactive":
        person.is_active = False
    else:
        person.end_date = MONDAY - timedelta(days=1)
    person.save()


@pytest.mark.parametrize(
    ("whose", "how"),
    [("ana", "inactive"), ("ana", "ended"), ("marta", "inactive"), ("marta", "account")],
)
def test_feed_of_person_who_left_is_404(client, studio, marta, ana, whose, how):
    marta.user = User.objects.create_user("marta")
    marta.save()
    feeds = [
        CalendarFeed.objects.create(**owner) for owner in ({"student": ana}, {"teacher": marta})
    ]
    feeds.append(CalendarFeed.objects.create())
    closed = feeds[0] if whose == "ana" else feeds[1]
    assert [read(client, feed).status_code for feed in feeds] == [200] * 3
    remove_owner(closed, how)
    revoked = CalendarFeed.objects.create(revoked_at=EARLY)
    assert [read(client, feed).status_code for feed in feeds] == [
        404 if feed is closed else 200 for feed in feeds
    ]
    assert read(client, closed).content == read(client, revoked).content


def test_feed_is_open_until_last_day_and_after_return(client, studio, ana):
    feed = CalendarFeed.objects.create(student=ana)
    ana.end_date = MONDAY
    ana.save()
    assert read(client, feed).status_code == 200
    with time_machine.travel(EARLY + timedelta(days=1), tick=False):
        assert read(client, feed).status_code == 404
        ana.end_date = None
        ana.save()
        assert read(client, feed).status_code == 200


def test_feed_is_private_and_not_indexed(client):
    answer = read(client, CalendarFeed.objects.create())
    assert answer["Cache-Control"] == "private, max-age=300"
    assert answer["X-Robots-Tag"] == "noindex"


def test_feed_contains_last_90_days(client):
    student = make.student()
    for days in (89, 91):
        make.lesson(student, on=(EARLY - timedelta(days=days)).date())
    assert len(events(read(client, CalendarFeed.objects.create()))) == 1


def test_admin_creates_shows_and_revokes_feed(client, studio, ana):
    client.force_login(User.objects.create_superuser("owner"))
    page = "/admin/scheduling/calendarfeed/"
    client.post(page + "add/", {"student": ana.pk, "teacher": ""})
    feed = CalendarFeed.objects.get()
    assert f"http://testserver{path(feed)}" in client.get(page).content.decode()
    assert client.get(f"{page}{feed.pk}/change/").status_code == 200
    client.post(page, {"action": "revoke_selected", "_selected_action": [feed.pk]})
    assert read(client, feed).status_code == 404
    listed = client.get(page).content.decode()
    assert token_of(feed) not in listed


def test_feed_of_studio_requires_its_checkbox(client, ana):
    client.force_login(User.objects.create_superuser("owner"))
    page = "/admin/scheduling/calendarfeed/"
    words = "Choose one person, or tick “The whole studio”."
    for sent in ({}, {"student": ana.pk, "everyone": "on"}):
        assert words in client.post(page + "add/", sent).content.decode()
    assert not CalendarFeed.objects.exists()
    client.post(page + "add/", {"everyone": "on"})
    assert CalendarFeed.objects.get().student is None


@pytest.mark.parametrize(("state", "found"), [("open", 2), ("closed", 1), ("revoked", 3)])
def test_feeds_can_be_filtered_by_state(client, ana, state, found):
    client.force_login(User.objects.create_superuser("owner"))
    for revoked_at in (None, EARLY, EARLY):
        CalendarFeed.objects.create(revoked_at=revoked_at)
    left = make.student("Leo Park", is_active=False)
    closed = CalendarFeed.objects.create(student=left)
    CalendarFeed.objects.create(student=left, revoked_at=EARLY)
    CalendarFeed.objects.create(student=ana)
    answer = client.get("/admin/scheduling/calendarfeed/", {"state": state})
    assert answer.context["cl"].result_count == found
    page = answer.content.decode()
    assert token_of(closed) not in page
    assert f'<td class="field-state">{state}</td>' in page
