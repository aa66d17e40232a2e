"""Import and export in a browser: preview, import, and export of a list."""

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from scheduling.models import RecurringSlot, Student
from scheduling.services.roles import OWNER
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import DESKTOP, PHONE
from scheduling.tests.browser.harness.axe import assert_accessible, assert_fits
from scheduling.tests.browser.harness.layouts import OTHER_LAYOUTS
from scheduling.tests.services.timetable_import.timetable_files import csv_bytes, imported, row
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

ROWS = (
    row(days="13"),
    row(days="13"),
    row(teacher="", teacher_time_zone="", end_time="", duration_minutes="60", interval_weeks="2"),
)


def upload(page: Page, data: bytes, name: str = "week.csv") -> None:
    """Open the import page by its link in the settings, and upload a file."""
    page.goto("/admin/settings/")
    page.get_by_role("link", name="Import", exact=True).click()
    file = {"name": name, "mimeType": "text/csv", "buffer": data}
    page.get_by_label("Timetable (CSV or .xlsx)").set_input_files(file)
    with page.expect_navigation():
        page.get_by_role("button", name="Preview").click()


def test_file_with_errors_is_corrected_and_imported(owner_page: Page) -> None:
    page = owner_page
    upload(page, csv_bytes(row(days="8"), row(start_time="25:00")))
    expect(page.get_by_role("heading", name="The file has 2 problems")).to_be_visible()
    expect(page.get_by_role("row", name="2 days")).to_contain_text("“8” is not a weekday")

    page.get_by_role("link", name="Upload again").click()
    page.get_by_label("Timetable (CSV or .xlsx)").set_input_files(
        {"name": "week.csv", "mimeType": "text/csv", "buffer": csv_bytes(*ROWS)}
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
    page.get_by_role("link", name="1 row merged").click()
    expect(page.get_by_role("heading", name="Rows that repeat another")).to_be_in_viewport()
    assert not Student.objects.exists()

    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Imported: 1 teacher, 1 student")).to_be_visible()
    assert RecurringSlot.objects.count() == 2
    page.get_by_role("link", name="Students", exact=True).last.click()
    expect(page.get_by_role("link", name="Ana Pérez")).to_be_visible()


def test_import_works_by_keyboard(owner_page: Page) -> None:
    page = owner_page
    page.goto("/admin/import/")
    label = page.get_by_label("Timetable (CSV or .xlsx)")
    label.set_input_files({"name": "w.csv", "mimeType": "text/csv", "buffer": csv_bytes(row())})
    label.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Import this file").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Imported:")).to_be_visible()


def test_similar_people_require_confirmation(owner_page: Page) -> None:
    imported(row(), row(teacher="Tom", days="2"))
    page = owner_page
    upload(page, csv_bytes(row(student_last_name="Perez"), row(teacher="TOM", days="3")))
    expect(page.get_by_role("heading", name="2 names in the file look like others")).to_be_visible()
    expect(page.get_by_role("row", name="2 student_last_name")).to_contain_text("“Ana Pérez”")
    page.get_by_role("button", name="Different people").click()
    expect(page.get_by_role("heading", name="New teachers")).to_be_visible()
    page.get_by_role("link", name="Change the answer").click()
    page.get_by_role("button", name="The same people").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your answer: they are the same people.")).to_be_visible()
    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Imported: 0 teachers, 0 students")).to_be_visible()
    assert Student.objects.count() == 1
    assert RecurringSlot.objects.count() == 3


@pytest.mark.parametrize(("width", "dark"), OTHER_LAYOUTS)
def test_every_page_of_the_import_is_accessible_and_fits(open_page, width, dark) -> None:
    imported(row(student_email="old@example.com"))
    page = open_page(account(OWNER), width=width, dark=dark)
    long = "x" * 120
    pages = {
        "faults": csv_bytes(row(days="8", subject=long), row(start_time=long)),
        "people": csv_bytes(row(teacher=long[:90]), row(teacher=long[:90].upper(), days="2")),
        "preview": csv_bytes(
            *ROWS, row(student_email="old@example.com"), row(subject=long[:90], days="6")
        ),
    }
    for data in pages.values():
        upload(page, data, name=f"{long}.csv")
        assert_accessible(page)
        assert_fits(page)
    page.get_by_role("button", name="Import this file").click()
    expect(page.get_by_role("heading", name="Imported:")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.goto("/admin/import/")
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_export_contains_the_filtered_rows(open_page, width, tmp_path) -> None:
    for name in ("Ana Gil", "Ana Ruiz", "Leo Park"):
        make.student(name)
    page = open_page(account(OWNER), width=width)
    page.goto("/admin/scheduling/student/?q=Ana")

    with page.expect_download() as download:
        page.get_by_role("link", name="Export as XLSX").click()
    download.value.save_as(tmp_path / "list.xlsx")
    assert download.value.suggested_filename.startswith("students-")
    sheet = load_workbook(tmp_path / "list.xlsx").active
    assert [cells[0].value for cells in sheet.iter_rows(min_row=2)] == ["Ana Gil", "Ana Ruiz"]

    page.get_by_role("checkbox", name="Ana Ruiz").check()
    page.get_by_label("Action:").select_option("export_csv")
    with page.expect_download() as download:
        page.get_by_role("button", name="Go", exact=True).click()
    download.value.save_as(tmp_path / "list.csv")
    text = (tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    assert "Ana Ruiz" in text
    assert "Ana Gil" not in text
