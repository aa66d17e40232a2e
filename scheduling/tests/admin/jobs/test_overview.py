"""The page of the background jobs: its contents, permissions and number of queries."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scheduling.admin.jobs.overview.charts import duration_chart
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.monitoring.health import health
from scheduling.jobs.monitoring.history.run_timeline import TimelineEntry
from scheduling.models import Job, JobRun, JobRunItem, LessonSettings, RunState, Teacher, Trigger
from scheduling.tests import factories as make
from scheduling.tests.support.history import add_run, make_history

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
PAGE = "/admin/background-jobs/"
EVIL = '<script>alert("1")</script>'


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("teresa", first_name="Teresa"))
    return client


@pytest.fixture
def viewer() -> Client:
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_jobrun"))
    client = Client()
    client.force_login(user)
    return client


def text_of(answer) -> str:
    plain = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain)


def messages_of(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def add_active_run(job: Job = Job.HORIZON, **values) -> JobRun:
    values = {"state": RunState.RUNNING, "finished_at": None} | values
    return add_run(job, timezone.now(), **values)


@pytest.mark.django_db
class TestOverview:
    def test_an_empty_studio_has_no_runs_and_no_lessons(self, owner):
        page = text_of(owner.get(PAGE))
        assert "There are no active weekly lessons." in page
        assert "Nothing runs by itself yet." in page
        assert "No run yet." in page
        assert "Next run nothing starts it" in page

    def test_each_job_has_a_card(self, owner):
        answer = owner.get(PAGE)
        page = text_of(answer)
        assert "Every day at 02:00 · keeps lessons 12 weeks ahead" in page
        assert "Mondays at 06:00" in page
        assert "Generate Lessons Now" in page
        assert "Generate Weekly Classes Now" in page

    def test_the_history_names_people_and_results(self, owner):
        make_history(timezone.now(), days=25, person="teresa")
        page = text_of(owner.get(PAGE))
        for words in ("Teresa", "cron", "did not run", "with errors", "Nora Díaz: the time zone"):
            assert words in page, words

    def test_every_bar_of_the_timeline_is_a_labelled_link(self, owner):
        run = add_run(Job.HORIZON, timezone.now() - timedelta(hours=1), created=21)
        page = owner.get(PAGE).content.decode()
        found = re.search(
            rf'<a href="{PAGE}runs/{run.pk}/" class="is-done" aria-label="([^"]*)"', page
        )
        assert found
        assert found[1].endswith(": done, 21 created")

    def test_the_indicators_are_those_of_the_contract(self, owner):
        page = text_of(owner.get(PAGE))
        now = timezone.now()
        names = health(now, coverage(now)).indicators
        assert len(names) == 11
        for words in ("Active teachers", "Slots older than six months", "Stalled runs"):
            assert words in page

    def test_a_finding_is_named_and_linked_to_its_remedy(self, owner):
        make.slot(make.teacher("Ana Ruiz"))
        page = owner.get(PAGE).content.decode()
        teacher = Teacher.objects.get()
        assert f'href="/admin/scheduling/lessonsettings/add/?teacher={teacher.pk}"' in page
        listed = re.search(r'href="(/admin/scheduling/teacher/[^"]*)"[^>]*>Show', page)
        assert listed
        assert "Ana Ruiz" in text_of(owner.get(listed[1]))
        LessonSettings.objects.create(teacher=teacher)
        assert "Ana Ruiz" not in text_of(owner.get(PAGE))

    def test_conflicts_are_linked_to_their_pages(self, owner):
        marta, sam = make.teacher("Marta Gil"), make.student("Sam Vega")
        make.slot(marta, weekday=4, start="17:00")
        slot = make.slot(marta, sam, weekday=4, start="17:30")
        page = owner.get(PAGE).content.decode()
        # A name written from right to left must not reorder the others.
        assert "<bdi>Sam Vega</bdi> · <bdi>Marta Gil</bdi>, Thursday 17:30" in page
        assert "1 clash of lessons to resolve." in page
        assert f'href="/admin/conflicts/recurring_slot/{slot.pk}/"' in page
        assert 'href="/admin/conflicts/"' in page

    def test_every_linked_list_opens(self, owner):
        old = timezone.now() - timedelta(days=200)
        make.slot(booked_at=old)
        make.slot(make.teacher(is_active=False))
        make.schedule(make.student(start=None))
        page = owner.get(PAGE).content.decode()
        links = set(re.findall(r'href="(/admin/scheduling/[a-z]+/\?[^"]*)"', page))
        assert len(links) == 4
        for link in links:
            answer = owner.get(link.replace("&amp;", "&"))
            assert answer.status_code == 200, link
            assert answer.context["cl"].result_count >= 1, link

    def test_names_are_escaped_in_html(self, owner):
        make.slot(make.teacher(EVIL), make.student(EVIL))
        run = add_run(
            Job.HORIZON,
            timezone.now() - timedelta(hours=1),
            counts={"invalid": 1},
            state=RunState.PARTIAL,
            trigger=Trigger.ADMIN,
            triggered_by=EVIL,
            error=EVIL,
        )
        JobRunItem.objects.create(
            run=run, outcome="invalid", code="error", params={"error": EVIL}, student_name=EVIL
        )
        for address in (PAGE, f"{PAGE}runs/{run.pk}/", f"{PAGE}horizon/preview/", "/admin/"):
            answer = owner.get(address)
            assert answer.status_code == 200
            assert b"<script>alert" not in answer.content

    def test_the_page_has_no_inline_style_or_script(self, owner):
        make_history(timezone.now(), days=20)
        page = owner.get(PAGE).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []

    def test_the_page_renders_in_spanish(self, owner):
        assert owner.get(PAGE, headers={"accept-language": "es"}).status_code == 200


class TestLog:
    @pytest.fixture(autouse=True)
    def log(self):
        now = timezone.now()
        for n in range(60):
            add_run(Job.HORIZON, now - timedelta(hours=60 - n), created=n)
        self.failed = add_run(Job.WEEKLY, now, state=RunState.FAILED, trigger=Trigger.HTTP)

    def rows(self, answer) -> list[int]:
        return [row.run.pk for row in answer.context["rows"] if row.run]

    def test_the_log_is_paginated(self, owner):
        listed, address = [], PAGE
        while address:
            answer = owner.get(address)
            listed += self.rows(answer)
            address = answer.context["older"]
        assert listed == list(JobRun.objects.order_by("-id").values_list("pk", flat=True))

    @pytest.mark.parametrize("query", ["job=weekly", "outcome=failed", "trigger=http"])
    def test_the_log_is_filtered(self, owner, query):
        assert self.rows(owner.get(f"{PAGE}?{query}")) == [self.failed.pk]

    def test_a_filter_without_matches_shows_a_message(self, owner):
        assert "No runs match." in text_of(owner.get(f"{PAGE}?trigger=api"))

    @pytest.mark.parametrize(
        "query", ["job=nonsense", "before=x", "before=-1", "before=" + "9" * 40]
    )
    def test_an_invalid_query_is_ignored(self, owner, query):
        assert len(self.rows(owner.get(f"{PAGE}?{query}"))) == 25


def test_query_count_does_not_grow_with_log_and_studio(owner):
    counts = []
    for size in (2, 20):
        for n in range(size):
            make.slot(valid_from=make.LONG_AGO)
            make.schedule(weekday=n % 7 + 1)
        make_history(timezone.now(), days=size)
        owner.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            owner.get(PAGE)
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 5
    assert counts[1] < 70


class TestPermissions:
    def test_a_viewer_is_offered_no_preview(self, viewer):
        make.schedule()
        page = viewer.get(PAGE).content.decode()
        assert "is missing." in page
        assert "preview/" not in page

    def test_a_viewer_sees_no_buttons(self, viewer):
        run = add_active_run()
        answer = viewer.get(PAGE)
        assert answer.status_code == 200
        assert b"<form" in answer.content  # of the filters
        assert b'method="post" action="/admin/background-jobs' not in answer.content
        assert b"Undo" not in viewer.get(f"{PAGE}runs/{run.pk}/").content

    @pytest.mark.parametrize("path", ["weekly/start/", "runs/{}/cancel/", "runs/{}/undo/"])
    def test_a_viewer_cannot_act(self, viewer, path):
        run = add_active_run()
        assert viewer.post(PAGE + path.format(run.pk)).status_code == 403
        run.refresh_from_db()
        assert run.state == RunState.RUNNING
        assert JobRun.objects.count() == 1

    def test_the_permission_to_run_does_not_include_viewing(self):
        user = User.objects.create_user("rob", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="run_jobs"))
        client = Client()
        client.force_login(user)
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}weekly/start/").status_code == 403

    @pytest.mark.parametrize("path", ["weekly/start/", "runs/{}/cancel/"])
    def test_get_changes_nothing(self, owner, path):
        run = add_active_run()
        assert owner.get(PAGE + path.format(run.pk)).status_code == 405
        run.refresh_from_db()
        assert run.state == RunState.RUNNING


class TestStarting:
    @pytest.mark.parametrize("job", ["weekly", "horizon"])
    def test_start_queues_a_run_of_the_whole_studio(self, owner, job):
        answer = owner.post(f"{PAGE}{job}/start/")
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        run = JobRun.objects.get()
        assert (run.job, run.state, run.is_full, run.is_dated) == (job, "queued", True, False)
        assert (run.trigger, run.triggered_by) == (Trigger.ADMIN, "teresa")

    def test_an_active_run_replaces_the_button(self, owner):
        owner.post(f"{PAGE}weekly/start/")
        run = JobRun.objects.get()
        page = owner.get(PAGE).content.decode()
        assert f'data-progress="{PAGE}runs/{run.pk}/progress/"' in page
        assert f'action="{PAGE}runs/{run.pk}/cancel/"' in page
        assert f'action="{PAGE}weekly/start/"' not in page
        assert f'action="{PAGE}horizon/start/"' in page

    def test_a_second_run_is_refused_naming_the_first(self, owner):
        owner.post(f"{PAGE}weekly/start/")
        answer = owner.post(f"{PAGE}weekly/start/")
        assert JobRun.objects.count() == 1
        assert messages_of(answer)[-1].startswith(
            "This week's lessons: a run is active already, started by Teresa"
        )

    @pytest.mark.parametrize("job", ["prune", "watch", "nonsense"])
    def test_a_job_that_generates_no_classes_cannot_be_started(self, owner, job):
        assert owner.post(f"{PAGE}{job}/start/").status_code == 404

    def test_start_requires_a_csrf_token(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(User.objects.create_superuser("teresa"))
        assert client.post(f"{PAGE}weekly/start/").status_code == 403
        assert JobRun.objects.count() == 0

    def test_the_result_is_shown_once_after_the_run(self, owner):
        owner.post(f"{PAGE}horizon/start/")
        assert messages_of(owner.get(PAGE)) == [
            "Lessons for the next 12 weeks: started. You may close this page."
        ]
        assert messages_of(owner.get(PAGE)) == []
        now = timezone.now()
        JobRun.objects.update(
            state=RunState.SUCCEEDED, counts={"created": 21, "conflict": 2}, finished_at=now
        )
        assert messages_of(owner.get(PAGE)) == [
            "Lessons for the next 12 weeks: 21 lessons created; 2 conflicts."
        ]
        assert messages_of(owner.get(PAGE)) == []


class TestProgress:
    def test_progress_is_json(self, owner):
        run = add_active_run(progress_done=37, progress_total=60, created=5, triggered_by="teresa")
        answer = owner.get(f"{PAGE}runs/{run.pk}/progress/")
        assert "no-store" in answer["Cache-Control"]
        progress = answer.json()
        assert progress.pop("text").startswith("37 of 60 schedules; started by Teresa, ")
        assert progress == {
            "state": "running",
            "active": True,
            "done": 37,
            "total": 60,
            "created": 5,
        }

    def test_a_finished_run_is_not_active(self, owner):
        run = add_run(Job.HORIZON, timezone.now(), created=3)
        progress = owner.get(f"{PAGE}runs/{run.pk}/progress/").json()
        assert (progress["active"], progress["text"]) == (False, "done")

    def test_an_unknown_run_is_not_found(self, owner):
        assert owner.get(f"{PAGE}runs/999/progress/").status_code == 404


class TestCancelling:
    def test_cancel_ends_the_run(self, owner):
        run = add_active_run()
        answer = owner.post(f"{PAGE}runs/{run.pk}/cancel/")
        assert answer["Location"] == f"{PAGE}runs/{run.pk}/"
        run.refresh_from_db()
        assert run.state == RunState.CANCELLED

    def test_cancelling_a_finished_run_is_refused(self, owner):
        run = add_run(Job.HORIZON, timezone.now())
        answer = owner.post(f"{PAGE}runs/{run.pk}/cancel/")
        assert messages_of(answer) == ["This run is over: there is nothing to cancel."]
        run.refresh_from_db()
        assert run.state == RunState.SUCCEEDED


class TestDurationText:
    def describe_runs(self, number):
        now = timezone.now()
        runs = [add_run(Job.HORIZON, now - timedelta(days=n), seconds=2) for n in range(number)]
        entries = [TimelineEntry(Job.HORIZON, run.started_at, run) for run in runs]
        return duration_chart(entries, now).description

    def test_the_sentence_depends_on_the_number_of_runs(self):
        assert self.describe_runs(0) == "No runs in this period."
        assert self.describe_runs(1) == "The only run took 2.0 s."
        assert self.describe_runs(2) == "The longest of 2 runs took 2.0 s."
