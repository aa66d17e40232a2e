"""``/api/closures``: closed days, and the classes that they cancel and restore."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.jobs.runs.claims import claim
from scheduling.models import Closure, Job, JobRun, ScheduledClass, Trigger
from scheduling.services.schedules import apply_changes
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import dates, horizon

from .helpers import CLOSURE, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

HOLIDAY = {"name": "Holiday", "firstDate": "2026-01-12", "lastDate": "2026-01-18"}
BEFORE = ["2026-01-05", "2026-01-12", "2026-01-19"]
AFTER = ["2026-01-05", "2026-01-19"]


@pytest.fixture
def slot() -> Any:
    """Return a slot on Mondays until 25 January with its three classes."""
    made = make.slot(valid_until=day("2026-01-25"))
    horizon(MONDAY)
    assert dates() == BEFORE
    return made


def test_closure_cancels_classes_and_its_deletion_restores_them(api: APIClient, slot: Any) -> None:
    made = ok(api.post("/api/closures", HOLIDAY), 201)

    assert set(made) == CLOSURE
    others = {"teacher": None, "student": None, "earnsMakeUps": True}
    assert made == HOLIDAY | {"id": made["id"]} | others
    assert ok(api.get(f"/api/closures/{made['id']}")) == made
    assert dates() == AFTER

    assert api.delete(f"/api/closures/{made['id']}").status_code == 204
    assert dates() == BEFORE
    assert not Closure.objects.exists()


def test_closure_is_applied_only_to_its_days(api: APIClient, slot: Any) -> None:
    make.slot(weekday=2)
    ok(api.post("/api/closures", HOLIDAY | {"lastDate": "2026-01-12"}), 201)

    runs = JobRun.objects.filter(trigger=Trigger.CHANGE).order_by("id")
    assert list(runs.values_list("job", "is_full")) == [("weekly", False), ("horizon", False)]
    assert dates() == AFTER


@pytest.mark.parametrize("whose", ["teacher", "student"])
def test_closure_of_a_person_is_applied_only_to_them(api: APIClient, slot: Any, whose: str) -> None:
    made = ok(api.post("/api/closures", HOLIDAY | {whose: getattr(slot, f"{whose}_id")}), 201)

    assert dates() == AFTER
    runs = JobRun.objects.filter(trigger=Trigger.CHANGE)
    assert set(runs.values_list("is_full", flat=True)) == {False}
    assert api.delete(f"/api/closures/{made['id']}").status_code == 204
    assert dates() == BEFORE


def test_changed_closure_restores_old_days_and_cancels_new_days(api: APIClient, slot: Any) -> None:
    made = ok(api.post("/api/closures", HOLIDAY | {"teacher": slot.teacher_id}), 201)
    url = f"/api/closures/{made['id']}"

    ok(api.patch(url, {"firstDate": "2026-01-19", "lastDate": "2026-01-19"}))
    assert dates() == ["2026-01-05", "2026-01-12"]

    ok(api.patch(url, {"teacher": None, "student": make.student().pk}))
    assert dates() == BEFORE


def test_closure_without_make_ups_changes_no_class(api: APIClient, slot: Any) -> None:
    body = HOLIDAY | {"teacher": slot.teacher_id, "earnsMakeUps": False}
    made = ok(api.post("/api/closures", body), 201)
    assert (made["earnsMakeUps"], Closure.objects.get().earns_make_ups) == (False, False)
    url, runs = f"/api/closures/{made['id']}", JobRun.objects.count()
    assert ok(api.patch(url, {"earnsMakeUps": True}))["earnsMakeUps"] is True
    assert JobRun.objects.count() == runs
    invalid(api.patch(url, {"earnsMakeUps": "maybe"}), "earnsMakeUps")


def test_previewed_plan_is_applied(api: APIClient, slot: Any) -> None:
    preview = ok(api.post("/api/closures", HOLIDAY | {"dryRun": True}))
    assert (preview["message"], preview["counts"]) == (
        "This would cancel 1 class.",
        {"cancelled": 1},
    )
    assert preview["items"][0]["reason"] == "closed: Holiday"
    assert (Closure.objects.count(), dates()) == (0, BEFORE)

    made = ok(api.post("/api/closures", HOLIDAY | {"plan": preview["plan"]}), 201)
    assert set(made) == CLOSURE
    assert dates() == AFTER

    url, days = f"/api/closures/{made['id']}", {"lastDate": "2026-01-19"}
    preview = ok(api.patch(url, days | {"dryRun": True}))
    assert (preview["counts"]["cancelled"], dates()) == (1, AFTER)
    changed = ok(api.patch(url, days | {"plan": preview["plan"]}))
    assert (changed["lastDate"], dates()) == ("2026-01-19", ["2026-01-05"])

    preview = ok(api.delete(f"{url}?dryRun=true"))
    assert (preview["message"], dates()) == ("This would restore 2 classes.", ["2026-01-05"])
    assert api.delete(f"{url}?plan={preview['plan']}").status_code == 204
    assert dates() == BEFORE


def test_outdated_or_invalid_plan_is_refused(api: APIClient, slot: Any) -> None:
    plan = ok(api.post("/api/closures", HOLIDAY | {"dryRun": True}))["plan"]
    ScheduledClass.objects.filter(date="2026-01-12").update(notes="recital")
    body = HOLIDAY | {"plan": plan}
    refused(api.post("/api/closures", body), 409, "changed_since", "changed")
    assert not Closure.objects.exists()
    closure = make.closure("Holiday", day("2026-01-12"), day("2026-01-18"))
    invalid(
        api.post("/api/closures", HOLIDAY | {"dryRun": True}),
        "An identical closure already exists.",
    )
    invalid(
        api.patch(f"/api/closures/{closure.pk}", {"dryRun": True}),
        "No change: the values are the same.",
    )
    invalid(api.delete(f"/api/closures/{closure.pk}?plan=7"), "plan")
    refused(api.delete(f"/api/closures/{closure.pk}?plan={plan}"), 409, "changed_since", "changed")


def test_new_name_starts_no_run(api: APIClient) -> None:
    closure = make.closure("Holiday", MONDAY)
    ok(api.patch(f"/api/closures/{closure.pk}", {"name": "Feast"}))
    assert not JobRun.objects.exists()


def test_past_closure_starts_no_run(api: APIClient) -> None:
    past = {"name": "Past", "firstDate": "2025-12-01", "lastDate": "2026-01-03"}
    made = ok(api.post("/api/closures", past), 201)
    assert api.delete(f"/api/closures/{made['id']}").status_code == 204
    assert not JobRun.objects.exists()


def test_closure_is_applied_while_run_is_active(api: APIClient, slot: Any) -> None:
    for job in (Job.WEEKLY, Job.HORIZON):
        claim(JobRun(job=job, trigger=Trigger.CRON, is_full=True))

    made = ok(api.post("/api/closures", HOLIDAY), 201)

    assert set(made) == CLOSURE
    assert dates() == AFTER
    assert api.delete(f"/api/closures/{made['id']}").status_code == 204
    assert dates() == BEFORE


def test_large_studio_applies_closure_in_background(
    api: APIClient, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(apply_changes, "is_large", lambda request: True)
    monkeypatch.setattr(apply_changes, "enqueue_run", started.append)

    made = ok(api.post("/api/closures", HOLIDAY), 201)
    gone = ok(api.delete(f"/api/closures/{made['id']}"))

    assert made["warning"] == gone["warning"] == "Saved. The classes follow in the background."
    assert [request.job for request in started] == ["weekly", "horizon"] * 2
    assert dates() == BEFORE


def test_closure_is_kept_when_applying_fails(
    api: APIClient, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(request: Any, conduct: Any) -> Any:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(apply_changes, "run", run)

    made = ok(api.post("/api/closures", HOLIDAY | {"teacher": slot.teacher_id}), 201)

    assert "out of luck" in made["warning"]
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"firstDate": None}, "firstDate"),
        ({"lastDate": "2026-01-11"}, "lastDate"),
        ({"firstDate": "2026-01-19"}, "firstDate|lastDate"),
        ({"firstDate": "2026-01- 9"}, "firstDate"),
        ({"teacher": 999}, "teacher"),
        ({"student": "1"}, "student"),
        ({"classes": []}, "classes"),
    ],
)
def test_invalid_closure_is_refused(api: APIClient, values: Any, field: str) -> None:
    message = invalid(api.post("/api/closures", HOLIDAY | values))
    assert message.split(":")[0] in field.split("|")
    stored = make.closure("Holiday", day("2026-01-12"), day("2026-01-18"))
    message = invalid(api.patch(f"/api/closures/{stored.pk}", values))
    assert message.split(":")[0] in field.split("|")


def test_closure_for_teacher_and_student_is_refused(api: APIClient, slot: Any) -> None:
    both = {"teacher": slot.teacher_id, "student": slot.student_id}
    invalid(api.post("/api/closures", HOLIDAY | both), "student: ")
    made = ok(api.post("/api/closures", HOLIDAY | {"student": slot.student_id}), 201)
    invalid(api.patch(f"/api/closures/{made['id']}", {"teacher": slot.teacher_id}), "teacher: ")


def test_list_can_be_filtered_and_ordered(api: APIClient) -> None:
    first = make.closure("One", day("2026-02-01"), day("2026-02-10"))
    second = make.closure("Two", day("2026-01-05"), student=make.student())
    third = make.closure("Three", day("2026-03-01"), teacher=make.teacher())

    def names(query: str) -> list[str]:
        return [closure["name"] for closure in ok(api.get(f"/api/closures?{query}"))["results"]]

    assert names("") == ["Two", "One", "Three"]
    assert names("ordering=-lastDate") == ["Three", "One", "Two"]
    assert names("from=2026-02-10") == ["One", "Three"]
    assert names("to=2026-02-01") == ["Two", "One"]
    assert names("from=2026-02-05&to=2026-02-06") == ["One"]
    assert names(f"student={second.student_id}") == ["Two"]
    assert names(f"teacher={third.teacher_id}") == ["Three"]
    for query in ("from=now", "to=2026-13-01", "from=2026-02-01&to=2026-01-01", "first=1"):
        invalid(api.get(f"/api/closures?{query}"), query.split("=")[-2].split("&")[-1])
    assert first.pk


@pytest.mark.parametrize("size", [1, 7])
def test_query_count_does_not_depend_on_page_size(
    api: APIClient, size: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _number in range(size):
        make.closure("Day", MONDAY, teacher=make.teacher())
    with django_assert_num_queries(4):  # studio, session, user, closures
        assert len(ok(api.get("/api/closures"))["results"]) == size


def test_manually_cancelled_class_is_not_restored(api: APIClient, slot: Any) -> None:
    made = ok(api.post("/api/closures", HOLIDAY), 201)
    cancelled = ScheduledClass.objects.get(status="cancelled")
    ok(api.patch(f"/api/classes/{cancelled.pk}", {"status": "cancelled", "cancelReason": "ill"}))

    api.delete(f"/api/closures/{made['id']}")

    assert dates() == AFTER


def test_people_of_pause_can_not_change(api: Any) -> None:
    slot = make.slot()
    pause = make.closure("Exams", MONDAY, student=slot.student, recurring_slot=slot)
    url = f"/api/closures/{pause.pk}"
    invalid(api.patch(url, {"student": None}), "student", "people can't be changed")
    invalid(
        api.patch(url, {"teacher": slot.teacher_id, "student": None}), "people can't be changed"
    )
    ok(api.patch(url, {"name": "Holiday", "student": slot.student_id}))
