"""The conflict pages: the list, one conflict, and the actions that resolve it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import JobRun, Message, ScheduledClass
from scheduling.services.classes.edit import cancel, move
from scheduling.services.roles import VIEWER
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import counts, horizon, weekly
from scheduling.tests.support.roles import account

from .conflict_pages import NOW, PAGE, page_of, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]
WEDNESDAY = NOW + timedelta(days=2)
NEXT = MONDAY + timedelta(7)


@pytest.fixture(autouse=True)
def _horizon(settings):
    settings.HORIZON_WEEKS = 2


@pytest.fixture
def marta():
    return make.teacher("Marta Gil")


@pytest.fixture
def ana(marta):
    """Ana's slot: it is older and takes precedence."""
    return make.slot(marta, make.student("Ana Ruiz"))


@pytest.fixture
def leo(marta, ana):
    """Leo's slot at the same time: in conflict on two Mondays."""
    slot = make.slot(marta, make.student("Leo Park"))
    horizon(now=NOW, weeks=2)
    return slot


def act(browser, slot, act, day=NEXT, **more):
    return text_of(browser.post(page_of(slot, day), {"action": act, **more}, follow=True))


def test_without_conflicts_the_list_is_empty(browser):
    assert "No lesson clashes with another." in text_of(browser.get(PAGE))


def test_a_conflict_earlier_this_week_can_be_resolved(browser, marta):
    make.schedule(make.student("Ana Ruiz"), marta)
    leo = make.schedule(make.student("Leo Park"), marta)
    weekly(now=NOW)
    address = f"{PAGE}fixed_schedule/{leo.pk}/{MONDAY}/"
    with time_machine.travel(WEDNESDAY, tick=False):
        text = text_of(browser.get(PAGE))
        assert "1 lesson clashes with another lesson." in text
        assert address in text
        page = text_of(browser.get(address))
        assert "Its time has passed: move it to a free time" in page
        assert "group lesson" not in page
        browser.post(address, {"action": "cancel"})
        text = text_of(browser.get(PAGE))
    assert "No lesson clashes with another." in text


def test_a_slots_past_lesson_is_no_conflict(browser, leo, settings):
    settings.HORIZON_WEEKS = 1
    with time_machine.travel(WEDNESDAY, tick=False):
        assert "1 lesson clashes with another lesson." in text_of(browser.get(PAGE))


def test_both_sides_are_linked(browser, ana, leo):
    text = text_of(browser.get(PAGE))
    assert "2 lessons clash with other lessons." in text
    for slot in (ana, leo):
        assert f"/admin/scheduling/recurringslot/{slot.pk}/change/" in text
    text = text_of(browser.get(page_of(leo, NEXT)))
    assert "Marta Gil already teaches Ana Ruiz, Mon 12 Jan 2026, 10:00–11:00." in text
    booking = ScheduledClass.objects.get(date=NEXT)
    for row in (booking, ana, leo):
        assert f"/admin/scheduling/{row._meta.model_name}/{row.pk}/change/" in text
    assert "/admin/calendar/?date=2026-01-12" in text


def test_since_is_the_first_report(browser, leo):
    run = JobRun.objects.get()
    JobRun.objects.filter(pk=run.pk).update(created_at=datetime(2025, 12, 30, 2, tzinfo=UTC))
    horizon(now=NOW, weeks=2)
    assert "Tue 30 Dec 2025, 02:00" in text_of(browser.get(PAGE))


def test_a_moved_lesson_keeps_its_length_and_resolves_the_conflict(browser, leo):
    text = act(browser, leo, "move", date="2026-01-13", start_time="15:30")
    assert "Only this lesson was moved: Leo Park · Tue 13 Jan 2026, 15:30–16:30." in text
    assert "1 lesson clashes with another lesson." in text
    row = ScheduledClass.objects.get(student=leo.student)
    assert (row.week, row.occurrence_date, row.edited_at) == (NEXT, NEXT, NOW)
    assert counts(horizon(now=NOW, weeks=2)) == {"exists": 2, "protected": 1, "conflict": 1}


def test_three_free_times_near_it_are_offered(browser, marta, ana):
    leo = make.slot(marta, make.student("Leo Park"), start="10:30")
    make.lesson(leo.student, NEXT, "09:30", "10:00", make.teacher())
    horizon(now=NOW, weeks=2)
    text = text_of(browser.get(page_of(leo, NEXT)))
    offered = re.findall(r'name="near" value="(\S+) (\S+)"', text)
    # Leo's own lesson at 10:30 is not in its own way.
    assert offered == [(str(NEXT), "11:00"), (str(NEXT), "12:00"), (str(NEXT), "08:30")]
    act(browser, leo, "move", near=" ".join(offered[0]))
    assert ScheduledClass.objects.get(student=leo.student, date=NEXT, start_time=at("11:00"))


def test_free_times_near_it_are_free_in_its_room_which_it_keeps(browser, marta, ana):
    hall = make.room("Hall")
    leo = make.slot(marta, make.student("Leo Park"), room=hall)
    make.lesson(make.student(), NEXT, "11:00", "12:00", make.teacher(), room=hall)
    horizon(now=NOW, weeks=2)
    text = text_of(browser.get(page_of(leo, NEXT)))
    room = re.search(r'name="room" value="(\d+)"', text)[1]
    near = re.search(r'name="near" value="([^"]*)"', text)[1]
    assert (near, room) == (f"{NEXT} 09:00", str(hall.pk))
    act(browser, leo, "move", near=near, room=room)
    moved = ScheduledClass.objects.get(student=leo.student, date=NEXT)
    assert (moved.start_time, moved.room) == (at("09:00"), hall)


def test_no_free_times_are_offered_while_the_teacher_is_away(browser, marta, leo):
    page = page_of(leo, NEXT)
    assert "Free times near it" in text_of(browser.get(page))
    make.closure("Away", MONDAY, MONDAY + timedelta(30), teacher=marta)
    assert "Free times near it" not in browser.get(page, follow=True).content.decode()


def test_moving_to_a_taken_time_is_refused(browser, leo):
    text = act(browser, leo, "move", date="2026-01-12", start_time="10:30")
    assert "Marta Gil already teaches Ana Ruiz at that time: Mon 12 Jan 2026, 10:00–11:00." in text
    assert not ScheduledClass.objects.filter(student=leo.student).exists()


def test_an_invalid_date_is_a_field_error(browser, leo):
    text = act(browser, leo, "move", date="soon", start_time="15:30")
    assert "Enter a valid date." in text


def test_a_lesson_is_cancelled_once(browser, leo):
    assert "Only this lesson was cancelled: Leo Park" in act(browser, leo, "cancel")
    row = ScheduledClass.objects.get(student=leo.student)
    assert (row.status, row.cancelled_by, row.date) == ("cancelled", "studio", NEXT)
    assert counts(horizon(now=NOW, weeks=2)) == {"exists": 2, "protected": 1, "conflict": 1}


def test_shared_lessons_both_take_place(browser, ana, leo):
    assert "group lesson" in text_of(browser.get(page_of(leo, NEXT)))
    assert "Both are a group lesson from now on." in act(browser, leo, "share")
    for slot in (ana, leo):
        slot.refresh_from_db()
        assert slot.is_shared
    rows = ScheduledClass.objects.filter(date=NEXT)
    assert [row.is_shared for row in rows] == [True, True]
    assert "No lesson clashes with another." in text_of(browser.get(PAGE))


def test_an_edited_blocking_class_is_shared_too(browser, ana, leo):
    ScheduledClass.objects.filter(date=NEXT).update(notes="bring the score")
    act(browser, leo, "share")
    assert ScheduledClass.objects.filter(date=NEXT, is_shared=True).count() == 2


def test_lessons_at_other_times_cannot_be_shared(browser, marta, ana):
    late = make.slot(marta, make.student("Leo Park"), start="10:30")
    horizon(now=NOW, weeks=2)
    assert 'value="share"' not in text_of(browser.get(page_of(late, NEXT)))
    assert "exactly the same times can be shared" in act(browser, late, "share")
    late.refresh_from_db()
    assert not late.is_shared


def test_a_free_time_resolves_the_conflict_and_the_next_run_creates_the_class(browser, ana, leo):
    booking = ScheduledClass.objects.get(date=NEXT)
    cancel(booking.pk, by="student", now=NOW)
    text = text_of(browser.get(PAGE))
    assert "1 lesson clashes with another lesson." in text
    assert "This conflict no longer exists" in text_of(browser.get(page_of(leo, NEXT), follow=True))
    horizon(now=NOW, weeks=2)
    assert ScheduledClass.objects.filter(student=leo.student, date=NEXT).exists()


def test_a_class_that_cannot_follow_its_schedule_can_be_moved(browser, marta, ana):
    other = make.slot(marta, make.student("Leo Park"), start="12:00")
    horizon(now=NOW, weeks=2)
    other.start_time = at("10:00")
    other.save()
    horizon(now=NOW, weeks=2)
    page = text_of(browser.get(page_of(other, NEXT)))
    assert "the class stays on Mon 12 Jan 2026, 12:00–13:00" in page
    act(browser, other, "move", date="2026-01-12", start_time="14:00")
    row = ScheduledClass.objects.get(student=other.student, date=NEXT)
    assert row.start_time == at("14:00")


def test_conflicts_of_fixed_schedules_are_listed(browser, marta):
    for name in ("Ana Ruiz", "Leo Park"):
        make.schedule(make.student(name), marta, weekday=3)
    weekly(now=NOW)
    text = text_of(browser.get(PAGE))
    assert "Wednesdays 10:00, <bdi>Marta Gil</bdi>: <bdi>Leo Park</bdi> and" in text


def test_an_unknown_action_is_refused(browser, leo):
    assert "Choose one of the solutions." in act(browser, leo, "explode")


@pytest.mark.parametrize("path", ["x/1/2026-01-12/", "recurring_slot/1/soon/"])
def test_an_unknown_conflict_redirects_to_the_list(browser, path):
    assert "No lesson clashes with another." in text_of(browser.get(PAGE + path, follow=True))


def test_a_viewer_can_read_only(client, leo):
    client.force_login(account(VIEWER))
    assert "2 lessons clash with other lessons." in text_of(client.get(PAGE))
    assert 'name="action"' not in text_of(client.get(page_of(leo, NEXT)))
    assert client.post(page_of(leo, NEXT), {"action": "cancel"}).status_code == 403


def test_query_count_does_not_grow_with_the_conflicts(browser, marta, leo):
    def queries():
        with CaptureQueriesContext(connection) as context:
            browser.get(PAGE)
        return len(context)

    queries()
    few = queries()
    for _number in range(5):
        make.slot(marta)
    horizon(now=NOW, weeks=4)
    assert queries() == few


def test_a_blocking_class_that_was_moved_and_moved_back(browser, leo):
    booking = ScheduledClass.objects.get(date=NEXT)
    move(booking.pk, to_date=NEXT + timedelta(1), now=NOW)
    assert "1 lesson clashes with another lesson." in text_of(browser.get(PAGE))
    move(booking.pk, to_date=NEXT, now=NOW)
    assert "2 lessons clash with other lessons." in text_of(browser.get(PAGE))


def test_families_are_told_of_the_way_out(browser, marta, leo):
    make.guardian("Eva Park", leo.student, email="eva@example.org", language="en")
    text = text_of(browser.get(page_of(leo, NEXT)))
    # With the free times near it, with another time, and with the cancellation.
    assert text.count("Tell the families") == 3
    assert "1 e-mail to a family." in text

    act(browser, leo, "move", near="2026-01-12 11:00")
    assert not Message.objects.exists()
    other = NEXT - timedelta(7)
    text = act(browser, leo, "move", other, near="2026-01-05 11:00", notify="on")
    assert "1 e-mail queued." in text
    assert Message.objects.get().body.endswith(
        "- Leo: Lesson with Marta Gil: Monday 5 January, 11:00–12:00 "
        "(before: Monday 5 January, 10:00–11:00)"
    )


def test_families_are_told_that_it_is_skipped(browser, leo):
    make.guardian("Eva Park", leo.student, email="eva@example.org", language="es")
    make.guardian("Max Park", leo.student, language="es")
    text = act(browser, leo, "cancel", notify="on")
    assert "1 e-mail queued." in text
    assert "Estas clases se cancelan:" in Message.objects.get().body


def test_nobody_is_told_if_the_studio_never_does(browser, leo):
    make.studio(notify_families="never")
    make.guardian("Eva Park", leo.student, email="eva@example.org")
    assert "Tell the families" not in text_of(browser.get(page_of(leo, NEXT)))
    act(browser, leo, "cancel", notify="on")
    assert not Message.objects.exists()
