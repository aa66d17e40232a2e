"""The preview of a run: a diff of the plan, which is applied exactly as previewed or not at all."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.utils import timezone, translation

from scheduling.jobs.execution.runner import RunOptions, preview_plan
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.workers.perform import perform
from scheduling.models import Job, JobRun, RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY
from scheduling.tests.jobs.helpers import STALE, horizon, request, run_options

from .test_overview import PAGE, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
PREVIEW = f"{PAGE}horizon/preview/"


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("teresa"))
    return client


def plan_of(answer) -> dict[str, str]:
    page = answer.content.decode()
    return dict(re.findall(r'name="(plan|counts)" value="([^"]+)"', page))


def today():
    return timezone.localdate(timezone.now(), timezone.get_default_timezone())


def slot(**values) -> RecurringSlot:
    return make.slot(make.teacher("Marta Gil"), make.student("Leo Park"), **values)


class TestPreview:
    def test_the_preview_counts_the_changes_and_writes_nothing(self, owner):
        slot()
        page = text_of(owner.get(PREVIEW))
        assert "This would create 12 lessons." in page
        assert "Nothing has been changed yet." in page
        assert (JobRun.objects.count(), ScheduledClass.objects.count()) == (0, 0)

    def test_the_weeks_of_a_series_are_one_row(self, owner):
        slot()
        answer = owner.get(PREVIEW)
        (section,) = answer.context["sections"]
        (row,) = section.rows
        assert (row.student, row.teacher, len(row.more)) == ("Leo Park", "Marta Gil", 11)
        assert "and 11 more weeks until" in text_of(answer)

    def test_a_complete_calendar_has_nothing_to_do(self, owner):
        slot()
        horizon(today(), timezone.now())
        page = text_of(owner.get(PREVIEW))
        assert "Nothing to do: the calendar matches the schedules." in page

    def test_a_move_shows_the_old_and_the_new_time(self, owner):
        row = slot(weekday=(today() + timedelta(days=3)).isoweekday(), start="16:00")
        horizon(today(), timezone.now())
        row.start_time = make.at("18:30")
        row.save()
        answer = owner.get(PREVIEW)
        row = answer.context["sections"][0].rows[0]
        assert row.old.endswith("16:00–17:00")
        assert row.new.endswith("18:30–19:30")
        assert f"<del>{row.old}</del> <ins>{row.new}</ins>" in answer.content.decode()

    def test_a_change_of_subject_shows_both_subjects(self, owner):
        row = slot(subject="Guitar")
        horizon(today(), timezone.now())
        row.subject = "Piano"
        row.save()
        assert "; subject: Guitar → Piano" in text_of(owner.get(PREVIEW))
        owner.cookies["django_language"] = "es"
        assert "; asignatura: Guitar → Piano" in text_of(owner.get(PREVIEW))

    def test_weeks_with_different_changes_are_separate_rows(self, owner):
        row = slot(subject="Guitar")
        horizon(today(), timezone.now())
        last = ScheduledClass.objects.latest("starts_at")
        ScheduledClass.objects.filter(pk=last.pk).update(subject="Cello")
        row.subject = "Piano"
        row.save()
        rows = owner.get(PREVIEW).context["sections"][0].rows
        assert [row.why.rpartition("; ")[2] for row in rows] == [
            "subject: Guitar → Piano",
            "subject: Cello → Piano",
        ]

    def test_a_move_to_another_zone_names_it(self, owner):
        row = slot()
        horizon(today(), timezone.now())
        row.teacher.time_zone = "Asia/Tokyo"
        row.teacher.save()
        assert owner.get(PREVIEW).context["sections"][0].rows[0].zone == "Asia/Tokyo"

    def test_a_conflict_links_to_the_series_and_the_blocking_class(self, owner):
        row = slot()
        horizon(today(), timezone.now())
        other = make.slot(row.teacher, make.student("Eva Lund"))
        answer = owner.get(PREVIEW)
        assert "This would" not in text_of(answer)
        assert "conflicts stay" in text_of(answer)
        (row,) = answer.context["sections"][0].rows
        first = ScheduledClass.objects.order_by("starts_at").first()
        assert first is not None
        assert [url for url, _name in row.actions] == [
            f"/admin/scheduling/recurringslot/{other.pk}/change/",
            f"/admin/scheduling/scheduledclass/{first.pk}/change/",
        ]
        assert "Marta Gil already teaches Leo Park" in row.why

    @pytest.mark.parametrize("job", ["prune", "nonsense"])
    def test_a_job_that_generates_no_classes_has_no_preview(self, owner, job):
        assert owner.get(f"{PAGE}{job}/preview/").status_code == 404


class TestApply:
    def test_the_approved_plan_is_started(self, owner):
        slot()
        answer = owner.post(PREVIEW, plan_of(owner.get(PREVIEW)))
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        run = JobRun.objects.get()
        assert run.job == Job.HORIZON
        assert (
            run.options["plan"]
            == preview_plan(RunRequest.of(run), RunOptions(clock=timezone.now)).fingerprint
        )

    def test_a_run_started_without_a_preview_has_no_approved_plan(self, owner):
        slot()
        owner.post(f"{PAGE}horizon/start/")
        assert "plan" not in JobRun.objects.get().options

    @pytest.mark.django_db(transaction=True)
    def test_a_plan_that_changes_before_the_run_is_not_applied(self, owner):
        slot()
        owner.post(PREVIEW, plan_of(owner.get(PREVIEW)))
        make.slot()
        run = JobRun.objects.get()
        perform(run.pk, timezone.now)
        assert ScheduledClass.objects.count() == 0
        page = text_of(owner.get(f"{PAGE}runs/{run.pk}/"))
        assert "This run was cancelled." in page
        assert STALE in page
        status = owner.get(f"/api/admin/background-jobs/runs/{run.pk}").json()
        assert (status["state"], status["errors"]) == ("cancelled", [STALE])

    def test_a_stale_plan_is_refused_and_shown_again(self, owner):
        slot()
        approved = plan_of(owner.get(PREVIEW))
        make.slot()
        answer = owner.post(PREVIEW, approved)
        assert answer.status_code == 409
        assert JobRun.objects.count() == 0
        page = text_of(answer)
        assert STALE in page
        assert "create: 12 → 24" in page
        assert "This would create 24 lessons." in page
        assert owner.post(PREVIEW, plan_of(answer)).status_code == 302

    def test_equal_counts_of_other_classes_are_another_plan(self, owner):
        row = slot(weekday=2)
        approved = plan_of(owner.get(PREVIEW))
        row.weekday = 3
        row.save()
        assert owner.post(PREVIEW, approved).status_code == 409
        assert JobRun.objects.count() == 0

    @pytest.mark.parametrize(
        "plan",
        ["", "nonsense", signing.dumps({"job": "horizon"})],
        ids=["empty", "nonsense", "signed for another purpose"],
    )
    def test_an_invalid_plan_is_refused(self, owner, plan):
        slot()
        assert owner.post(PREVIEW, {"plan": plan, "counts": plan}).status_code == 409
        assert JobRun.objects.count() == 0

    def test_the_plan_of_another_job_is_refused(self, owner):
        slot()
        approved = plan_of(owner.get(f"{PAGE}weekly/preview/"))
        assert owner.post(PREVIEW, approved).status_code == 409


class TestFingerprint:
    def preview(self, **values):
        return preview_plan(request(Job.HORIZON, weeks=2, **values), run_options(EARLY), 100)

    def test_equal_plans_have_equal_fingerprints(self):
        make.slot()
        make.slot(make.teacher(zone="Mars"))
        assert self.preview().fingerprint == self.preview().fingerprint

    def test_the_fingerprint_ignores_fields_that_runs_do_not_change(self):
        row = make.slot()
        horizon(MONDAY, EARLY, weeks=2)
        before = self.preview().fingerprint
        ScheduledClass.objects.filter(recurring_slot=row).update(notes="recital")
        assert self.preview().fingerprint == before

    def test_the_fingerprint_depends_on_conflicts(self):
        row = make.slot()
        horizon(MONDAY, EARLY, weeks=2)
        before = self.preview().fingerprint
        make.slot(row.teacher)
        assert self.preview().fingerprint != before

    @pytest.mark.parametrize("values", [{"subject": "Piano"}, {"is_shared": True}], ids=list)
    @pytest.mark.parametrize("outcome", ["created", "moved", "restored", "cancelled"])
    def test_the_fingerprint_depends_on_the_fields_of_classes(self, values, outcome):
        row = make.slot(subject="Guitar")
        if outcome != "created":
            horizon(MONDAY, EARLY, weeks=2)
        strike = make.closure("Strike", MONDAY, MONDAY + timedelta(days=13))
        if outcome == "restored":
            horizon(MONDAY, EARLY, weeks=2)
        if outcome != "cancelled":
            strike.delete()
        if outcome == "moved":
            RecurringSlot.objects.update(weekday=2)
        before = self.preview()
        assert set(before.samples) == {outcome}
        RecurringSlot.objects.filter(pk=row.pk).update(**values)
        after = self.preview()
        assert after.result.counts == before.result.counts
        assert after.fingerprint != before.fingerprint

    @pytest.mark.parametrize("weekday", [1, 2], ids=["where it was", "on another day"])
    def test_the_fingerprint_depends_on_the_zone(self, weekday):
        row = make.slot()
        horizon(MONDAY, EARLY, weeks=2)
        RecurringSlot.objects.filter(pk=row.pk).update(weekday=weekday)
        fingerprints = set()
        for zone in ("Europe/Madrid", "Asia/Tokyo"):
            row.teacher.time_zone = zone
            row.teacher.save()
            fingerprints.add(self.preview().fingerprint)
        assert len(fingerprints) == 2

    def test_the_fingerprint_is_the_same_in_every_language(self):
        student = make.student()
        make.lesson(student, MONDAY, "10:30", "11:30")
        make.slot(student=student)
        before = self.preview()
        assert before.result.counts["conflict"] == 1
        with translation.override("es"):
            assert self.preview().fingerprint == before.fingerprint

    def test_the_fingerprint_depends_on_the_window(self):
        assert (
            self.preview().fingerprint
            != preview_plan(request(Job.HORIZON, weeks=3), run_options(EARLY)).fingerprint
        )


def test_a_sample_contains_whole_series():
    for _ in range(5):
        make.slot()
    plan = preview_plan(request(Job.HORIZON, weeks=3), run_options(EARLY), sample=2)
    (lines,) = plan.samples.values()
    assert len({line.series for line in lines}) == 2
    assert len(lines) == 6
    assert plan.result.classes_created == 15


def test_a_long_preview_counts_the_omitted_classes(owner, monkeypatch):
    # The package exports a view with the module's name.
    module = import_module("scheduling.admin.jobs.preview")
    monkeypatch.setattr(module, "SAMPLE", 2)
    for _ in range(3):
        make.slot()
    assert "24 of 36 shown" in text_of(owner.get(PREVIEW))
