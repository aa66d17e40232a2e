"""The calendar in a browser: views, filters, moving, cancelling; by mouse and keyboard."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling.models import ClassStatus, FixedSchedule, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import DESKTOP, PHONE, watch_of
from scheduling.tests.browser.harness.axe import assert_accessible, assert_fits
from scheduling.tests.browser.harness.layouts import OTHER_LAYOUTS, assert_good
from scheduling.tests.factories import at
from scheduling.tests.jobs.helpers import weekly
from scheduling.tests.support.roles import account
from scheduling.text.dates import full_day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]


def monday() -> date:
    """Return Monday of next week, in which no class has begun."""
    today = timezone.now().date()
    return today - timedelta(days=today.weekday()) + timedelta(days=7)


@pytest.fixture
def week():
    """Create next week of two teachers in Madrid; return its Monday.

    Ana has a class on Monday at 10, Leo one on Tuesday at 10 and a cancelled one. Eva has a planned
    occurrence on Wednesday, Kim a conflict on Tuesday. Friday is a holiday.
    """
    first = monday()
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    tom = make.teacher("Tom Lee", "Europe/Madrid")
    ana, leo = make.student("Ana Ruiz"), make.student("Leo Park")
    make.lesson(ana, first, teacher=marta, subject="Piano")
    make.lesson(leo, first + timedelta(days=1), teacher=marta)
    make.lesson(leo, first, "15:00", "16:00", tom, status="cancelled", cancelled_by="student")
    make.schedule(make.student("Eva Sol"), marta, 3, "12:00", "13:00")
    make.schedule(make.student("Kim Roe"), marta, 2, "10:30", "11:30")
    make.closure("Holiday", first + timedelta(days=4))
    return first


def calendar_url(first, **query):
    parameters = {"date": first, "view": "week", "zone": "Europe/Madrid"} | query
    return "/admin/calendar/?" + "&".join(f"{key}={value}" for key, value in parameters.items())


def event(page, name):
    return page.locator("#calendar a.ct-event", has_text=name)


def open_calendar(page, url):
    page.goto(url)
    expect(page.locator("#calendar-count")).to_contain_text(re.compile("shown|mostrada"))
    page.wait_for_load_state("networkidle")
    return page


def open_filters(page):
    """Open the box with the filters, the legend and the zone."""
    page.locator("summary", has_text="⋯").click()


def status_line(page):
    return page.locator("#calendar-said")


def dialog(page):
    return page.get_by_role("dialog")


@pytest.mark.parametrize("view", ["week", "day", "month", "list", "year"])
@pytest.mark.parametrize(("width", "dark"), OTHER_LAYOUTS)
def test_every_view_is_accessible_and_fits(open_page, owner, week, view, width, dark):
    page = open_calendar(open_page(owner, width=width, dark=dark), calendar_url(week, view=view))
    if view != "year":
        expect(event(page, "Ana Ruiz").first).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


NARROWEST = 320


# Spanish texts are longer.
@pytest.mark.parametrize("locale", [pytest.param("en", marks=pytest.mark.soak), "es"])
@pytest.mark.parametrize("view", ["week", "day", "month", "list", "year"])
def test_every_view_fits_the_narrowest_window(open_page, owner, week, view, locale):
    page = open_calendar(
        open_page(owner, width=NARROWEST, locale=locale), calendar_url(week, view=view)
    )
    assert_fits(page)


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("first", ["2029-12-31", "2029-08-27"])
def test_title_of_a_week_in_two_years_fits_a_phone(open_page, owner, first, locale):
    page = open_page(owner, width=PHONE, locale=locale)
    page.goto(calendar_url(first))
    expect(page.locator(".ct-toolbar").get_by_role("heading")).to_contain_text("2029")
    assert_fits(page)


@pytest.mark.parametrize("by", ["teacher", "time"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_filters_columns_and_lists_are_accessible_and_fit(open_page, owner, week, width, by):
    page = open_calendar(open_page(owner, width=width), calendar_url(week, view="day", by=by))
    expect(event(page, "Ana Ruiz")).to_be_visible()
    open_filters(page)
    assert_good(page)


def test_week_shows_every_kind_of_class(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    expect(event(page, "Ana Ruiz")).to_have_accessible_name(
        "10:00–11:00, Ana Ruiz, Marta Gil, Piano, scheduled, one-off"
    )
    expect(event(page, "Leo Park").filter(has_text="15:00")).to_have_accessible_name(
        re.compile("cancelled")
    )
    expect(event(page, "Eva Sol")).to_have_accessible_name(re.compile("not created yet"))
    expect(event(page, "Kim Roe")).to_have_accessible_name(
        re.compile("clashes with another lesson.*Leo Park")
    )
    expect(event(page, "Closed: Holiday")).to_be_visible()
    expect(page.locator("#calendar-zone")).to_contain_text("Times in Europe/Madrid (UTC+0")
    expect(page.locator("#calendar-count")).to_have_text(
        "3 classes shown. 1 not created yet. Clashes: 1."
    )


def test_filters_are_in_the_url_and_survive_a_reload(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    page.get_by_label("Teacher").select_option("Tom Lee")
    expect(event(page, "Ana Ruiz")).to_have_count(0)
    expect(event(page, "Leo Park")).to_have_count(1)

    open_calendar(page, page.url)
    expect(page.get_by_label("Teacher")).to_have_value(re.compile(r"\d+"))
    expect(event(page, "Ana Ruiz")).to_have_count(0)

    open_filters(page)
    page.get_by_role("checkbox", name="cancelled").uncheck()
    expect(event(page, "Leo Park")).to_have_count(0)
    assert "status=scheduled%2Ccompleted%2Cplanned%2Cconflict" in page.url
    page.get_by_label("Teacher").select_option("All teachers")
    expect(event(page, "Leo Park")).to_have_count(1)
    page.get_by_role("button", name="not all statuses").click()
    expect(event(page, "Leo Park")).to_have_count(2)
    assert "status" not in page.url


def test_student_is_chosen_by_typing(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    open_filters(page)
    with page.expect_response("**/students/?q=eva"):
        page.get_by_label("Student").fill("eva")
    page.get_by_label("Student").fill("Eva Sol")
    expect(event(page, "Ana Ruiz")).to_have_count(0)
    expect(event(page, "Eva Sol")).to_have_count(1)
    assert "student=" in page.url
    open_calendar(page, page.url)
    expect(page.get_by_label("Student")).to_have_value("Eva Sol")
    page.get_by_role("button", name="Eva Sol").click()
    expect(event(page, "Ana Ruiz")).to_have_count(1)


def test_chosen_zone_is_shown(open_page, owner, week):
    page = open_calendar(open_page(owner, zone="Asia/Tokyo"), calendar_url(week, zone="studio"))
    zone = page.locator("#calendar-zone")
    expect(zone).to_have_text("Times in UTC, the studio's zone (UTC+00:00).")
    open_filters(page)
    page.get_by_label("Times in").select_option("browser")
    expect(zone).to_have_text("Times in Asia/Tokyo, the zone of this browser (UTC+09:00).")
    page.get_by_label("Times in").select_option("own")
    expect(event(page, "Ana Ruiz")).to_have_accessible_name(re.compile("^10:00–11:00"))
    expect(zone).to_contain_text("Each class in its own zone")
    open_calendar(page, page.url)
    expect(event(page, "Ana Ruiz")).to_have_accessible_name(re.compile("^10:00–11:00"))


def test_dialog_refuses_double_booking_then_accepts_free_place(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    event(page, "Ana Ruiz").click()
    expect(dialog(page)).to_have_accessible_name("Ana Ruiz · Piano")
    assert_accessible(page)
    dialog(page).get_by_text("Move", exact=True).first.click()
    dialog(page).get_by_label("Date").fill(str(week + timedelta(days=1)))
    dialog(page).get_by_role("button", name="Move").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("Marta Gil already teaches Leo Park")
    watch_of(page).expect("status 409: POST .*/classes/")

    dialog(page).get_by_label("From").fill("13:00")
    dialog(page).get_by_label("To").fill("14:00")
    dialog(page).get_by_role("button", name="Move").click()
    expect(dialog(page)).to_have_count(0)
    moved = f"{full_day(week + timedelta(days=1))}, 13:00–14:00 (Europe/Madrid)"
    expect(status_line(page)).to_have_text(f"The class of Ana Ruiz is now on {moved}.")
    expect(event(page, "Ana Ruiz")).to_have_accessible_name(re.compile("^13:00.*edited by hand"))
    row = ScheduledClass.objects.get(student__first_name="Ana")
    assert (str(row.start_time), row.date) == ("13:00:00", week + timedelta(days=1))


def test_class_is_cancelled_and_restored_by_keyboard(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    event(page, "Ana Ruiz").focus()
    page.keyboard.press("Enter")
    cancel = dialog(page).locator("summary", has_text="Cancel the class")
    cancel.focus()
    page.keyboard.press("Enter")
    dialog(page).get_by_label("Cancelled by").select_option("student")
    dialog(page).get_by_label("Reason").fill("Ill")
    page.keyboard.press("Enter")
    expect(status_line(page)).to_contain_text("is cancelled.")
    expect(event(page, "Ana Ruiz")).to_be_focused()
    expect(event(page, "Ana Ruiz")).to_have_accessible_name(re.compile("cancelled"))
    row = ScheduledClass.objects.get(student__first_name="Ana")
    assert (row.status, row.cancel_reason) == (ClassStatus.CANCELLED, "Ill")

    page.keyboard.press("Enter")
    dialog(page).get_by_role("button", name="Restore the class").press("Enter")
    expect(status_line(page)).to_contain_text("is scheduled again.")
    row.refresh_from_db()
    assert row.status == ClassStatus.SCHEDULED


def test_dialog_keeps_focus_and_escape_returns_it_to_the_class(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    event(page, "Ana Ruiz").press("Enter")
    expect(dialog(page).locator("summary").first).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "document.activeElement === document.body"
            " || document.activeElement.closest('dialog') !== null"
        )
        assert inside
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(event(page, "Ana Ruiz")).to_be_focused()


def drag(page, name, days):
    box = event(page, name).bounding_box()
    column = page.locator("[role=columnheader][data-date]").nth(1).bounding_box()["width"]
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=3)
    page.mouse.move(x + column * days, y, steps=8)
    page.mouse.up()


def test_dropped_class_moves_after_confirmation(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week, zone="studio"))
    drag(page, "Ana Ruiz", 3)
    target = f"{full_day(week + timedelta(days=3))}, 10:00–11:00 (Europe/Madrid)"
    expect(dialog(page).get_by_role("status")).to_have_text(f"Move it to {target}? Confirm below.")
    page.keyboard.press("Escape")
    row = ScheduledClass.objects.get(student__first_name="Ana")
    assert (row.date, row.edited_at) == (week, None)

    drag(page, "Ana Ruiz", 3)
    dialog(page).get_by_role("button", name="Move").click()
    expect(status_line(page)).to_contain_text(
        f"is now on {full_day(week + timedelta(days=3))}, 10:00–11:00"
    )
    row.refresh_from_db()
    assert row.date == week + timedelta(days=3)


def test_move_in_the_week_is_undone_by_keyboard(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    row = ScheduledClass.objects.get(student__first_name="Ana")
    event(page, "Ana Ruiz").press("Enter")
    dialog(page).locator("summary", has_text="Move").press("Enter")
    dialog(page).get_by_label("From").fill("13:00")
    dialog(page).get_by_label("To").fill("14:00")
    page.keyboard.press("Enter")
    expect(status_line(page)).to_contain_text("13:00–14:00")
    assert_accessible(page)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(status_line(page)).to_contain_text("Undone: Ana Ruiz,")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(event(page, "Ana Ruiz")).to_have_accessible_name(re.compile("^10:00.*, scheduled, one"))
    row.refresh_from_db()
    assert (str(row.start_time), row.edited_at) == ("10:00:00", None)


def test_class_is_dragged_to_another_teacher_of_the_day(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week, view="day"))
    lesson = event(page, "Ana Ruiz")
    box = lesson.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    column = page.get_by_role("region", name="Tom Lee").bounding_box()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=3)
    page.mouse.move(column["x"] + column["width"] / 2, y + box["height"], steps=8)
    page.mouse.up()
    target = f"{full_day(week)}, 11:00–12:00 (Europe/Madrid), Tom Lee"
    expect(dialog(page).get_by_role("status")).to_have_text(f"Move it to {target}? Confirm below.")
    dialog(page).get_by_role("button", name="Move").click()
    expect(status_line(page)).to_contain_text("11:00–12:00")
    expect(page.get_by_role("region", name="Tom Lee")).to_contain_text("Ana Ruiz")
    row = ScheduledClass.objects.get(student__first_name="Ana")
    assert (row.teacher.name, str(row.start_time)) == ("Tom Lee", "11:00:00")


def test_this_and_all_following_are_moved_from_the_day_by_keyboard(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week + timedelta(days=2), view="day"))
    event(page, "Eva Sol").press("Enter")
    dialog(page).locator("summary", has_text="Move").press("Enter")
    dialog(page).get_by_label("From").fill("17:00")
    dialog(page).get_by_label("To").fill("18:00")
    assert_accessible(page)
    dialog(page).get_by_role("button", name="This and all following…").press("Enter")
    page.get_by_text("Nothing has been changed yet.").wait_for()
    page.get_by_role("button", name="Change it").press("Enter")
    page.wait_for_url(re.compile(rf"/admin/calendar/\?.*date={week + timedelta(days=2)}"))
    expect(page.locator(".messagelist")).to_be_visible()
    expect(event(page, "Eva Sol")).to_be_visible()
    rules = FixedSchedule.objects.filter(weekday=3).order_by("pk")
    assert [rule.start_time for rule in rules] == [at("12:00"), at("17:00")]
    assert rules[1].valid_from == week + timedelta(days=2)


def test_day_of_a_phone_is_a_list_of_ten_lessons(open_page, owner, week):
    for hour in range(9, 21):
        teacher = make.teacher(f"Teacher {hour}", "Europe/Madrid")
        make.lesson(
            make.student(f"Student {hour}"), week, f"{hour:02}:00", f"{hour:02}:45", teacher
        )
    page = open_calendar(open_page(owner, width=PHONE), f"/admin/calendar/?date={week}")
    lessons = page.locator("#calendar .ct-day-list li")
    expect(lessons).to_have_count(14)
    assert lessons.nth(9).bounding_box()["y"] + lessons.nth(9).bounding_box()["height"] < 844
    page.get_by_role("button", name="Next").click()
    expect(event(page, "Kim Roe")).to_be_visible()
    page.get_by_role("button", name="Previous").click()
    expect(lessons).to_have_count(14)


def test_cancelled_planned_occurrence_is_kept_by_next_run(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    event(page, "Eva Sol").click()
    expect(dialog(page)).to_contain_text("not created yet")
    assert_accessible(page)
    dialog(page).locator("summary", has_text="Cancel this date").click()
    dialog(page).get_by_role("button", name="Cancel this date").click()
    expect(status_line(page)).to_contain_text("The class of Eva Sol on")
    expect(event(page, "Eva Sol")).to_have_accessible_name(re.compile("cancelled"))

    weekly(week)
    row = ScheduledClass.objects.get(student__first_name="Eva")
    assert row.status == ClassStatus.CANCELLED


def test_conflict_shows_reason_and_can_be_moved(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    event(page, "Kim Roe").click()
    expect(dialog(page)).to_contain_text("Leo Park")
    dialog(page).locator("summary", has_text="Move").click()
    dialog(page).get_by_label("From").fill("17:00")
    dialog(page).get_by_label("To").fill("18:00")
    dialog(page).get_by_role("button", name="Move").click()
    expect(status_line(page)).to_contain_text("17:00–18:00")
    expect(page.locator("#calendar-count")).to_have_text("4 classes shown. 1 not created yet.")


def test_day_of_the_year_view_opens_the_day_view(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week, view="year"))
    day = page.get_by_role(
        "link", name=re.compile(rf"\b{week.day}\b.*{week:%B}|{week:%B} {week.day},")
    )
    day.first.click()
    expect(event(page, "Ana Ruiz")).to_be_visible()
    assert f"view=day&date={week}" in page.url


def test_teacher_can_only_mark_own_class(open_page, week):
    marta = make.teacher("Nora Paz", "Europe/Madrid")
    past = make.lesson(make.student("Ivo Nur"), week - timedelta(days=8), teacher=marta)
    page = open_calendar(open_page(account("Teacher", "nora", marta)), calendar_url(past.date))
    expect(event(page, "Ivo Nur")).to_have_count(1)
    event(page, "Ivo Nur").click()
    expect(dialog(page).get_by_role("button", name="It took place")).to_be_visible()
    expect(dialog(page).locator("summary")).to_have_text(["Attendance and notes"])
    dialog(page).get_by_role("button", name="It took place").click()
    expect(status_line(page)).to_contain_text("is completed.")
    past.refresh_from_db()
    assert past.status == ClassStatus.COMPLETED


def test_viewer_is_offered_no_action(open_page, week):
    page = open_calendar(open_page(account("Viewer")), calendar_url(week))
    event(page, "Ana Ruiz").click()
    expect(dialog(page)).to_contain_text("Everything about this class")
    expect(dialog(page).locator(".ct-action")).to_have_count(0)


def test_class_is_cancelled_without_a_script(open_page, owner, week):
    page = open_page(owner, java_script_enabled=False)
    page.goto(f"/admin/calendar/?date={week}&zone=Europe/Madrid")
    page.wait_for_url("**plain=1**")
    page.get_by_role("link", name="Ana Ruiz").click()
    page.locator("summary", has_text="Cancel the class").click()
    page.get_by_role("button", name="Cancel the class").click()
    expect(page.locator(".messagelist")).to_contain_text("is cancelled.")
    assert ScheduledClass.objects.get(student__first_name="Ana").status == ClassStatus.CANCELLED


def test_calendar_is_translated_to_spanish(open_page, owner, week):
    page = open_spanish_calendar(open_page(owner, locale="es"), calendar_url(week, view="month"))
    expect(page.locator("#calendar")).to_contain_text("lun")


def open_spanish_calendar(page, url):
    page.goto(url)
    expect(event(page, "Ana Ruiz")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "dark"), OTHER_LAYOUTS)
def test_plain_list_and_class_page_are_accessible(open_page, owner, week, width, dark):
    row = ScheduledClass.objects.get(student__first_name="Ana")
    page = open_page(owner, width=width, dark=dark)
    for url in (f"/admin/calendar/?plain=1&date={week}", f"/admin/calendar/classes/{row.pk}/"):
        page.goto(url)
        assert_accessible(page)
        assert_fits(page)


def test_year_opened_from_week_fits_its_card(owner_page, week):
    page = open_calendar(owner_page, calendar_url(week))
    for name in ("Year", "Month", "Week", "Year"):
        page.locator(f".ct-toolbar button:text-is('{name}')").click()
        page.wait_for_load_state("networkidle")
    box = page.locator(".ct-year").bounding_box()
    card = page.locator(".ct-calendar-card").bounding_box()
    assert box["height"] > 500
    assert box["y"] + box["height"] <= card["y"] + card["height"]
    assert box["x"] + box["width"] <= card["x"] + card["width"]
    assert_fits(page)


def test_dates_have_the_format_of_other_pages(owner_page, week):
    page = open_calendar(owner_page, calendar_url(date(2026, 11, 30)))
    expect(page.locator(".ct-toolbar h2")).to_have_text("30 November – 6 December 2026")
