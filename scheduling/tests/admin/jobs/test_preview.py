"""The plan as a diff, applied as it was seen or not at all."""

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

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
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


class TestLooking:
    def test_says_what_would_be_done(self, owner):
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

    def test_of_what_stands_there_is_nothing_to_do(self, owner):
        slot()
        horizon(today(), timezone.now())
        page = text_of(owner.get(PREVIEW))
        assert "Nothing to do: the calendar matches the schedules." in page

    def test_a_move_shows_where_it_was_and_where_it_goes(self, owner):
        one = slot(weekday=(today() + timedelta(days=3)).isoweekday(), start="16:00")
        horizon(today(), timezone.now())
        one.start_time = make.at("18:30")
        one.save()
        answer = owner.get(PREVIEW)
        row = answer.context["sections"][0].rows[0]
        assert row.old.endswith("16:00–17:00")
        assert row.new.endswith("18:30–19:30")
        assert f"<del>{row.old}</del> <ins>{row.new}</ins>" in answer.content.decode()

    def test_a_change_of_subject_is_seen_with_both(self, owner):
        one = slot(subject="Guitar")
        horizon(today(), timezone.now())
        one.subject = "Piano"
        one.save()
        assert "; subject: Guitar → Piano" in text_of(owner.get(PREVIEW))
        owner.cookies["django_language"] = "es"
        assert "; asignatura: Guitar → Piano" in text_of(owner.get(PREVIEW))

    def test_weeks_in_which_another_thing_changes_are_rows_of_their_own(self, owner):
        one = slot(subject="Guitar")
        horizon(today(), timezone.now())
        last = ScheduledClass.objects.latest("starts_at")
        ScheduledClass.objects.filter(pk=last.pk).update(subject="Cello")
        one.subject = "Piano"
        one.save()
        rows = owner.get(PREVIEW).context["sections"][0].rows
        assert [row.why.rpartition("; ")[2] for row in rows] == [
            "subject: Guitar → Piano",
            "subject: Cello → Piano",
        ]

    def test_a_move_to_another_zone_names_it(self, owner):
        one = slot()
        horizon(today(), timezone.now())
        one.teacher.time_zone = "Asia/Tokyo"
        one.teacher.save()
        assert owner.get(PREVIEW).context["sections"][0].rows[0].zone == "Asia/Tokyo"

    def test_a_conflict_leads_to_both(self, owner):
        one = slot()
        horizon(today(), timezone.now())
        other = make.slot(one.teacher, make.student("Eva Lund"))
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
    def test_there_is_none_of_what_generates_nothing(self, owner, job):
        assert owner.get(f"{PAGE}{job}/preview/").status_code == 404


class TestApplying:
    def test_what_was_seen_is_started(self, owner):
        slot()
        answer = owner.post(PREVIEW, plan_of(owner.get(PREVIEW)))
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        run = JobRun.objects.get()
        assert run.job == Job.HORIZON
        assert (
            run.options["plan"]
            == preview_plan(RunRequest.of(run), RunOptions(clock=timezone.now)).fingerprint
        )

    def test_what_is_started_without_a_look_takes_whatever_the_plan_is(self, owner):
        slot()
        owner.post(f"{PAGE}horizon/start/")
        assert "plan" not in JobRun.objects.get().options

    @pytest.mark.django_db(transaction=True)
    def test_what_changes_before_the_worker_comes_is_not_carried_out_and_the_run_says_so(
        self, owner
    ):
        slot()
        owner.post(PREVIEW, plan_of(owner.get(PREVIEW)))
        make.slot()
        run = JobRun.objects.get()
        perform(run.pk, timezone.now)
        assert ScheduledClass.objects.count() == 0
        page = text_of(owner.get(f"{PAGE}runs/{run.pk}/"))
        assert "This run was cancelled." in page
        assert STALE in page
        told = owner.get(f"/api/admin/background-jobs/runs/{run.pk}").json()
        assert (told["state"], told["errors"]) == ("cancelled", [STALE])

    def test_what_has_changed_since_is_not(self, owner):
        slot()
        seen = plan_of(owner.get(PREVIEW))
        make.slot()
        answer = owner.post(PREVIEW, seen)
        assert answer.status_code == 409
        assert JobRun.objects.count() == 0
        page = text_of(answer)
        assert STALE in page
        assert "create: 12 → 24" in page
        assert "This would create 24 lessons." in page
        assert owner.post(PREVIEW, plan_of(answer)).status_code == 302

    def test_the_same_numbers_of_other_classes_are_another_plan(self, owner):
        one = slot(weekday=2)
        seen = plan_of(owner.get(PREVIEW))
        one.weekday = 3
        one.save()
        assert owner.post(PREVIEW, seen).status_code == 409
        assert JobRun.objects.count() == 0

    @pytest.mark.parametrize(
        "plan",
        ["", "nonsense", signing.dumps({"job": "horizon"})],
        ids=["nothing", "nonsense", "signed by us for something else"],
    )
    def test_a_plan_that_nobody_was_shown_is_not(self, owner, plan):
        slot()
        assert owner.post(PREVIEW, {"plan": plan, "counts": plan}).status_code == 409
        assert JobRun.objects.count() == 0

    def test_nor_is_the_plan_of_another_job(self, owner):
        slot()
        seen = plan_of(owner.get(f"{PAGE}weekly/preview/"))
        assert owner.post(PREVIEW, seen).status_code == 409


class TestTheFingerprint:
    def look(self, **values):
        return preview_plan(request(Job.HORIZON, weeks=2, **values), run_options(EARLY), 100)

    def test_is_the_same_for_the_same_plan(self):
        make.slot()
        make.slot(make.teacher(zone="Mars"))
        assert self.look().fingerprint == self.look().fingerprint

    def test_does_not_mind_what_no_run_would_change(self):
        one = make.slot()
        horizon(MONDAY, EARLY, weeks=2)
        before = self.look().fingerprint
        ScheduledClass.objects.filter(recurring_slot=one).update(notes="recital")
        assert self.look().fingerprint == before

    def test_minds_a_conflict(self):
        one = make.slot()
        horizon(MONDAY, EARLY, weeks=2)
        before = self.look().fingerprint
        make.slot(one.teacher)
        assert self.look().fingerprint != before

    @pytest.mark.parametrize("values", [{"subject": "Piano"}, {"is_shared": True}], ids=list)
    @pytest.mark.parametrize("outcome", ["created", "moved", "restored", "cancelled"])
    def test_minds_what_a_class_is_to_be(self, values, outcome):
        one = make.slot(subject="Guitar")
        if outcome != "created":
            horizon(MONDAY, EARLY, weeks=2)
        strike = make.closure("Strike", MONDAY, MONDAY + timedelta(days=13))
        if outcome == "restored":
            horizon(MONDAY, EARLY, weeks=2)
        if outcome != "cancelled":
            strike.delete()
        if outcome == "moved":
            RecurringSlot.objects.update(weekday=2)
        before = self.look()
        assert set(before.samples) == {outcome}
        RecurringSlot.objects.filter(pk=one.pk).update(**values)
        after = self.look()
        assert after.result.counts == before.result.counts
        assert after.fingerprint != before.fingerprint

    @pytest.mark.parametrize("weekday", [1, 2], ids=["where it was", "on another day"])
    def test_minds_the_zone_to_which_classes_move(self, weekday):
        one = make.slot()
        horizon(MONDAY, EARLY, weeks=2)
        RecurringSlot.objects.filter(pk=one.pk).update(weekday=weekday)
        seen = set()
        for zone in ("Europe/Madrid", "Asia/Tokyo"):
            one.teacher.time_zone = zone
            one.teacher.save()
            seen.add(self.look().fingerprint)
        assert len(seen) == 2

    def test_is_the_same_in_every_language(self):
        who = make.student()
        make.lesson(who, MONDAY, "10:30", "11:30")
        make.slot(student=who)
        before = self.look()
        assert before.result.counts["conflict"] == 1
        with translation.override("es"):
            assert self.look().fingerprint == before.fingerprint

    def test_minds_the_window(self):
        assert (
            self.look().fingerprint
            != preview_plan(request(Job.HORIZON, weeks=3), run_options(EARLY)).fingerprint
        )


def test_a_sample_is_of_so_many_series_with_all_their_weeks():
    for _ in range(5):
        make.slot()
    found = preview_plan(request(Job.HORIZON, weeks=3), run_options(EARLY), sample=2)
    (lines,) = found.samples.values()
    assert len({line.series for line in lines}) == 2
    assert len(lines) == 6
    assert found.result.classes_created == 15


def test_a_page_of_many_says_how_many_it_leaves_out(owner, monkeypatch):
    # The package has a view of the module's name.
    module = import_module("scheduling.admin.jobs.preview")
    monkeypatch.setattr(module, "SAMPLE", 2)
    for _ in range(3):
        make.slot()
    assert "24 of 36 shown" in text_of(owner.get(PREVIEW))
