"""The page of a run, and undo."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scheduling.models import Job, JobRun, JobRunItem, RunState, ScheduledClass, Trigger
from scheduling.services.roles import VIEWER
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.history import add_run
from scheduling.tests.support.roles import account

from .test_overview import PAGE, messages_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("teresa", first_name="Teresa"))
    return client


def page_of(run: JobRun, more: str = "") -> str:
    return f"{PAGE}runs/{run.pk}/{more}"


def now():
    return timezone.now()


def today():
    return timezone.localdate(now(), timezone.get_default_timezone())


def add_error(run: JobRun, text: str, name: str = "Ana") -> JobRunItem:
    return JobRunItem.objects.create(
        run=run, outcome="error", code="error", params={"error": text}, student_name=name
    )


@pytest.mark.parametrize(
    ("values", "button"),
    [
        ({"state": RunState.FAILED}, "Generate Lessons Now"),
        ({"state": RunState.CRASHED}, "Generate Lessons Now"),
        ({"state": RunState.FAILED, "is_full": False}, ""),
        ({"state": RunState.SUCCEEDED}, ""),
    ],
)
def test_a_run_that_did_not_finish_can_be_started_again(owner, values, button):
    run = add_run(Job.HORIZON, now(), **values)
    answer = owner.get(page_of(run))
    assert answer.context["again"] == button
    start = f'action="{PAGE}horizon/start/"'
    assert (start in answer.content.decode()) == bool(button)
    viewer = Client()
    viewer.force_login(account(VIEWER))
    assert viewer.get(page_of(run)).context["again"] == ""


class TestHeading:
    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"counts": {"created": 21, "exists": 3}}, "21 lessons created."),
            (
                {"counts": {"created": 1, "moved": 2, "removed": 1, "conflict": 1}},
                "1 lesson created, 2 moved and 1 removed; 1 conflict.",
            ),
            ({"counts": {"exists": 1742}}, "Nothing was to be done."),
            (
                {"state": RunState.PARTIAL, "counts": {"created": 2, "invalid": 1}},
                "2 lessons created; 1 schedule could not be dealt with.",
            ),
            ({"state": RunState.FAILED, "error": "No disk."}, "This run failed."),
            ({"state": RunState.CRASHED}, "This run ended before it was over."),
            ({"state": RunState.CANCELLED}, "This run was cancelled."),
        ],
    )
    def test_the_heading_summarises_the_result(self, owner, values, sentence):
        run = add_run(Job.HORIZON, now(), **values)
        assert f"<h1>{sentence}</h1>" in owner.get(page_of(run)).content.decode()

    def test_a_cancelled_run_is_not_called_complete(self, owner):
        run = add_run(Job.HORIZON, now(), state=RunState.CANCELLED, counts={"exists": 3})
        page = text_of(owner.get(page_of(run)))
        assert "Nothing was done." in page
        assert "Nothing was to be done." not in page

    def test_a_run_without_classes_is_done(self, owner):
        run = add_run(Job.PRUNE, now(), window_start=None, window_end=None)
        assert "This run is done." in text_of(owner.get(page_of(run)))


def test_the_page_shows_the_course_of_the_run(owner):
    run = add_run(
        Job.WEEKLY,
        now(),
        created=3,
        trigger=Trigger.ADMIN,
        triggered_by="teresa",
        catch_up_from=today() - timedelta(days=today().weekday() + 7),
    )
    page = text_of(owner.get(page_of(run)))
    for words in ("Requested", "admin · Teresa", "Started", "studio-1", "Ended", "also made the"):
        assert words in page, words


def test_errors_are_grouped_by_reason(owner):
    run = add_run(Job.HORIZON, now(), state=RunState.PARTIAL, counts={"error": 4})
    for text in ("No room.", "No room.", "No room.", "No air."):
        add_error(run, text)
    assert owner.get(page_of(run)).context["groups"] == [("No room.", "3"), ("No air.", "1")]


class TestResults:
    def test_results_are_filtered_by_outcome(self, owner):
        run = add_run(Job.HORIZON, now(), counts={"error": 1, "paused": 1})
        add_error(run, "No room.")
        JobRunItem.objects.create(run=run, outcome="paused", code="slot_paused", student_name="Leo")
        answer = owner.get(page_of(run, "?outcome=paused"))
        assert [row.student for row in answer.context["rows"]] == ["Leo"]
        assert len(owner.get(page_of(run, "?outcome=nonsense")).context["rows"]) == 2

    def test_results_are_paginated(self, owner, monkeypatch):
        monkeypatch.setattr("scheduling.admin.jobs.run_page.ITEMS", 3)
        run = add_run(Job.HORIZON, now(), counts={"error": 7})
        for n in range(7):
            add_error(run, f"No {n}.")
        listed, address = [], page_of(run)
        while address:
            answer = owner.get(address)
            listed += [row.why for row in answer.context["rows"]]
            address = answer.context["next"]
        assert listed == [f"No {n}." for n in range(7)]

    def test_results_link_to_people_and_series(self, owner):
        slot = make.slot(make.teacher("Marta Gil", zone="Mars"))
        result = horizon(today(), now())
        page = owner.get(f"{PAGE}runs/{result.run_id}/").content.decode()
        assert f'href="/admin/scheduling/student/{slot.student_id}/change/"' in page
        assert f'href="/admin/scheduling/teacher/{slot.teacher_id}/change/"' in page
        assert f'href="/admin/scheduling/recurringslot/{slot.pk}/change/"' in page


def test_an_active_run_shows_its_progress(owner):
    run = add_run(Job.HORIZON, now(), state=RunState.RUNNING, finished_at=None, progress_done=3)
    page = owner.get(page_of(run)).content.decode()
    assert 'value="3" max="60"' in page
    assert f'action="{page_of(run)}cancel/"' in page
    assert "Undo" not in page


def test_the_change_page_of_a_run_redirects_here(owner):
    run = add_run(Job.HORIZON, now())
    answer = owner.get(f"/admin/scheduling/jobrun/{run.pk}/change/")
    assert (answer.status_code, answer["Location"]) == (302, page_of(run))


def test_an_unknown_run_is_not_found(owner):
    assert owner.get(f"{PAGE}runs/999/").status_code == 404


def test_query_count_does_not_grow_with_the_results(owner):
    run = add_run(Job.HORIZON, now(), counts={"error": 1})
    counts = []
    for size in (1, 60):
        for n in range(size):
            add_error(run, f"No {n}.", name=f"Student {n}")
        owner.get(page_of(run))
        with CaptureQueriesContext(connection) as captured:
            owner.get(page_of(run))
        counts.append(len(captured))
    assert counts[0] == counts[1]


class TestUndo:
    @pytest.fixture
    def run(self) -> JobRun:
        day = (today() + timedelta(days=2)).isoweekday()
        make.slot(make.teacher("Marta Gil"), make.student("Leo Park"), weekday=day)
        return JobRun.objects.get(pk=horizon(today(), now(), weeks=3).run_id)

    def test_undo_is_offered(self, owner, run):
        assert f'href="{page_of(run)}undo/"' in owner.get(page_of(run)).content.decode()

    def test_the_preview_of_undo_lists_removed_and_kept_classes(self, owner, run):
        first = ScheduledClass.objects.earliest("date")
        first.notes = "recital"
        first.save()
        answer = owner.get(page_of(run, "undo/"))
        page = text_of(answer)
        assert "This would remove 2 lessons." in page
        assert "1 is kept, because it was edited by hand or has begun." in page
        assert "it has notes: stays" in page
        assert [name for name, _url in answer.context["schedules"]] == ["Leo Park · Marta Gil"]
        assert ScheduledClass.objects.count() == 3

    def test_the_preview_of_undo_lists_twelve_schedules_and_counts_the_rest(self, owner):
        teachers = [make.teacher() for _n in range(14)]
        day = (today() + timedelta(days=2)).isoweekday()
        for teacher in teachers:
            make.slot(teacher, weekday=day)
        run = JobRun.objects.get(pk=horizon(today(), now(), weeks=1).run_id)
        answer = owner.get(page_of(run, "undo/"))
        assert len(answer.context["schedules"]) == 12
        assert "and 2 more" in text_of(answer)

    def test_undo_removes_the_classes_of_the_run(self, owner, run):
        answer = owner.post(page_of(run, "undo/"))
        assert (answer.status_code, answer["Location"]) == (302, page_of(run))
        assert ScheduledClass.objects.count() == 0
        run.refresh_from_db()
        assert (run.undone_by, run.classes_undone) == ("teresa", 3)
        page = owner.get(page_of(run))
        assert "Undone" in text_of(page)
        assert "Undo…" not in text_of(page)
        assert page.context["sentence"] == "Undone: 3 of 3 lessons removed."
        assert page.context["level"] == "warn"
        assert "undone: 3 removed" in text_of(owner.get(PAGE))

    @pytest.mark.parametrize("why", ["deleted", "edited", "begun", "active", "none"])
    def test_undo_is_offered_only_if_classes_would_be_removed(self, owner, run, why):
        assert "Undo…" in text_of(owner.get(page_of(run)))
        classes = ScheduledClass.objects.all()
        if why == "deleted":
            classes.delete()
        elif why == "edited":
            classes.update(notes="recital")
        elif why == "begun":
            long = timedelta(days=90)
            classes.update(starts_at=F("starts_at") - long, ends_at=F("ends_at") - long)
        elif why == "active":
            add_run(Job.HORIZON, now(), state=RunState.QUEUED, finished_at=None)
            JobRun.objects.filter(state=RunState.QUEUED).update(heartbeat=None, started_at=None)
        else:
            classes.exclude(pk=classes.order_by("pk")[0].pk).update(notes="recital")
        assert ("Undo…" in text_of(owner.get(page_of(run)))) == (why == "none")

    def test_undo_without_remaining_classes_has_nothing_to_do(self, owner, run):
        ScheduledClass.objects.all().delete()
        assert "There is nothing to undo." in text_of(owner.get(page_of(run, "undo/")))

    def test_undo_is_refused_while_a_run_is_active(self, owner, run):
        other = add_run(Job.HORIZON, now(), state=RunState.QUEUED, finished_at=None)
        JobRun.objects.filter(pk=other.pk).update(heartbeat=None, started_at=None)
        answer = owner.post(page_of(run, "undo/"))
        assert messages_of(answer) == [f"Run {other.pk} is active: wait for its end, or cancel it."]
        assert ScheduledClass.objects.count() == 3
