"""manage.py import_timetable: its outputs and exit codes."""

import io
import json
import os
import re

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from scheduling.management.cli.run_command import user_name
from scheduling.models import RecurringSlot, ScheduledClass, Student, TimetableUpload
from scheduling.tests.services.timetable_import.timetable_files import csv_bytes, nothing_stored
from scheduling.tests.services.timetable_import.timetable_files import row as valid_row

# The tests of services run imports on both databases.
ONE = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a file from bytes or rows and returns its path."""

    def write(*content):
        path = tmp_path / "week.csv"
        data = content[0] if isinstance(content[0], bytes) else csv_bytes(*content)
        path.write_bytes(data)
        return str(path)

    return write


def call(*args):
    """Run the command in this process; return both outputs and the exit status."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_timetable", *args, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}\n", error.returncode
    return out.getvalue(), err.getvalue(), 0


@pytest.mark.django_db
def test_valid_file_is_imported(file):
    path = file(valid_row(days="13"), valid_row(days="13"))
    out, err, status = call(path)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Read: 2 rows, 1 of them repeating others; 2 weekly rules.",
        "Created: 1 teacher, 1 student, 0 fixed schedules, 2 recurring slots.",
        "Unchanged: 0 weekly rules.",
    ]
    out, _err, status = call(path)
    assert status == 0
    assert "Created: 0 teachers, 0 students" in out
    assert not ScheduledClass.objects.exists()


@ONE
def test_errors_go_to_stderr_with_status_1(manage, file):
    path = file(valid_row(days="8"), valid_row(start_time="25:00"))
    done = manage("import_timetable", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{path}, line 2, column days: “8” is not a weekday. Write digits from 1 (Monday) to 7 "
        "(Sunday), as in 135, or names of weekdays.",
        f"{path}, line 3, column start_time: “25:00” is not a time of day; write it as 09:30 or "
        "17:00.",
        f"CommandError: {path} has 2 faults; nothing was written.",
    ]
    assert nothing_stored()


@ONE
def test_json_output_is_one_document(manage, file):
    path = file(valid_row(student_first_name="🎻\u200fمريم"))
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    done = manage("import_timetable", path, "--json", "--dry-run", env=ascii_only)
    assert json.loads(done.stdout) == {
        "success": True,
        "dryRun": True,
        "rows": 1,
        "rules": 1,
        "mergedRows": 0,
        "created": {"teachers": 1, "students": 1, "fixedSchedules": 0, "recurringSlots": 1},
        "startDatesSet": 0,
        "unchanged": 0,
        "faults": [],
    }
    assert nothing_stored()


@pytest.mark.django_db
def test_json_lists_all_errors_and_terminal_200_kinds(file):
    path = file(*(valid_row(student_email=f"no {n}") for n in range(250)))
    out, err, status = call(path, "--json")
    document = json.loads(out)
    assert (status, document["success"], len(document["faults"])) == (1, False, 250)
    assert document["faults"][0].keys() == {"line", "column", "message"}
    assert (document["faults"][249]["line"], document["faults"][249]["column"]) == (
        251,
        "student_email",
    )
    assert err.count("\n") == 1

    out, err, status = call(path)
    assert (out, status) == ("", 1)
    lines = err.splitlines()
    assert len(lines) == 202
    assert lines[200] == "… and 50 more; --json lists them all."


@pytest.mark.django_db
def test_import_is_recorded(file):
    call(file(valid_row()))
    (upload,) = TimetableUpload.objects.all()
    assert (upload.owner, upload.file_name, bytes(upload.content)) == (None, "week.csv", b"")
    assert upload.owner_name == user_name()
    assert upload.report["created"]["recurringSlots"] == 1
    kinds = LogEntry.objects.order_by("id").values_list("content_type__model", flat=True)
    assert list(kinds) == ["teacher", "student", "recurringslot", "timetableupload"]


@pytest.mark.django_db
def test_failed_import_is_not_recorded(file):
    call(file(valid_row()), "--dry-run")
    call(file(valid_row(days="9")))
    assert not TimetableUpload.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_equal_errors_share_one_line_with_their_places(file):
    path = file(*(valid_row(days="9") for _ in range(120)), valid_row(start_time="soon"))
    _out, err, status = call(path)
    assert status == 1
    days, start, last = err.splitlines()
    assert days.startswith(f"{path}, lines 2, 3, 4, 5, 6 and 115 more, column days: “9” is not")
    assert start.startswith(f"{path}, line 122, column start_time: ")
    assert last == f"{path} has 121 faults; nothing was written."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "option", "answer"),
    [
        ({"valid_from": "3/4/2026"}, "--dates", "dmy"),
        ({"start_time": "4:30", "end_time": "5:30"}, "--times", "afternoon"),
    ],
)
def test_ambiguous_value_is_an_error_that_names_its_option(file, cells, option, answer):
    path = file(valid_row(**cells))
    _out, err, status = call(path)
    assert (status, option in err) == (1, True)
    assert nothing_stored()
    assert call(path, option, answer)[1:] == ("", 0)
    assert call(path, option, answer)[0].splitlines()[2] == "Unchanged: 1 weekly rule."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.csv", "There is no such file"),
        (".", "This is a folder"),
        ("nul\0.csv", "can't be read"),
        ("x" * 5000, "can't be read"),
    ],
)
@pytest.mark.django_db
def test_unreadable_file_is_reported(tmp_path, name, message):
    path = os.path.join(tmp_path, name)
    out, err, status = call(path)
    assert (out, status) == ("", 1)
    assert message in err
    document = json.loads(call(path, "--json")[0])
    assert document["faults"][0]["line"] is None
    assert document["faults"][0]["column"] is None


@ONE
def test_usage_errors_are_status_2(manage, file):
    for arguments in ([], [file(valid_row()), "--people", "both"]):
        done = manage("import_timetable", *arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@ONE
def test_similar_people_are_an_error_resolved_by_option(manage, file):
    path = file(valid_row(), valid_row(teacher="CLARA", student_last_name="Perez", days="2"))
    done = manage("import_timetable", path)
    advice = (
        "Answer with the option --people for the whole file: “same” if they are the same person, "
        "“new” if they are not."
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{path}, line 3, column teacher: “CLARA” looks like “Clara” on line 2. {advice}",
        f"{path}, line 3, column student_last_name: “Ana Perez” looks like “Ana Pérez” on line 2. "
        f"{advice}",
        f"CommandError: {path} has 2 faults; nothing was written.",
    ]
    assert nothing_stored()
    done = manage("import_timetable", path, "--people", "same")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:3] == [
        "2 names are taken for other spellings of names that are there.",
        "Created: 1 teacher, 1 student, 0 fixed schedules, 2 recurring slots.",
    ]
    assert Student.objects.get().full_name == "Ana Pérez"
    done = manage("import_timetable", path, "--people", "new", "--json", "--dry-run")
    document = json.loads(done.stdout)
    assert document["created"]["students"] == document["created"]["teachers"] == 1
    assert document["people"] == "new"
    assert document["lookalikes"] == [
        {"line": 3, "column": "teacher", "name": "CLARA", "others": ["Clara"]},
        {"line": 3, "column": "student_last_name", "name": "Ana Perez", "others": ["Ana Pérez"]},
    ]
    document = json.loads(manage("import_timetable", path, "--json").stdout)
    assert (document["success"], document["people"]) == (False, None)
    assert [fault["column"] for fault in document["faults"]] == ["teacher", "student_last_name"]


@ONE
def test_missing_database_is_reported(manage, file):
    where = {"DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:9/none"}
    done = manage("import_timetable", file(valid_row()), env=where)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "nothing was written" in done.stderr


@pytest.mark.parametrize("number", [2, pytest.param(4, marks=pytest.mark.soak)])
def test_simultaneous_imports_create_everything_once(spawn_manage, file, number):
    rows = [valid_row(student_email=f"{i}@example.com", days="123") for i in range(300)]
    path = file(*rows)
    processes = [spawn_manage("import_timetable", path, "--json") for _ in range(number)]
    documents = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        documents.append(json.loads(out))
    unchanged = sorted(document["unchanged"] for document in documents)
    assert unchanged == [0, *[900] * (number - 1)]
    assert (Student.objects.count(), RecurringSlot.objects.count()) == (300, 900)


@pytest.mark.django_db
def test_messages_reveal_only_the_given_path(file, monkeypatch, tmp_path):
    file(valid_row(days="0"))
    monkeypatch.chdir(tmp_path)
    _out, err, _status = call("week.csv")
    assert re.match(r"week\.csv, line 2, column days: ", err)
