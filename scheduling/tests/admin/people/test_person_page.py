"""The page of a student or teacher: upcoming classes, conflicts and weekly schedules."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import FixedSchedule, LessonSettings, Student
from scheduling.services.calendar_feeds import token_of
from scheduling.services.roles import SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
TODAY = date(2026, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def address(person):
    return f"/admin/scheduling/{person._meta.model_name}/{person.pk}/change/"


def page(browser, person):
    answer = browser.get(address(person))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_the_next_ten_classes_are_listed_with_their_zone(browser, role):
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil", "Europe/Madrid")
    make.lesson(ana, TODAY - DAY, teacher=marta)
    current = make.lesson(ana, TODAY, "12:30", "13:30", teacher=marta)  # 11:30–12:30 in UTC
    coming = [make.lesson(ana, TODAY + n * DAY, teacher=marta) for n in range(1, 12)]
    panel = browser.get(address({"student": ana, "teacher": marta}[role])).context["panel"]
    shown = [row["when"] for row in panel["classes"]]
    assert len(shown) == 10
    for row, text in zip([current, *coming], shown, strict=False):
        assert f"/scheduledclass/{row.pk}/change/" in text
    assert "12:30–13:30 Europe/Madrid" in shown[0]


def test_a_conflict_is_named_with_the_blocking_class(browser):
    marta = make.teacher("Marta Gil")
    rule = make.schedule(make.student("Ana Ruiz"), marta)
    taken = make.lesson(make.student("Leo Park"), date(2026, 1, 12), teacher=marta)
    for person in (rule.student, marta):
        text = page(browser, person)
        assert "Clashes in the next 4 weeks" in text
        assert "Marta Gil already teaches Leo Park" in text
        assert f"/admin/scheduling/scheduledclass/{taken.pk}/change/" in text
        assert f"/admin/explain/?{person._meta.model_name}={person.pk}" in text


def test_a_person_without_classes_shows_the_reason(browser):
    text = page(browser, make.student("Ana Ruiz"))
    assert "The student has no schedule." in text
    assert "Without a place" not in text
    assert "None." in page(browser, make.teacher())


def test_a_missing_start_date_is_shown(browser):
    ana = make.schedule(make.student("Ana Ruiz", start=None)).student
    assert "The student has no start date." in page(browser, ana)


def test_the_start_date_defaults_to_today(browser):
    form = browser.get("/admin/scheduling/student/add/").context["adminform"].form
    assert form.get_initial_for_field(form.fields["start_date"], "start_date") == TODAY


@pytest.mark.parametrize("inline", [True, False])
def test_a_schedule_without_a_start_date_is_saved_with_a_warning(browser, inline):
    ana = make.student("Ana Ruiz", start=None)
    values = schedule_form(1, "10:00", "11:00")
    if inline:
        assert save(browser, ana, values, start_date="") is None
    else:
        values |= {"student": ana.pk, "interval_weeks": 1}
        browser.post("/admin/scheduling/fixedschedule/add/", values)
    text = page(browser, ana)
    assert "Ana Ruiz has a schedule but no start date: there are no classes until" in text


def test_query_count_does_not_grow_with_the_classes(browser):
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil")

    def fill(days):
        for n in days:
            make.lesson(ana, TODAY + n * DAY, teacher=marta)

    def count_queries():
        with CaptureQueriesContext(connection) as captured:
            page(browser, marta)
        return len(captured)

    make.schedule(ana, marta)
    fill(range(1, 3))
    count_queries()
    count = count_queries()
    fill(range(3, 13))
    assert count_queries() == count


def save(browser, student, *schedules, start_date="2025-01-06"):
    """Submit a student's page with ``schedules``; return their errors by field, None if saved."""
    form = {
        "first_name": student.first_name,
        "last_name": student.last_name,
        "start_date": start_date,
        "is_active": "on",
        "language": "en",
        "student_guardians-TOTAL_FORMS": 0,
        "student_guardians-INITIAL_FORMS": 0,
        "fixed_schedules-TOTAL_FORMS": len(schedules),
        "fixed_schedules-INITIAL_FORMS": sum("id" in schedule for schedule in schedules),
    }
    for n, schedule in enumerate(schedules):
        values = {"interval_weeks": 1, "student": student.pk, **schedule}
        form |= {f"fixed_schedules-{n}-{name}": value for name, value in values.items()}
    answer = browser.post(address(student), form)
    if answer.status_code == 302:
        return None
    return answer.context["inline_admin_formsets"][0].formset.errors


def schedule_form(weekday, start, end, **values):
    return {"weekday": weekday, "start_time": start, "end_time": end, **values}


def test_two_schedules_of_a_student_at_once_are_refused(browser):
    ana = make.student("Ana Ruiz")
    errors = save(
        browser, ana, schedule_form(1, "10:00", "11:00"), schedule_form(1, "10:30", "11:30")
    )
    assert errors[1] == {
        "start_time": ["This student already has a meeting then: Monday 10:00–11:00."]
    }
    assert not FixedSchedule.objects.exists()


def test_a_student_can_have_two_hundred_schedules(browser):
    ana = make.student("Ana Ruiz", None)
    # All fields that a browser sends for each.
    rest = {"teacher": "", "subject": "Piano", "valid_from": "2040-01-02", "valid_until": ""}
    rest |= {"initial-interval_weeks": 1, "initial-is_shared": "", "initial-valid_from": ""}
    hours = [
        (f"{n // 2:02}:{n % 2 * 30:02}", f"{n // 2:02}:{n % 2 * 30 + 29:02}") for n in range(40)
    ]
    many = [
        schedule_form(weekday, start, end, **rest)
        for weekday in range(1, 6)
        for start, end in hours
    ]

    assert save(browser, ana, *many, start_date="") is None

    assert ana.fixed_schedules.count() == 200


@pytest.mark.parametrize(
    "other",
    [
        schedule_form(1, "11:00", "12:00"),
        schedule_form(2, "10:00", "11:00"),
        schedule_form(1, "10:30", "11:30", valid_from="2026-03-01"),
    ],
)
def test_schedules_that_never_overlap_are_saved(browser, other):
    first = schedule_form(1, "10:00", "11:00", valid_until="2026-02-28")
    assert save(browser, make.student("Ana Ruiz"), first, other) is None
    assert FixedSchedule.objects.count() == 2


def test_schedules_in_alternating_weeks_are_saved(browser):
    ana = make.student("Ana Ruiz")
    odd = schedule_form(1, "10:00", "11:00", interval_weeks=2, valid_from="2026-01-05")
    same = schedule_form(1, "10:00", "11:00", interval_weeks=2, valid_from="2026-01-19")
    even = schedule_form(1, "10:00", "11:00", interval_weeks=2, valid_from="2026-01-12")
    assert save(browser, ana, odd, same) is not None
    assert save(browser, ana, odd, even) is None


@pytest.mark.parametrize("kind", ["schedule", "slot"])
def test_a_taken_hour_of_the_teacher_is_refused_naming_the_student(browser, kind):
    marta = make.teacher("Marta Gil")
    leo = make.student("Leo Park")
    if kind == "schedule":
        make.schedule(leo, marta)
    else:
        make.slot(marta, leo)
    form = schedule_form(1, "10:30", "11:30", teacher=marta.pk)
    errors = save(browser, make.student("Ana Ruiz"), form)
    assert "Marta Gil already teaches then: Leo Park" in errors[0]["start_time"][0]


@pytest.mark.parametrize(
    "values",
    [
        {"status": "paused"},
        {"status": "cancelled"},
        {"valid_until": date(2025, 12, 31), "valid_from": date(2025, 6, 1)},
        {"is_shared": True},
    ],
)
def test_a_slot_that_blocks_no_hour_is_no_conflict(browser, values):
    marta = make.teacher("Marta Gil")
    make.slot(marta, make.student("Leo Park"), **values)
    form = schedule_form(
        1, "10:00", "11:00", teacher=marta.pk, is_shared="on", valid_from="2026-01-05"
    )
    assert save(browser, make.student("Ana Ruiz"), form) is None


def test_a_slot_over_midnight_on_sunday_blocks_monday_morning(browser):
    marta = make.teacher("Marta Gil")
    make.slot(marta, make.student("Leo Park"), weekday=7, start="23:30", minutes=90)
    form = schedule_form(1, "00:30", "01:30", teacher=marta.pk)
    assert save(browser, make.student("Ana Ruiz"), form) is not None


def test_an_existing_conflict_does_not_prevent_other_changes(browser):
    marta = make.teacher("Marta Gil")
    rule = make.schedule(make.student("Ana Ruiz"), marta)
    make.schedule(make.student("Leo Park"), marta)
    same = schedule_form(1, "10:00:00", "11:00:00", teacher=marta.pk, id=rule.pk, subject="Piano")
    assert save(browser, rule.student, same) is None
    rule.refresh_from_db()
    assert rule.subject == "Piano"


def test_two_schedules_can_swap_their_hours(browser):
    marta = make.teacher("Marta Gil")
    ana = make.student("Ana Ruiz")
    first, second = make.schedule(ana, marta), make.schedule(ana, marta, weekday=2)
    swapped = [
        schedule_form(2, "10:00", "11:00", teacher=marta.pk, id=first.pk),
        schedule_form(1, "10:00", "11:00", teacher=marta.pk, id=second.pk),
    ]
    assert save(browser, ana, *swapped) is None


def test_each_schedule_has_its_teacher_selected(browser):
    marta, bea = make.teacher("Marta Gil"), make.teacher("Bea Sanz")
    ana = make.student("Ana Ruiz")
    for number, teacher in enumerate((marta, None, bea)):
        make.schedule(ana, teacher, weekday=1 + number)

    text = " ".join(browser.get(f"{address(ana)}?edit=1").content.decode().split())

    selects = re.findall(r'<select name="fixed_schedules-\d-teacher".*?</select>', text)
    chosen = [re.findall(r'<option value="(\d*)" selected', select) for select in selects]
    assert chosen == [[str(marta.pk)], [], [str(bea.pk)]]


def test_a_viewer_gets_no_link_to_an_account(client):
    marta = make.teacher("Marta Gil", user=account(TEACHER, "marta"))
    client.force_login(account(VIEWER))
    text = page(client, marta)
    assert "marta" in text
    assert "/auth/user/" not in text


def test_weekly_lessons_of_both_kinds_are_one_list(browser):
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil", "Europe/Madrid")
    slot = make.slot(marta, ana, start="09:00", minutes=45, interval_weeks=2)
    make.slot(marta, ana, start="15:00", valid_until=TODAY - DAY)
    make.slot(marta, ana, start="16:00", status="cancelled")
    rule = make.schedule(ana, marta, weekday=1, start="08:00", end="09:00")
    for person, other in ((ana, marta), (marta, ana)):
        answer = browser.get(address(person))
        first, second = answer.context["weekly"]["rows"]
        assert first["page"] == f"/admin/scheduling/fixedschedule/{rule.pk}/change/"
        assert second["page"] == f"/admin/scheduling/recurringslot/{slot.pk}/change/"
        assert second["change"] == f"/admin/scheduling/recurringslot/{slot.pk}/from/"
        assert second["hours"] == "09:00–09:45 Europe/Madrid"
        assert second["notes"] == "every 2 weeks"
        assert str(other) in first["with"]


def test_the_name_is_the_title_and_the_form_is_behind_edit(browser):
    ana = make.student("Ana Ruiz")
    text = page(browser, ana)
    assert "<h1><bdi>Ana Ruiz</bdi></h1>" in text
    assert "Change student" not in text
    assert 'name="first_name"' not in text
    for act in ("recurringslot/add/?student=", "scheduledclass/add/?student=", "student/pause/"):
        assert f"/admin/scheduling/{act}" in text
    form = browser.get(f"{address(ana)}?edit=1").content.decode()
    assert 'name="first_name"' in form
    assert form.count('type="submit" value="Save') == 1
    add = browser.get("/admin/scheduling/student/add/").content.decode()
    assert add.count('type="submit" value="Save') == 1


def test_saving_leads_to_the_persons_page(browser):
    values = {"first_name": "Eva", "language": "en", "is_active": "on"}
    for formset in ("fixed_schedules", "student_guardians"):
        values |= {f"{formset}-TOTAL_FORMS": 0, f"{formset}-INITIAL_FORMS": 0}
    answer = browser.post("/admin/scheduling/student/add/", values)
    eva = Student.objects.get()
    assert answer["Location"] == address(eva)
    assert browser.post(f"{address(eva)}?edit=1", values)["Location"] == address(eva)


def test_a_lesson_is_marked_on_the_page_with_one_tap(browser):
    ana = make.student("Ana Ruiz")
    over = make.lesson(ana, TODAY, "08:00", "09:00")
    answer = browser.get(address(ana))
    (row,) = answer.context["panel"]["recent"]
    assert (row["line"].pk, row["line"].state) == (over.pk, "")
    assert "not marked" in answer.content.decode()
    data = {"attendance": "present", "next": address(ana)}
    answer = browser.post(f"/admin/today/{over.pk}/mark/", data)
    assert answer["Location"] == f"{address(ana)}#class-{over.pk}"
    (row,) = browser.get(address(ana)).context["panel"]["recent"]
    assert (row["line"].state, row["line"].is_marked) == ("present", True)
    data["next"] = "https://elsewhere.example/"
    elsewhere = browser.post(f"/admin/today/{over.pk}/mark/", data)
    assert elsewhere["Location"] == f"/admin/#class-{over.pk}"


def test_planned_lessons_are_listed_too(browser):
    rule = make.schedule(make.student("Ana Ruiz"), weekday=4, start="10:00", end="11:00")
    stored = make.lesson(rule.student, date(2026, 1, 10))
    answer = browser.get(address(rule.student))
    rows = answer.context["panel"]["classes"]
    pks = [row["line"] and row["line"].pk for row in rows]
    assert pks == [None, stored.pk, None, None, None]
    assert "Thu 8 Jan 2026" in rows[0]["when"]
    assert answer.content.decode().count("not created yet") == 4


def test_absences_and_make_ups_owed_are_listed(browser):
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil")
    make.closure("Trip", TODAY, TODAY + 5 * DAY, student=ana)
    make.closure("Past", TODAY - 9 * DAY, TODAY - DAY, student=ana)
    flu = make.closure("Flu", TODAY + DAY, teacher=marta)
    values = {"closure": flu, "status": "cancelled", "cancelled_by": "closure"}
    lost = make.lesson(ana, TODAY + DAY, teacher=marta, **values)
    context = browser.get(address(ana)).context
    away = [row["text"] for row in context["away"]]
    assert away == ["Trip, Wed 7 Jan 2026 – Mon 12 Jan 2026"]
    (owed,) = context["owed"]["rows"]
    assert (owed["with"], owed["by"]) == (marta, "Mon 9 Mar 2026")
    assert f"make_up={lost.pk}" in owed["find"]
    assert len(browser.get(address(marta)).context["owed"]["rows"]) == 1


def test_a_feed_is_created_and_copied_on_the_page(browser):
    ana = make.student("Ana Ruiz")
    add = f"/admin/scheduling/calendarfeed/add/?student={ana.pk}"
    assert add in page(browser, ana)
    answer = browser.post(add, {"student": ana.pk})
    assert answer["Location"] == f"{address(ana)}#feed"
    text = page(browser, ana)
    url = f"http://testserver/calendar/{token_of(ana.feeds.get())}.ics"
    assert text.count(f">{url}<") == 1
    for program in ("iPhone: ", "Android: ", "Outlook: "):
        assert program in text


def test_a_teacher_links_to_the_lesson_settings(browser):
    marta = make.teacher("Marta Gil")
    text = page(browser, marta)
    assert f"/admin/scheduling/lessonsettings/add/?teacher={marta.pk}" in text
    settings = LessonSettings.objects.create(teacher=marta)
    text = page(browser, marta)
    assert f"/admin/scheduling/lessonsettings/{settings.pk}/change/" in text
