"""``/api/students``: students, and the classes that their changes create."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import FixedSchedule, JobRun, Student
from scheduling.services.schedules import apply_changes
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import dates

from .helpers import MEETING, STUDENT, invalid, ok, raw

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

# Today is Monday, 5 January 2026.
MEETS = {"dayOfWeek": 3, "startTime": "17:00", "endTime": "18:00"}
ANA = {"firstName": "Ana", "lastName": "Gil", "startDate": "2025-12-15"}


def create(api: APIClient, **values: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(api.post("/api/students", ANA | values), 201)
    return made


def patch(api: APIClient, student: dict[str, Any], **values: Any) -> dict[str, Any]:
    changed: dict[str, Any] = ok(api.patch(f"/api/students/{student['id']}", values))
    return changed


def test_new_student_has_classes_from_start_date_to_sunday(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    assert set(made) == STUDENT | {"classesCreated"}
    assert made["classesCreated"] == 4
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-07"]
    (meeting,) = made["fixedSchedule"]
    assert set(meeting) == MEETING
    assert meeting == MEETS | {
        "id": meeting["id"],
        "subject": "",
        "teacher": None,
        "room": None,
        "isShared": False,
        "intervalWeeks": 1,
        "validFrom": None,
        "validUntil": None,
    }
    read = ok(api.get(f"/api/students/{made['id']}"))
    assert set(read) == STUDENT
    assert read == {name: value for name, value in made.items() if name != "classesCreated"}


def test_runs_have_trigger_change_and_caller(api: APIClient) -> None:
    create(api, fixedSchedule=[MEETS])

    runs = JobRun.objects.order_by("id").values_list("job", "trigger", "triggered_by", "is_full")
    assert list(runs) == [
        ("missing", "change", "root", False),
        ("weekly", "change", "root", False),
    ]


def test_student_without_schedule_starts_no_run(api: APIClient) -> None:
    assert create(api)["classesCreated"] == 0
    assert not JobRun.objects.exists()


def test_change_of_name_starts_no_run(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    JobRun.objects.all().delete()

    changed = patch(
        api, made, firstName="Anna", startDate=ANA["startDate"], fixedSchedule=made["fixedSchedule"]
    )

    assert (changed["firstName"], changed["classesCreated"]) == ("Anna", 0)
    assert not JobRun.objects.exists()


def test_earlier_start_date_creates_classes_since_then(api: APIClient) -> None:
    made = create(api, startDate="2026-01-05", fixedSchedule=[MEETS])
    assert made["classesCreated"] == 1

    assert patch(api, made, startDate="2025-12-24")["classesCreated"] == 2


def test_reactivated_student_has_classes_of_slots(api: APIClient) -> None:
    student = make.student(is_active=False)
    make.slot(student=student, weekday=2, valid_from=MONDAY)

    changed = ok(api.patch(f"/api/students/{student.pk}", {"isActive": True}))

    assert changed["classesCreated"] == 12
    assert list(JobRun.objects.values_list("job", flat=True)) == ["horizon"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"firstName": ""}, "firstName"),
        ({"firstName": None}, "firstName"),
        ({"lastName": "x" * 101}, "lastName"),
        ({"email": "x"}, "email"),
        ({"email": None}, "email"),
        ({"startDate": "soon"}, "startDate"),
        ({"startDate": 20250101}, "startDate"),
        ({"startDate": "2025-02-30"}, "startDate"),
        ({"startDate": "2026-02-31"}, "startDate"),
        ({"endDate": "2025-12-14"}, "endDate"),
        ({"isActive": None}, "isActive"),
        ({"language": "fr"}, "language"),
        ({"language": "\ud800"}, "language"),
        ({"language": {}}, "language"),
        ({"fixedSchedule": None}, "fixedSchedule"),
        ({"fixedSchedule": {}}, "fixedSchedule"),
        ({"fixedSchedule": [MEETS] * 201}, "fixedSchedule"),
        ({"nickname": "x"}, "nickname"),
        ({"classesCreated": 1}, "classesCreated"),
    ],
)
def test_invalid_student_is_refused(api: APIClient, values: Any, field: str) -> None:
    invalid(raw(api, "/api/students", ANA | values), f"{field}: ")
    assert not Student.objects.exists()


def test_end_before_stored_start_is_refused(api: APIClient) -> None:
    url = f"/api/students/{make.student(start=MONDAY, end_date=day('2026-02-01')).pk}"

    invalid(api.patch(url, {"endDate": "2026-01-01"}), "endDate: ")
    invalid(api.patch(url, {"startDate": "2026-03-01"}), "startDate: ")
    ok(api.patch(url, {"startDate": "2026-03-01", "endDate": None}))


def test_student_is_kept_with_warning_when_applying_fails(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = apply_changes.run

    def run(request: Any, conduct: Any) -> Any:
        if request.job == "weekly":
            raise RuntimeError("out of luck")
        return original(request, conduct)

    monkeypatch.setattr(apply_changes, "run", run)

    made = create(api, fixedSchedule=[MEETS])

    assert made["classesCreated"] == 3
    assert "out of luck" in made["warning"]
    assert FixedSchedule.objects.count() == 1


def test_conflict_is_reported_as_warning(api: APIClient) -> None:
    teacher = make.teacher("Marta Gil")
    make.lesson(make.student("Leo Park"), day("2026-01-07"), "17:30", "18:30", teacher)

    made = create(api, startDate="2026-01-05", fixedSchedule=[MEETS | {"teacher": teacher.pk}])

    assert made["classesCreated"] == 0
    for words in ("Ana Gil, 2026-01-07 17:00", "Marta Gil already teaches Leo Park"):
        assert words in made["warning"]


def test_list_can_be_filtered_and_ordered(api: APIClient) -> None:
    marta, tom = make.teacher(), make.teacher()
    ana, leo, eva = (make.student(name) for name in ("Ana Gil", "Leo Park", "Eva Ruiz"))
    make.schedule(ana, marta)
    make.slot(tom, ana, status="cancelled")
    make.slot(marta, leo)
    make.schedule(eva, marta, valid_until=day("2026-01-04"))
    Student.objects.filter(pk=eva.pk).update(is_active=False, email="eva@example.org")

    def names(query: str) -> list[str]:
        return [
            student["firstName"] for student in ok(api.get(f"/api/students?{query}"))["results"]
        ]

    assert names("") == ["Ana", "Leo", "Eva"]
    assert names("ordering=-firstName") == ["Leo", "Eva", "Ana"]
    assert names("isActive=false") == ["Eva"]
    assert names(f"teacher={marta.pk}") == ["Ana", "Leo"]
    assert names(f"teacher={tom.pk}") == []
    assert names("search=gil") == ["Ana"]
    assert names("search=@example") == ["Eva"]
    for query in ("teacher=x", "teacher=0", f"teacher={2**63}", "isActive=1"):
        invalid(api.get(f"/api/students?{query}"), query.split("=")[0])


@pytest.mark.parametrize("size", [1, 7])
def test_query_count_does_not_depend_on_page_size(
    api: APIClient, size: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _number in range(size):
        student = make.student()
        make.schedule(student, make.teacher(), weekday=1)
        make.schedule(student, make.teacher(), weekday=2)
    with django_assert_num_queries(5):  # studio, session, user, students, meetings
        found = ok(api.get("/api/students"))["results"]
    assert [len(student["fixedSchedule"]) for student in found] == [2] * size
