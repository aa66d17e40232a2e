"""The studio's settings page, and the effect of its values on pages, calendars and e-mails."""

import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.outbox import queue_alert
from scheduling.jobs.notifications.reminders import remind
from scheduling.models import CalendarFeed, LessonSettings, ScheduledClass, Studio
from scheduling.models.studio import studio
from scheduling.services.calendar_feeds import token_of
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import weekly
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
PAGE = "/admin/scheduling/studio/1/change/"
VALUES = {
    "name": "  Música   Clara ",
    "phone": "+34 910 000 000",
    "reply_to": "hola@clara.example",
    "time_zone": "Europe/Madrid",
    "language": "es",
    "currency": "EUR",
    "unmarked_days": "3",
    "reminder_hours": "48",
    "makeup_rule": "notice",
    "cancel_notice_hours": "72",
    "makeup_days": "30",
    "notify_families": "always",
    "family_pages": "on",
    "family_cancel": "on",
    "family_makeups": "on",
}


def client_of(role):
    client = Client()
    client.force_login(account(role))
    return client


@pytest.fixture
def no_environment_values(settings):
    """Set no first value by an environment variable."""
    settings.GIVEN_FIRST_VALUES = []


def test_the_owner_saves_the_settings(no_environment_values):
    client = client_of(OWNER)
    assert client.get("/admin/scheduling/studio/").url == PAGE
    page = client.get(PAGE)
    assert page.context["adminform"].form.initial["time_zone"] == "UTC"
    assert not Studio.objects.exists()
    assert client.post(PAGE, VALUES).status_code == 302
    saved = studio()
    assert (saved.name, saved.time_zone, saved.language) == ("Música Clara", "Europe/Madrid", "es")
    assert (saved.unmarked_days, saved.reminder_hours) == (3, 48)
    assert (saved.makeup_rule, saved.makeup_days, saved.is_settled) == ("notice", 30, False)
    home = client.get("/admin/").content.decode()
    assert "Música Clara</a></div>" in home
    assert "Europe/Madrid" not in home, "a single zone is named nowhere"
    assert (saved.currency, saved.cancel_notice_hours) == ("EUR", 72)
    changed = {"phone": "", "currency": "USD", "cancel_notice_hours": "12"}
    assert client.post(PAGE, VALUES | changed).status_code == 302
    history = LogEntry.objects.get_for_object(Studio.objects.get())
    assert set(history[0].changes_dict) == set(changed)
    assert "teléfono" in client.get("/admin/scheduling/studio/1/history/").content.decode().lower()


def test_only_owners_change_the_settings_and_teachers_do_not_see_them():
    make.studio(name="Clara")
    for role in (SCHEDULER, VIEWER):
        client = client_of(role)
        page = client.get(PAGE)
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert client.post(PAGE, VALUES).status_code == 403
    teacher = client_of(TEACHER)
    assert teacher.get(PAGE).status_code == 403
    assert teacher.get("/admin/scheduling/studio/").status_code == 403
    owner = client_of(OWNER)
    assert owner.get("/admin/scheduling/studio/add/").status_code == 403
    assert owner.post("/admin/scheduling/studio/1/delete/").status_code == 403
    assert owner.get("/admin/scheduling/studio/2/change/").status_code == 302
    assert Studio.objects.get().name == "Clara"


def test_the_settings_are_a_group_of_their_own_among_the_tables():
    groups = client_of(OWNER).get("/admin/settings/").context["available_apps"]
    assert [group["name"] for group in groups][:2] == ["Class Tracker", "Settings"]
    assert [model["object_name"] for model in groups[1]["models"]] == ["Studio"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("language", "de"),
        ("name", "two\nlines\x07"),
        ("reply_to", "nobody"),
        ("unmarked_days", "367"),
        ("reminder_hours", "-1"),
        ("currency", "eur"),
        ("currency", "€"),
        ("makeup_rule", "always"),
        ("cancel_notice_hours", "0"),
        ("cancel_notice_hours", "169"),
        ("makeup_days", "0"),
        ("notify_families", "sometimes"),
    ],
)
def test_invalid_values_are_refused(no_environment_values, name, value):
    answer = client_of(OWNER).post(PAGE, VALUES | {name: value})
    assert list(answer.context["adminform"].form.errors) == [name]
    assert not Studio.objects.exists()


def test_a_zone_set_by_the_environment_is_read_only_until_the_first_class(settings):
    settings.TIME_ZONE = "America/New_York"
    client = client_of(OWNER)
    page = client.get(PAGE).content.decode()
    assert "America/New_York, set by STUDIO_TIME_ZONE until the first class is stored" in page
    assert 'name="time_zone"' not in page
    assert client.post(PAGE, VALUES).status_code == 302
    assert studio().time_zone == "America/New_York"
    make.studio(is_settled=True)
    assert 'name="time_zone"' in client.get(PAGE).content.decode()
    assert client.post(PAGE, VALUES).status_code == 302
    assert studio().time_zone == "Europe/Madrid"


def test_a_new_zone_is_previewed_before_it_moves_classes():
    make.studio(time_zone="UTC", is_settled=True)
    tomorrow = timezone.localdate() + timedelta(days=1)
    ana = make.student("Ana Ruiz", start=tomorrow)
    make.schedule(ana, weekday=tomorrow.isoweekday())
    weekly(tomorrow, timezone.now())
    lesson = ScheduledClass.objects.get()
    one_off = make.lesson(on=tomorrow, start="20:00", end="21:00")
    client = client_of(OWNER)

    answer = client.post(PAGE, VALUES)
    assert (studio().name, studio().time_zone) == ("Música Clara", "UTC")
    assert answer.url == "/admin/scheduling/studio/1/zone/?time_zone=Europe%2FMadrid&look=1"
    page = client.get(answer.url, headers={"accept-language": "en"})
    assert "Saved, still in UTC" in page.content.decode()
    change_plan = page.context["change_plan"]
    assert [(line.outcome, line.student) for line in change_plan.lines] == [("moved", "Ana Ruiz")]
    assert studio().time_zone == "UTC"

    wrong = {"time_zone": "Europe/Madrid", "plan": "x" * 64}
    client.post("/admin/scheduling/studio/1/zone/", wrong)
    assert studio().time_zone == "UTC"
    done = client.post(
        "/admin/scheduling/studio/1/zone/",
        {"time_zone": "Europe/Madrid", "plan": change_plan.fingerprint},
    )
    assert done.url == PAGE
    assert studio().time_zone == "Europe/Madrid"
    before = lesson.starts_at
    lesson.refresh_from_db()
    assert lesson.time_zone == "Europe/Madrid"
    assert before - lesson.starts_at in (timedelta(hours=1), timedelta(hours=2))
    one_off.refresh_from_db()
    assert one_off.time_zone == "UTC"
    # A change that moves no class has no preview.
    lesson.delete()
    assert client.post(PAGE, VALUES | {"time_zone": "Asia/Tokyo"}).url != answer.url
    assert studio().time_zone == "Asia/Tokyo"


def test_the_studios_language_is_the_default_of_a_browser_without_one(client):
    make.studio(language="es")
    assert client.get("/admin/login/").headers["Content-Language"] == "es"
    for header, language in (("en-GB", "en"), ("fr, de;q=0.8", "es"), ("fr, en;q=0.5", "en")):
        answer = client.get("/admin/login/", headers={"accept-language": header})
        assert answer.headers["Content-Language"] == language
    client.cookies["django_language"] = "en"
    assert client.get("/admin/login/").headers["Content-Language"] == "en"


def test_pages_use_the_studios_zone_and_then_reset_it(monkeypatch):
    monkeypatch.setattr(make, "without_history", nullcontext)
    make.studio(time_zone="Pacific/Kiritimati", is_settled=True)
    client = client_of(OWNER)
    hour = datetime(2026, 1, 5, 12, tzinfo=UTC)
    make.studio(name="Clara")
    LogEntry.objects.update(timestamp=hour)
    page = client.get("/admin/scheduling/studio/1/history/").content.decode()
    assert "02:00" in page
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_page_reads_the_studio_once():
    client = client_of(OWNER)
    make.lesson(make.student(), timezone.localdate())
    for path in ("/admin/", "/admin/background-jobs/", "/admin/calendar/?plain=1", "/api/plan"):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        read = [query for query in captured if 'FROM "scheduling_studio"' in query["sql"]]
        assert len(read) == 1, path


def test_the_health_check_makes_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_the_jobs_page_lists_environment_variables_without_effect(settings):
    settings.GIVEN_FIRST_VALUES = ["REMINDER_HOURS", "MAKEUP_DAYS", "CURRENCY"]
    settings.CURRENCY = "USD"
    make.studio(reminder_hours=12, currency="EUR")
    page = client_of(OWNER).get("/admin/background-jobs/").content.decode()
    assert "REMINDER_HOURS=24 has no effect: hours before a reminder is “12” under" in page
    assert "CURRENCY=USD has no effect: currency is “EUR” under" in page
    assert "MAKEUP_DAYS" not in page


def test_e_mails_to_families_name_the_studio(no_environment_values):
    make.studio(name="Música Clara", phone="+34 910 000 000", reply_to="hola@clara.example")
    now = timezone.now()
    ana = make.student("Ana Ruiz", email="ana@example.org")
    start = now + timedelta(hours=20)
    make.lesson(ana, start.date(), f"{start:%H}:00", f"{start:%H}:30")
    remind(now + timedelta(hours=10))
    queue_alert("teresa@example.org", "Late", "A job is late.", now, now + timedelta(days=1))
    deliver(now + timedelta(hours=10))
    alert, reminder = sorted(mail.outbox, key=lambda message: message.to, reverse=True)
    assert reminder.body.endswith("tell your studio.\n\nMúsica Clara\n+34 910 000 000")
    assert reminder.message()["Reply-To"].endswith("<hola@clara.example>")
    assert (alert.reply_to, alert.body) == ([], "A job is late.")


@pytest.mark.parametrize(
    ("currency", "language", "label", "price", "name"),
    [
        ("EUR", "en", "Price (EUR)", "1250.50", "45 min · 1250.50 EUR"),
        ("EUR", "es", "Precio (EUR)", "1250,50", "45 min · 1250,50 EUR"),
        ("", "en", "Price", "1250.50", "45 min · 1250.50"),
    ],
)
def test_prices_are_shown_with_the_currency(currency, language, label, price, name):
    make.studio(currency=currency)
    offer = LessonSettings.objects.create(teacher=make.teacher())
    offer.durations.create(minutes=45, price="1250.5")
    page = f"/admin/scheduling/lessonsettings/{offer.pk}/change/"
    for role in (OWNER, VIEWER):
        answer = client_of(role).get(page, headers={"accept-language": language})
        text = " ".join(re.sub("<[^>]*>", " ", answer.content.decode()).split())
        assert f" {label} " in text
        assert f" {name} " in text
        assert ("(EUR)" in text) == bool(currency)
    assert f" {name} 45 {price} " in text  # on the viewer's page, which has no inputs


def test_calendar_feeds_have_the_studios_name(client):
    feed = CalendarFeed.objects.create()
    make.studio(name="Música Clara")
    answer = client.get(f"/calendar/{token_of(feed)}.ics")
    assert "X-WR-CALNAME:Música Clara" in answer.content.decode()


def test_reminders_use_the_stored_hours(settings):
    make.studio(reminder_hours=0)
    settings.REMINDER_HOURS = 48
    make.lesson(make.student(email="a@example.org"), timezone.localdate() + timedelta(days=1))
    assert remind(timezone.now()) == 0
    make.studio(reminder_hours=72)
    assert remind(timezone.now()) == 1


def test_the_page_is_translated_to_spanish():
    make.studio(name="Clara")
    client = client_of(OWNER)
    with translation.override("es"):
        page = client.get(PAGE, headers={"accept-language": "es"}).content.decode()
    assert "Ajustes de la escuela" in page
