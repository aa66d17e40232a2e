"""Texts of the admin: dates, names of jobs, statuses and the Spanish translation."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from scheduling.domain.series import SeriesKind
from scheduling.jobs.schedule.expected_creation import ExpectedCreation, expected_creation
from scheduling.models import (
    Job,
    JobRun,
    JobRunItem,
    RecurringSlot,
    ScheduledClass,
    Trigger,
)
from scheduling.services.roles import OWNER, SCHEDULER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.history import add_run
from scheduling.tests.support.roles import account
from scheduling.text.dates import with_dates_written_out

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

LONG_PAST = date(2020, 1, 6)


def in_spanish(client, url):
    return text_of(client.get(url, headers={"accept-language": "es"}))


@pytest.fixture
def scheduler(client):
    client.force_login(account(SCHEDULER))
    return client


@pytest.fixture
def owner(client):
    client.force_login(account(OWNER))
    return client


class TestDates:
    @pytest.mark.parametrize(
        ("language", "text"), [("en", "Mon 5 Jan 2026"), ("es", "lun 5 ene 2026")]
    )
    def test_each_language_has_one_format(self, language, text):
        lesson = make.lesson(make.student("Ana Ruiz"))
        with translation.override(language):
            assert date_format(MONDAY) == text
            assert date_format(MONDAY, "SHORT_DATE_FORMAT") == text
            assert date_format(make.EARLY, "DATETIME_FORMAT") == f"{text}, 00:05"
            assert str(lesson) == f"Ana Ruiz · {text}, 10:00–11:00"
            assert (
                with_dates_written_out("was 2026-01-05 10:00–11:00") == f"was {text}, 10:00–11:00"
            )

    def test_the_studios_zone_is_left_out_and_another_stays(self):
        assert with_dates_written_out("at 10:00–11:00 UTC; UTC") == "at 10:00–11:00; UTC"
        for text in ("at 10:00–11:00 Europe/Madrid", "at 10:00 UTC/x", "at 10:00 UTCs"):
            assert with_dates_written_out(text) == text

    @pytest.mark.parametrize(
        "text", ["2026-02-30", "2026-01-05T10:00:00Z", "tel. 555-2026-01-05-1", "12026-01-05"]
    )
    def test_other_text_is_unchanged(self, text):
        assert with_dates_written_out(text) == text

    def test_the_sentence_of_a_planned_class_names_the_day(self):
        def creation_on(day: date, is_started: bool) -> ExpectedCreation:
            return expected_creation(
                SeriesKind.FIXED_SCHEDULE, day, date(2026, 11, 20), 12, lambda job: is_started
            )

        creation = creation_on(date(2026, 11, 30), is_started=True)
        assert creation.sentence == "created automatically on Monday 30 November"
        later = creation_on(date(2027, 1, 4), is_started=True)
        assert later.sentence == "created automatically on Monday 4 January 2027"
        with translation.override("es"):
            assert creation.sentence == "se crea automáticamente el lunes 30 de noviembre"
        # Without a scheduler no day is named.
        assert (
            creation_on(date(2026, 11, 30), is_started=False).sentence
            == "created with the next run"
        )

    def test_the_page_of_a_person_states_when_the_first_class_is_created(self, scheduler):
        today = timezone.localdate()
        monday = today + timedelta(days=7 - today.weekday())
        # The series has no class this week.
        rule = make.schedule(valid_from=monday)
        page = f"/admin/scheduling/student/{rule.student_id}/change/"
        if today.isoweekday() == rule.weekday:
            rule.valid_from = today
            rule.save()
            assert "Created with the next run." in text_of(scheduler.get(page))
        else:
            assert "Created with the next run." in text_of(scheduler.get(page))
            add_run(Job.WATCH, timezone.now())
            sentence = f"Created automatically on Monday {monday.day} {monday:%B}"
            assert sentence in text_of(scheduler.get(page))


class TestJobs:
    @pytest.mark.parametrize(
        ("weeks", "english", "spanish"),
        [
            (12, "Lessons for the next 12 weeks", "Clases de las próximas 12 semanas"),
            (8, "Lessons for the next 8 weeks", "Clases de las próximas 8 semanas"),
        ],
    )
    def test_a_job_is_named_by_its_classes_and_their_period(
        self, settings, weeks, english, spanish
    ):
        settings.HORIZON_WEEKS = weeks
        assert Job.HORIZON.label == english
        assert JobRun(job="horizon").get_job_display() == english
        with translation.override("es"):
            assert Job.HORIZON.label == spanish
            assert Job.WEEKLY.label == "Clases de esta semana"

    def test_a_result_line_redirects_to_the_page_of_its_run(self, owner):
        run = JobRun.objects.create(job=Job.WEEKLY, trigger="cron", state="succeeded")
        item = JobRunItem.objects.create(run=run, outcome="conflict", code="x", date=MONDAY)
        answer = owner.get(f"/admin/scheduling/jobrunitem/{item.pk}/change/")
        assert answer["Location"] == f"/admin/background-jobs/runs/{run.pk}/"
        assert str(item) == "Mon 5 Jan 2026"


class TestSpanish:
    def test_a_student_and_a_slot_end_in_different_words(self, scheduler):
        ana = make.student("Ana Ruiz", end_date=LONG_PAST + timedelta(days=1), start=LONG_PAST)
        slot = make.slot()
        assert "Dar de baja…" in in_spanish(
            scheduler, f"/admin/scheduling/student/{ana.pk}/change/"
        )
        assert "Terminar…" in in_spanish(
            scheduler, f"/admin/scheduling/recurringslot/{slot.pk}/change/"
        )
        assert "de baja" in in_spanish(scheduler, "/admin/scheduling/student/?state=ended")

    def test_the_log_and_its_rows_are_in_the_readers_language(self, owner):
        slot = make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"))
        lesson = make.lesson(slot.student)
        for row in (RecurringSlot.objects.get(), ScheduledClass.objects.get(pk=lesson.pk)):
            row.subject = "Piano"
            row.save()
        page = in_spanish(owner, "/admin/auditlog/logentry/")
        assert "Registro de cambios" in page
        assert "Ana Ruiz · Marta Gil · lunes 10:00 (60 min)" in page
        assert "Ana Ruiz · lun 5 ene 2026, 10:00–11:00" in page

    def test_countries_and_holidays_are_in_the_readers_language(self, scheduler):
        page = "/admin/scheduling/closure/holidays/?country=ES&region=&years=2026"
        spanish, english = in_spanish(scheduler, page), text_of(scheduler.get(page))
        assert "Reino Unido" in spanish
        assert "Asunción de la Virgen" in spanish
        assert "United Kingdom" in english
        assert "Assumption" in english
        # Sorted like “Aland”, not after Zimbabwe.
        assert english.index("Åland Islands") < english.index("Bahamas")


def test_a_schedule_whose_classes_move_together_is_repaired_as_a_whole(scheduler):
    slot = make.slot(valid_from=timezone.localdate())
    horizon(timezone.localdate(), timezone.now())
    ScheduledClass.objects.filter(recurring_slot=slot).order_by("date")[2].delete()
    page = text_of(scheduler.get("/admin/check/"))
    assert "Only this" in page
    assert "Only this schedule" not in page
    RecurringSlot.objects.update(start_time=make.at("07:00"))
    page = text_of(scheduler.get("/admin/check/"))
    assert "Only this schedule" in page
    assert "those of the next 12 weeks" in page


def test_the_api_schema_contains_no_python_representations(client):
    client.force_login(account("superuser"))
    schema = client.get("/api/schema").content.decode()
    assert "openapi" in schema
    assert not [text for text in (" object at 0x", "DatabaseDefault", "<django.") if text in schema]


def test_an_add_form_shows_no_database_defaults(owner):
    for table in ("recurringslot", "scheduledclass", "student", "teacher", "fixedschedule"):
        page = owner.get(f"/admin/scheduling/{table}/add/")
        assert "DatabaseDefault" not in page.content.decode()
        shown_only = [
            field for line in page.context["adminform"].fieldsets for field in line[1]["fields"]
        ]
        assert not {"created_at", "booked_at", "edited_at"} & set(shown_only)


def test_every_page_calls_a_run_without_heartbeat_stalled(owner):
    make.slot()
    run = add_run(Job.HORIZON, timezone.now() - timedelta(minutes=5), state="running")
    JobRun.objects.filter(pk=run.pk).update(finished_at=None)
    home = text_of(owner.get("/admin/"))
    jobs = text_of(owner.get("/admin/background-jobs/"))
    page = text_of(owner.get(f"/admin/background-jobs/runs/{run.pk}/"))
    assert "A run has stalled." in home
    assert "1 run has stalled." in jobs
    assert "This run has stalled." in page
    assert "is stalled" not in home + jobs + page


def test_a_schedule_of_the_horizon_job_alone_is_reported_as_incomplete(owner):
    make.slot(valid_from=timezone.localdate())
    add_run(Job.HORIZON, timezone.now() - timedelta(minutes=5), trigger=Trigger.HTTP)
    for page in ("/admin/", "/admin/background-jobs/"):
        text = text_of(owner.get(page))
        assert "Only the lessons of the next weeks are generated automatically" in text
        assert "this week’s fixed schedules, reminders and alerts need /api/cron/tick." in text
    assert "/admin/background-jobs/#by-itself" in owner.get("/admin/").content.decode()
    assert 'id="by-itself"' in owner.get("/admin/background-jobs/").content.decode()
    spanish = in_spanish(owner, "/admin/")
    assert "Solo se generan automáticamente las clases de las próximas semanas" in spanish


def test_a_view_link_is_a_verb_in_spanish(client):
    client.force_login(account(VIEWER))
    eva = make.guardian("Eva Ruiz")
    assert 'class="viewlink"' in client.get("/admin/settings/").content.decode()
    assert " Vista " not in in_spanish(client, "/admin/settings/")
    page = in_spanish(client, f"/admin/scheduling/guardian/{eva.pk}/change/")
    assert "Ver tutor" in page
    assert "Vista" not in page
