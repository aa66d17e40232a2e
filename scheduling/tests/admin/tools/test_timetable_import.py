"""The import pages: upload, preview and approval; a file with a fault is not imported."""

import csv
import io
import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from scheduling.admin.tools.timetable_import.column_help import COLUMNS
from scheduling.domain.windows import monday_of
from scheduling.models import (
    FixedSchedule,
    RecurringSlot,
    ScheduledClass,
    Student,
    Teacher,
    TimetableUpload,
)
from scheduling.selectors.studio import studio_today
from scheduling.services.roles import OWNER, SCHEDULER
from scheduling.services.timetable_import import uploads
from scheduling.services.timetable_import.reading import columns
from scheduling.tests.jobs.helpers import STALE
from scheduling.tests.services.timetable_import.timetable_files import (
    csv_bytes,
    everything,
    imported,
    nothing_stored,
    row,
)
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

MAIN = "/admin/import/"


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(account(OWNER))
    return client


def upload_page(client: Client, data: bytes | dict[str, str], *more: dict[str, str]) -> Any:
    """Upload a file or rows, and return the next page."""
    if isinstance(data, dict):
        data = csv_bytes(data, *more)
    return client.post(MAIN, {"file": SimpleUploadedFile("week.csv", data)}, follow=True)


def upload_url() -> str:
    return f"{MAIN}{TimetableUpload.objects.latest('created_at').pk}/"


def approve(client: Client, page: Any) -> Any:
    """Approve the plan of a preview."""
    word = page.context["report"].plan.fingerprint
    assert f'name="plan" value="{word}"' in page.content.decode()
    return client.post(upload_url(), {"plan": word}, follow=True)


def test_preview_approval_and_result(owner: Client) -> None:
    page = upload_page(owner, row(days="13"), row(days="13"), row(teacher="", teacher_time_zone=""))

    assert nothing_stored()
    text = page.content.decode()
    assert "To be created: 1 teacher, 1 student, 1 fixed schedule, 2 recurring slots." in text
    assert "17:00–18:00 Europe/Madrid" in text
    done = approve(owner, page)

    assert done.redirect_chain == [(upload_url(), 302)]
    assert "Imported: 1 teacher, 1 student, 1 fixed schedule, 2 recurring slots" in (
        done.content.decode()
    )
    assert "An import creates no classes: a run does." in done.content.decode()
    assert (RecurringSlot.objects.count(), FixedSchedule.objects.count()) == (2, 1)
    assert not ScheduledClass.objects.exists()
    assert "week.csv" in owner.get(MAIN).content.decode()


def test_the_same_file_again_changes_nothing(owner: Client) -> None:
    approve(owner, upload_page(owner, row()))

    page = upload_page(owner, row()).content.decode()

    assert "There is nothing to import: everything exists already." in page
    assert "Import this file" not in page


def test_the_exported_timetable_can_be_imported(owner: Client) -> None:
    imported(row(), row(teacher="", teacher_time_zone="", days="2"))
    assert 'href="/admin/import/timetable.xlsx"' in owner.get(MAIN).content.decode()

    answer = owner.get("/admin/import/timetable.xlsx")

    assert answer["Content-Disposition"].startswith('attachment; filename="timetable-20')
    sheet = load_workbook(io.BytesIO(answer.content)).active
    names = [cell.value for cell in sheet[1]]
    assert names == [name for name in columns.ALL if name != "replaces"]
    second = dict(zip(names, sheet[3], strict=True))
    assert (second["start_time"].value, second["valid_from"].value.date()) == (
        time(17),
        date(2026, 1, 5),
    )
    page = upload_page(owner, answer.content).content.decode()
    assert "There is nothing to import: everything exists already." in page


def test_the_preview_lists_conflicts(owner: Client) -> None:
    monday = str(monday_of(studio_today()))
    rows = [row(valid_from=monday), row(valid_from=monday, student_first_name="Luis")]

    page = upload_page(owner, *rows).content.decode()

    assert "lessons would clash with others." in page
    assert "Lessons that would clash with others" in page
    assert "Clara already teaches Ana Pérez" in page
    assert 'href=""' not in page
    assert "Import this file" in page
    assert "would clash" not in upload_page(owner, rows[0]).content.decode()


def test_an_import_is_listed_and_logged(owner: Client) -> None:
    ana = Student.objects.create(first_name="Ana", last_name="Pérez", email="ana@example.com")
    LogEntry.objects.all().delete()
    approve(owner, upload_page(owner, row(), row(teacher="", teacher_time_zone="", days="2")))

    entries = list(LogEntry.objects.order_by("id").select_related("content_type", "actor"))

    assert {entry.actor.get_username() for entry in entries} == {OWNER.lower()}
    kinds = [(entry.content_type.model, entry.get_action_display()) for entry in entries]
    assert kinds == [
        ("teacher", "create"),
        ("student", "update"),
        ("fixedschedule", "create"),
        ("recurringslot", "create"),
        ("timetableupload", "create"),
    ]
    assert entries[1].changes == {"start_date": ["None", "2026-01-05"]}
    assert entries[3].changes["subject"] == ["None", "Piano"]
    assert entries[3].object_repr == str(RecurringSlot.objects.get())
    upload = entries[4].changes
    assert upload["file_name"] == ["", "week.csv"]
    assert "1 teacher, 0 students, 1 fixed schedule, 1 recurring slot" in upload["report"][1]
    page = owner.get("/admin/auditlog/logentry/").content.decode()
    assert "week.csv" in page
    history = owner.get(f"/admin/scheduling/student/{ana.pk}/history/").content.decode()
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", history))
    assert "Start date: – → Mon 5 Jan 2026" in text


def test_a_second_approval_changes_nothing(owner: Client) -> None:
    page = upload_page(owner, row())
    approve(owner, page)
    before = everything()

    again = approve(owner, page)

    assert "This file was imported already" in again.content.decode()
    assert everything() == before


def test_every_fault_is_listed_and_nothing_is_imported(owner: Client) -> None:
    wrong = (row(student_email=f"no {n}") for n in range(250))
    page = upload_page(owner, row(), *wrong).content.decode()

    assert "The file has 250 problems, so none of it is imported" in page
    assert "“no 0” is not an e-mail address" in page
    assert "<code>student_email</code>" in page
    assert ">202<" in page
    assert ">203<" not in page
    assert ">252<" in owner.get(upload_url(), {"p": "2"}).content.decode()
    answer = owner.post(upload_url(), {"plan": "x"}, follow=True)
    assert "Nothing was imported" in answer.content.decode()
    assert nothing_stored()


def test_equal_faults_are_grouped(owner: Client) -> None:
    wrong = [row(days="9")] * 121
    page = upload_page(owner, *wrong, row(start_time="soon")).content.decode()

    assert "The file has 122 problems" in page
    assert page.count("is not a weekday") == 1
    assert ">2, 3, 4, 5, 6 and 116 more<" in page
    assert ">123<" in page


def test_ambiguities_are_asked_about_first(owner: Client) -> None:
    cells = row(valid_from="3/4/2026", start_time="4:30", end_time="5:30")
    page = upload_page(owner, cells).content.decode()
    assert "The file can be read in two ways. Which one is meant?" in page
    for text in ("3 Apr 2026", "4 Mar 2026", "04:30, in the morning", "16:30, in the after"):
        assert text in page
    assert "Import this file" not in page

    answered = owner.get(upload_url(), {"dates": "dmy"}).content.decode()
    assert "4 Mar 2026" not in answered
    assert '<input type="hidden" name="dates" value="dmy">' in answered

    answers = {"dates": "dmy", "times": "afternoon"}
    preview = owner.get(upload_url(), answers)
    assert "3/4/2026 is 3 April: the day comes first." in preview.content.decode()
    assert "4:30 is 16:30, in the afternoon." in preview.content.decode()
    word = preview.context["report"].plan.fingerprint

    assert (
        "a question about the file is open"
        in owner.post(upload_url(), {"plan": word}, follow=True).content.decode()
    )
    assert nothing_stored()
    owner.post(f"{upload_url()}?dates=dmy&times=afternoon", {"plan": word}, follow=True)
    slot = RecurringSlot.objects.get()
    assert f"{slot.valid_from} {slot.start_time}" == "2026-04-03 16:30:00"


def test_cells_are_escaped_in_html(owner: Client) -> None:
    attack = "<script>alert(1)</script>"

    for page in (
        upload_page(owner, row(student_first_name=attack, subject=attack)),
        upload_page(owner, row(days=attack)),
    ):
        assert attack not in page.content.decode()
        assert "&lt;script&gt;" in page.content.decode()


def test_a_stale_plan_is_not_applied(owner: Client) -> None:
    page = upload_page(owner, row(days="12"))
    imported(row(days="1"))
    before = everything()

    again = approve(owner, page)

    assert again.status_code == 409
    assert STALE in again.content.decode()
    assert "there already" in again.content.decode()
    assert everything() == before
    approve(owner, again)
    assert RecurringSlot.objects.count() == 2


def test_a_file_with_new_faults_is_refused(owner: Client) -> None:
    imported(row())
    page = upload_page(owner, row(), row(days="2"))
    RecurringSlot.objects.update(subject="Violin")

    again = approve(owner, page).content.decode()

    assert "the data has changed since, and the file no longer fits" in again
    assert "was changed by hand since it was imported" in again
    assert RecurringSlot.objects.count() == 1


def test_an_expired_upload_redirects_with_a_message(owner: Client) -> None:
    page = upload_page(owner, row())
    TimetableUpload.objects.update(created_at=page.context["kept_until"] - timedelta(hours=3))

    for answer in (owner.get(upload_url(), follow=True), approve(owner, page)):
        assert "That upload has expired: a file is kept for an hour." in answer.content.decode()
        assert answer.redirect_chain == [(MAIN, 302)]
    assert nothing_stored()


def test_an_upload_is_private_to_its_owner(owner: Client) -> None:
    upload_page(owner, row())
    other = Client()
    other.force_login(User.objects.create_superuser("vera"))

    assert "That upload has expired" in other.get(upload_url(), follow=True).content.decode()
    assert "That upload has expired" in other.post(upload_url(), follow=True).content.decode()
    assert nothing_stored()


def test_a_too_large_file_is_refused(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_BYTES", 1024)

    page = upload_page(owner, b"x" * 3000).content.decode()

    assert "The file has 2.9\xa0KB; here it may have 1.0\xa0KB" in page
    assert "import_timetable" in page
    assert not TimetableUpload.objects.exists()


def test_a_large_upload_needs_no_temporary_folder(
    owner: Client, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "missing")
    file = csv_bytes(row())

    page = upload_page(owner, file + b"\n" * (uploads.MAX_BYTES - len(file))).content.decode()

    assert TimetableUpload.objects.count() == 1
    assert "Clara" in page


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Choose a file first."),
        ({"file": "week.csv"}, "Choose a file first."),
        ({"file": SimpleUploadedFile("week.csv", b"")}, "The file is empty"),
    ],
)
def test_a_missing_file_is_a_form_error(owner: Client, form: dict[str, Any], message: str) -> None:
    assert message in owner.post(MAIN, form).content.decode()


def test_a_broken_workbook_is_one_fault(owner: Client) -> None:
    page = upload_page(owner, b"PK\x03\x04 and so on").content.decode()

    assert "This is not a workbook that can be read" in page


def test_new_start_dates_are_listed_as_changes(owner: Client) -> None:
    Student.objects.create(first_name="Ana", last_name="Pérez", email="ana@example.com")
    Teacher.objects.create(name="Clara", time_zone="Europe/Madrid")

    page = upload_page(owner, row())

    assert "Students who get a start date" in page.content.decode()
    assert "1 student got a start date." in approve(owner, page).content.decode()


def test_every_column_has_help() -> None:
    assert tuple(column.name for column in COLUMNS) == columns.ALL


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("es", ";")])
def test_the_template_can_be_imported(owner: Client, language: str, separator: str) -> None:
    owner.cookies["django_language"] = language

    answer = owner.get(f"{MAIN}template.csv")
    text = answer.content.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text), delimiter=separator)

    assert answer["Content-Disposition"] == 'attachment; filename="timetable.csv"'
    assert tuple(header) == columns.ALL
    report = imported(answer.content)
    assert (len(rows), report.faults) == (2, [])
    assert (report.recurring_slots, report.fixed_schedules) == (2, 1)


def test_only_owners_can_import_and_see_the_link(client: Client, owner: Client) -> None:
    assert f'href="{MAIN}"' in owner.get("/admin/settings/").content.decode()
    upload_page(owner, row())
    upload = upload_url()

    scheduler = Client()
    scheduler.force_login(account(SCHEDULER))

    assert f'href="{MAIN}"' not in scheduler.get("/admin/settings/").content.decode()
    for page in (MAIN, upload, f"{MAIN}template.csv"):
        assert scheduler.get(page).status_code == 403
        assert scheduler.post(page).status_code in {403, 405}
    assert nothing_stored()


def test_approval_needs_the_csrf_token(owner: Client) -> None:
    page = upload_page(owner, row())
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.cookies

    answer = strict.post(upload_url(), {"plan": page.context["report"].plan.fingerprint})

    assert answer.status_code == 403
    assert nothing_stored()


def test_ended_and_replaced_rules_have_sections(owner: Client) -> None:
    imported(row(days="12"))
    ends = row(days="2", valid_until="2199-03-01")
    moves = row(days="4", valid_from="2199-03-02", replaces="1 17:00")

    page = upload_page(owner, ends, moves)

    titles = {section.title: section for section in page.context["sections"]}
    ended = titles["Rules that get a last day"].rows[0]
    moved = titles["Rules that go on as others from a date on"].rows[0]
    assert ended[2].startswith("Tuesday, 17:00–18:00 Europe/Madrid, Clara, Piano")
    assert moved[3].startswith("Thursday, 17:00–18:00 Europe/Madrid, Clara, Piano, from")
    assert "To be created" not in page.content.decode()
    done = approve(owner, page).content.decode()
    assert "2 rules change from a date on, or end." in done
    assert RecurringSlot.objects.count() == 3


ALIKE = row(student_last_name="Perez", days="2")


def test_lookalikes_are_one_question(owner: Client) -> None:
    imported(row())
    before = everything()

    page = upload_page(owner, ALIKE)

    text = page.content.decode()
    assert "1 name in the file looks like another one. Is it the same person?" in text
    assert "“Ana Perez” looks like “Ana Pérez”, who is already a student." in text
    assert "--people" not in text
    assert "Import this file" not in text
    answer = owner.post(upload_url(), {"plan": ""}, follow=True).content.decode()
    assert "Nothing was imported: a question about the file is open." in answer
    assert "The same people" in answer
    assert everything() == before


@pytest.mark.parametrize(
    ("people", "message", "students"),
    [
        ("same", "Your answer: they are the same people.", 1),
        ("new", "Your answer: they are different people.", 2),
    ],
)
def test_the_answer_is_shown_and_applied(
    owner: Client, people: str, message: str, students: int
) -> None:
    imported(row())
    upload_page(owner, ALIKE)
    where = f"{upload_url()}?people={people}"

    page = owner.get(where)
    word = page.context["report"].plan.fingerprint

    assert message in page.content.decode()
    assert f'<a href="{upload_url()}">Change the answer</a>' in page.content.decode()
    other = {"same": "new", "new": "same"}[people]
    stale = owner.post(f"{upload_url()}?people={other}", {"plan": word})
    assert (stale.status_code, Student.objects.count()) == (409, 1)
    done = owner.post(where, {"plan": word}, follow=True).content.decode()
    assert "Imported:" in done
    assert (Student.objects.count(), RecurringSlot.objects.count()) == (students, 2)


def test_faults_come_before_questions(owner: Client) -> None:
    imported(row())
    page = upload_page(owner, ALIKE, *(row(days="9") for _ in range(250))).content.decode()
    assert "The file has 250 problems" in page
    assert "looks like" not in page

    upload_page(owner, row(teacher="CLARA", teacher_time_zone="Europe/Lisbon", days="2"))
    page = owner.get(upload_url(), {"people": "same"}).content.decode()
    assert "The file has 1 problem" in page
    assert "Change the answer" in page


def test_fault_pages_keep_the_answer(owner: Client) -> None:
    imported(row())
    upload_page(owner, ALIKE, *(row(student_email=f"no {n}") for n in range(250)))

    page = owner.get(upload_url(), {"people": "same"}).content.decode()

    assert 'href="?people=same&amp;p=2"' in page


def test_a_long_list_of_lookalikes_is_shortened(owner: Client) -> None:
    many = [row(student_email=f"{i}@example.com", days=str(i % 7 + 1)) for i in range(250)]
    imported(*many)
    page = upload_page(
        owner, *(cells | {"student_last_name": "Perez"} for cells in many)
    ).content.decode()
    assert "250 names in the file look like others." in page
    assert page.count("who is already a student") == 200
    assert "… and 50 more like these." in page


@pytest.mark.parametrize("people", ["", "both", "SAME"])
def test_an_unknown_answer_counts_as_none(owner: Client, people: str) -> None:
    imported(row())
    upload_page(owner, ALIKE)
    page = owner.get(upload_url(), {"people": people}).content.decode()
    assert "Is it the same person?" in page
