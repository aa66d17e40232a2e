"""What pages say and offer: nothing that is not so, and nothing that would be refused."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone, translation
from django.utils.formats import date_format
from knox.models import AuthToken

from scheduling.domain.series import SeriesKind
from scheduling.jobs.schedule.expected_creation import ExpectedCreation, expected_creation
from scheduling.models import (
    ClassStatus,
    Job,
    JobRun,
    JobRunItem,
    RecurringSlot,
    ScheduledClass,
    Trigger,
)
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.admin.tools.test_timetable_import import approve, row, upload_page
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.history import add_run
from scheduling.tests.support.roles import account
from scheduling.text.dates import with_dates_written_out

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]

CLASSES = "/admin/scheduling/scheduledclass/"
LONG_PAST = date(2020, 1, 6)
FAR = date(2120, 1, 1)


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
        ("language", "said"), [("en", "Mon 5 Jan 2026"), ("es", "lun 5 ene 2026")]
    )
    def test_have_one_format_in_each_language(self, language, said):
        lesson = make.lesson(make.student("Ana Ruiz"))
        with translation.override(language):
            assert date_format(MONDAY) == said
            assert date_format(MONDAY, "SHORT_DATE_FORMAT") == said
            assert date_format(make.EARLY, "DATETIME_FORMAT") == f"{said}, 00:05"
            assert str(lesson) == f"Ana Ruiz · {said}, 10:00–11:00 (UTC)"
            assert (
                with_dates_written_out("was 2026-01-05 10:00–11:00") == f"was {said}, 10:00–11:00"
            )

    @pytest.mark.parametrize(
        "text", ["2026-02-30", "2026-01-05T10:00:00Z", "tel. 555-2026-01-05-1", "12026-01-05"]
    )
    def test_what_is_no_date_stays_as_it_is(self, text):
        assert with_dates_written_out(text) == text

    def test_what_makes_a_class_is_said_with_the_day(self):
        def seen_of(day: date, calls: bool) -> ExpectedCreation:
            return expected_creation(
                SeriesKind.FIXED_SCHEDULE, day, date(2026, 11, 20), 12, lambda job: calls
            )

        seen = seen_of(date(2026, 11, 30), calls=True)
        assert seen.sentence == "created automatically on Monday 30 November"
        later = seen_of(date(2027, 1, 4), calls=True)
        assert later.sentence == "created automatically on Monday 4 January 2027"
        with translation.override("es"):
            assert seen.sentence == "se crea automáticamente el lunes 30 de noviembre"
        # Nothing starts the job: no day is promised.
        assert seen_of(date(2026, 11, 30), calls=False).sentence == "created with the next run"

    def test_the_page_of_a_person_says_when_the_first_class_is_made(self, scheduler):
        today = timezone.localdate()
        monday = today + timedelta(days=7 - today.weekday())
        # Of this week nothing is left to make.
        rule = make.schedule(valid_from=monday)
        page = f"/admin/scheduling/student/{rule.student_id}/change/"
        if today.isoweekday() == rule.weekday:
            rule.valid_from = today
            rule.save()
            assert "Created with the next run." in text_of(scheduler.get(page))
        else:
            assert "Created with the next run." in text_of(scheduler.get(page))
            add_run(Job.WATCH, timezone.now())
            said = f"Created automatically on Monday {monday.day} {monday:%B}"
            assert said in text_of(scheduler.get(page))


class TestJobs:
    @pytest.mark.parametrize(
        ("weeks", "english", "spanish"),
        [
            (12, "Lessons for the next 12 weeks", "Clases de las próximas 12 semanas"),
            (8, "Lessons for the next 8 weeks", "Clases de las próximas 8 semanas"),
        ],
    )
    def test_are_called_by_what_they_make_and_for_how_long(self, settings, weeks, english, spanish):
        settings.HORIZON_WEEKS = weeks
        assert Job.HORIZON.label == english
        assert JobRun(job="horizon").get_job_display() == english
        with translation.override("es"):
            assert Job.HORIZON.label == spanish
            assert Job.WEEKLY.label == "Clases de esta semana"

    def test_a_result_is_read_on_the_page_of_its_run(self, owner):
        run = JobRun.objects.create(job=Job.WEEKLY, trigger="cron", state="succeeded")
        item = JobRunItem.objects.create(run=run, outcome="conflict", code="x", date=MONDAY)
        answer = owner.get(f"/admin/scheduling/jobrunitem/{item.pk}/change/")
        assert answer["Location"] == f"/admin/background-jobs/runs/{run.pk}/"
        assert str(item) == "Mon 5 Jan 2026"


class TestAccounts:
    def test_nothing_is_said_of_how_a_password_is_stored(self, owner):
        person = User.objects.create_user("someone", password="correct horse")
        page = text_of(owner.get(f"/admin/auth/user/{person.pk}/change/"))
        assert "A password is set." in page
        assert "Reset password" in page
        assert "pbkdf2" not in page
        person.set_unusable_password()
        person.save()
        page = text_of(owner.get(f"/admin/auth/user/{person.pk}/change/"))
        assert "No password set." in page
        assert "Set password" in page

    def test_who_may_not_reset_a_password_is_not_offered_it(self, owner):
        above = account("superuser")
        page = text_of(owner.get(f"/admin/auth/user/{above.pk}/change/"))
        assert "View user" in page
        assert "password" not in page.replace("Change password", "")

    def test_permissions_are_named_by_what_they_allow(self):
        change = Permission.objects.get(codename="change_student")
        own = Permission.objects.get(codename="run_jobs")
        assert (str(change), str(own)) == ("Students: change", "Can run jobs")
        with translation.override("es"):
            assert (str(change), str(own)) == ("Alumnos: cambiar", "Puede ejecutar tareas")

    def test_only_permissions_that_open_a_page_can_be_given(self, owner):
        group = Group.objects.get(name=VIEWER)
        form = owner.get(f"/admin/auth/group/{group.pk}/change/").context["adminform"].form
        offered = {str(one) for one in form.fields["permissions"].queryset}
        assert {"Students: view", "Lesson durations: view", "Can run jobs"} <= offered
        assert not {one for one in offered if one.startswith(("Sessions", "Access attempts"))}

    def test_what_goes_with_a_role_is_counted_and_not_listed(self, owner):
        group = Group.objects.get(name=VIEWER)
        page = text_of(owner.get(f"/admin/auth/group/{group.pk}/delete/"))
        assert "Groups : 1" in page or "Groups: 1" in page
        assert "object (" not in page

    def test_a_token_is_called_by_whose_it_is(self, owner):
        token, _text = AuthToken.objects.create(User.objects.get(username="owner"))
        assert str(token) == f"owner · {token.token_key}…"
        LogEntry.objects.log_actions(token.user_id, [token], ADDITION, single_object=True)
        assert str(token) in text_of(owner.get("/admin/"))
        # As the log kept it before tokens had a name; and then of one that is gone.
        LogEntry.objects.update(object_repr=f"{token.digest} : owner")
        assert str(token) in text_of(owner.get("/admin/"))
        digest = token.digest
        token.delete()
        home = text_of(owner.get("/admin/"))
        assert digest not in home
        assert "API token" in home


class TestWhatIsOffered:
    def test_a_cancelled_class_is_not_offered_to_be_cancelled(self, scheduler):
        rule = make.schedule()
        lesson = make.lesson(on=MONDAY, fixed_schedule=rule)
        page = f"{CLASSES}{lesson.pk}/change/"
        assert "If you cancel it, it stays cancelled." in text_of(scheduler.get(page))
        lesson.status, lesson.cancelled_by = ClassStatus.CANCELLED, "studio"
        lesson.save()
        text = text_of(scheduler.get(page))
        assert "It is cancelled, and no run creates it again." in text
        assert "Cancel" not in text.replace("Cancelled", "")

    def test_one_that_a_closure_cancelled_comes_back(self, scheduler):
        closure = make.closure("Snow", MONDAY)
        lesson = make.lesson(
            on=MONDAY,
            fixed_schedule=make.schedule(),
            status="cancelled",
            cancelled_by="closure",
            closure=closure,
            cancel_reason="Snow",
        )
        text = text_of(scheduler.get(f"{CLASSES}{lesson.pk}/change/"))
        assert "the closure “Snow” and is restored when the closure is deleted" in text
        # Its name stands once.
        details = text_of(scheduler.get(f"/admin/calendar/classes/{lesson.pk}/"))
        assert details.count("Snow") == 1

    def test_nobody_is_offered_to_be_present_before_a_class_begins(self, client):
        marta = make.teacher("Marta Gil")
        client.force_login(account(TEACHER, teacher=marta))
        ahead, over = make.lesson(on=FAR, teacher=marta), make.lesson(on=LONG_PAST, teacher=marta)
        for page in (CLASSES + "{}/change/", "/admin/calendar/classes/{}/"):
            assert 'value="present"' not in client.get(page.format(ahead.pk)).content.decode()
            assert 'value="excused"' in client.get(page.format(ahead.pk)).content.decode()
            assert 'value="present"' in client.get(page.format(over.pk)).content.decode()

    def test_what_undoes_it_took_place_says_what_it_does(self, scheduler):
        lesson = make.lesson(on=LONG_PAST, status="completed")
        assert "Back to scheduled" in text_of(
            scheduler.get(f"/admin/calendar/classes/{lesson.pk}/")
        )

    def test_a_person_whom_a_row_keeps_is_not_offered_to_be_deleted(self, owner):
        slot = make.slot()
        for page in (
            f"/admin/scheduling/recurringslot/{slot.pk}/change/",
            f"{CLASSES}{make.lesson(teacher=slot.teacher).pk}/change/",
            "/admin/scheduling/lessonsettings/add/",
            "/admin/scheduling/calendarfeed/add/",
        ):
            assert "delete-related" not in owner.get(page).content.decode()

    def test_who_may_not_see_accounts_is_offered_none(self, scheduler):
        marta = make.teacher("Marta Gil", user=User.objects.create_user("marta"))
        page = f"/admin/scheduling/teacher/{marta.pk}/change/"
        form = scheduler.get(page).context["adminform"].form
        assert "user" not in form.fields
        assert "marta" in text_of(scheduler.get(page))
        data = {"name": "Marta G.", "time_zone": "UTC", "language": "en", "is_active": "on"}
        assert scheduler.post(page, data).status_code == 302
        marta.refresh_from_db()
        assert (marta.name, marta.user.username) == ("Marta G.", "marta")

    def test_an_import_offers_what_it_does(self, owner):
        # The button starts a run; it is no link to where one might be started.
        done = approve(owner, upload_page(owner, row())).content.decode()
        for job, name in (("weekly", "Weekly Classes"), ("horizon", "Lessons")):
            assert f'action="/admin/background-jobs/{job}/start/"' in done
            assert f"Generate {name} Now" in done
        assert "Generate now" not in done

    def test_the_list_of_an_application_does_not_say_that_nothing_was_changed(self, owner):
        assert "None yet." not in text_of(owner.get("/admin/scheduling/"))


class TestSpanish:
    def test_a_student_who_leaves_is_not_ended(self, scheduler):
        ana = make.student("Ana Ruiz", end_date=LONG_PAST + timedelta(days=1), start=LONG_PAST)
        slot = make.slot()
        assert "Dar de baja…" in in_spanish(
            scheduler, f"/admin/scheduling/student/{ana.pk}/change/"
        )
        assert "Terminar…" in in_spanish(
            scheduler, f"/admin/scheduling/recurringslot/{slot.pk}/change/"
        )
        assert "de baja" in in_spanish(scheduler, "/admin/scheduling/student/?state=ended")

    def test_the_log_is_called_a_log_and_its_rows_by_the_readers_words(self, owner):
        slot = make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"))
        lesson = make.lesson(slot.student)
        for one in (RecurringSlot.objects.get(), ScheduledClass.objects.get(pk=lesson.pk)):
            one.subject = "Piano"
            one.save()
        page = in_spanish(owner, "/admin/auditlog/logentry/")
        assert "Registro de cambios" in page
        assert "Ana Ruiz · Marta Gil · lunes 10:00 (60 min)" in page
        assert "Ana Ruiz · lun 5 ene 2026, 10:00–11:00 (UTC)" in page

    def test_countries_and_days_are_in_the_readers_language(self, scheduler):
        page = "/admin/scheduling/closure/holidays/?country=ES&region=&years=2026"
        spanish, english = in_spanish(scheduler, page), text_of(scheduler.get(page))
        assert "Reino Unido" in spanish
        assert "Asunción de la Virgen" in spanish
        assert "United Kingdom" in english
        assert "Assumption" in english
        # Found where people look for it, not behind Zimbabwe.
        assert english.index("Åland Islands") < english.index("Bahamas")


def test_a_viewer_of_conflicts_is_not_promised_to_resolve_them(client):
    marta = make.teacher("Marta Gil")
    make.slot(marta, make.student("Ana Ruiz"))
    late = make.slot(marta, make.student("Leo Park"))
    horizon(timezone.localdate(), timezone.now())
    client.force_login(account(VIEWER))
    listed = text_of(client.get("/admin/conflicts/"))
    assert "clash" in listed
    assert "Resolve" not in listed
    first = timezone.localdate() + timedelta(days=(7 - timezone.localdate().weekday()) % 7 + 7)
    page = text_of(client.get(f"/admin/conflicts/recurring_slot/{late.pk}/{first}/"))
    assert "The class in its way" in page
    assert not {"Move", "Cancel", "Pause"} & set(page.split())


def test_only_this_is_not_said_of_a_rule_whose_classes_move_together(scheduler):
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


def test_the_api_describes_no_object_of_python(client):
    client.force_login(account("superuser"))
    schema = client.get("/api/schema").content.decode()
    assert "openapi" in schema
    assert not [text for text in (" object at 0x", "DatabaseDefault", "<django.") if text in schema]


def test_a_row_to_be_added_shows_no_values_that_the_database_fills_in(owner):
    for table in ("recurringslot", "scheduledclass", "student", "teacher", "fixedschedule"):
        page = owner.get(f"/admin/scheduling/{table}/add/")
        assert "DatabaseDefault" not in page.content.decode()
        shown_only = [
            field for line in page.context["adminform"].fieldsets for field in line[1]["fields"]
        ]
        assert not {"created_at", "booked_at", "edited_at"} & set(shown_only)


@pytest.mark.parametrize(
    ("role", "page", "sentence"),
    [
        ("superuser", "/admin/scheduling/jobrun/add/", "No account may do this."),
        (OWNER, "/admin/scheduling/jobrun/add/", "it takes a superuser, or nobody may."),
        (SCHEDULER, "/admin/import/", "Ask the owner of the studio if you need it."),
        (TEACHER, "/admin/background-jobs/", "Ask the owner of the studio if you need it."),
    ],
)
def test_who_is_refused_is_told_what_is_true_for_them(client, role, page, sentence):
    client.force_login(account(role, teacher=make.teacher() if role == TEACHER else None))
    answer = client.get(page)
    assert answer.status_code == 403
    assert sentence in text_of(answer)
    assert ("owner" in text_of(answer)) == (role in (SCHEDULER, TEACHER))


def test_a_run_that_shows_no_life_has_stalled_wherever_it_is_named(owner):
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


def test_the_origins_recipe_is_told_what_it_leaves_out(owner):
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


def test_a_link_to_look_says_in_spanish_what_it_does(client):
    client.force_login(account(VIEWER))
    ana = make.student("Ana Ruiz")
    assert 'class="viewlink"' in client.get("/admin/").content.decode()
    assert " Vista " not in in_spanish(client, "/admin/")
    page = in_spanish(client, f"/admin/scheduling/student/{ana.pk}/change/")
    assert "Ver alumno" in page
    assert "Vista" not in page
