"""Every page and act of a family × every credential: who sees and does what."""

import logging
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from classtracker.json_logs import JSONFormatter
from scheduling.family.urls import urlpatterns
from scheduling.models import CancelledBy, ScheduledClass
from scheduling.selectors.feeds.tokens import page_token_of, token_of
from scheduling.services.calendar_feeds import revoke
from scheduling.services.classes import edit
from scheduling.services.roles import OWNER, TEACHER
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

SECRET = "the-cron-secret"
OTHERS = ("Iker", "Sanz", "Olga", "Drums", "private note", "private reason")
NAMES = [pattern.name for pattern in urlpatterns]
ACTS = {"family-cancel", "family-make-up"}


@pytest.fixture
def studio(families, settings):
    """Eva's pages by name as paths after the token, with the form of each act."""
    settings.CRON_SECRET = SECRET
    make.hours(families.clara, *range(1, 6))
    ScheduledClass.objects.update(notes="private note")
    rows = ScheduledClass.objects.filter(student=families.leo).order_by("date")
    lost = edit.cancel(rows[1].pk, by=CancelledBy.STUDIO, reason="private reason", now=EARLY)
    kept = rows[2]
    ref = f"slot-{kept.recurring_slot_id}-{kept.week}"
    pages = {
        "family-page": ("", {}),
        "family-calendar": ("/calendar", {}),
        "family-cancel": (f"/cancel/{ref}", {"start": int(kept.starts_at.timestamp())}),
        "family-make-up": (f"/make-up/{lost.pk}", {"at": "2026-01-06T15:00"}),
    }
    assert list(pages) == NAMES
    return SimpleNamespace(families=families, pages=pages, lost=lost, kept=kept)


def visit(client, token, page, method):
    path, form = page
    data = [form] if method == "post" else []
    return getattr(client, method)(f"/family/{token}{path}", *data)


def changes():
    return ScheduledClass.objects.filter(edited_at__gte=EARLY).count()


def session(role, **kwargs):
    client = Client()
    client.force_login(account(role, **kwargs))
    return client


def assert_closed(answer):
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies


@pytest.mark.parametrize("name", NAMES)
def test_a_family_opens_its_own_pages_only(studio, name):
    page, before = studio.pages[name], changes()
    own, other = (
        page_token_of(feed) for feed in (studio.families.feed, studio.families.other_feed)
    )
    answer = visit(Client(), own, page, "get")
    assert answer.status_code == 200
    assert_closed(answer)
    assert [text for text in OTHERS if text in answer.content.decode()] == []
    answer = visit(Client(), other, page, "get")
    assert answer.status_code == (404 if name in ACTS else 200)
    assert_closed(answer)
    for text in ("Eva", "Leo", "Ana", "Ruiz", "Piano", "private"):
        assert text not in answer.content.decode()
    answer = visit(Client(), other, page, "post")
    assert answer.status_code == (404 if name in ACTS else 405)
    assert_closed(answer)
    assert changes() == before
    answer = visit(Client(), own, page, "post")
    assert answer.status_code == (303 if name in ACTS else 405)
    assert_closed(answer)
    assert changes() == before + (name in ACTS)
    for method in ("put", "patch", "delete", "options"):
        answer = visit(Client(), own, page, method)
        assert answer.status_code == 405
        assert_closed(answer)


@pytest.mark.parametrize("name", NAMES)
def test_no_other_credential_opens_a_page(studio, name):
    feed, page, before = studio.families.feed, studio.pages[name], changes()
    token = page_token_of(feed)
    number, signature = token.split(".")
    swapped = f"{number}.{page_token_of(studio.families.other_feed).split('.')[1]}"
    tokens = [
        "x",
        number,
        swapped,
        f"{number}.{signature[:-1]}",
        f"{token}a",
        token_of(feed),
        SECRET,
    ]
    clients = [
        Client(),
        Client(headers={"Authorization": f"Bearer {SECRET}"}),
        session(OWNER),
        session(TEACHER, teacher=studio.families.clara),
    ]
    for client in clients:
        for wrong in tokens:
            for method in ("get", "post"):
                answer = visit(client, wrong, page, method)
                expected = 405 if method == "post" and name not in ACTS else 404
                assert answer.status_code == expected, (wrong, method)
                assert_closed(answer)
                assert "Leo" not in answer.content.decode()
    assert Client().get(f"/calendar/{token}.ics").status_code == 404
    revoke(feed, timezone.now())
    for method in ("get", "post"):
        assert visit(Client(), token, page, method).status_code != 200
        assert "Leo" not in visit(Client(), token, page, method).content.decode()
    assert changes() == before


def test_an_account_that_is_logged_in_neither_opens_more_nor_acts(studio):
    families = studio.families
    client = session(TEACHER, teacher=families.clara)
    token = page_token_of(families.feed)
    for name, page in studio.pages.items():
        text = visit(client, token, page, "get").content.decode()
        assert [other for other in OTHERS if other in text] == []
        if name in ACTS:
            assert visit(client, token, page, "post").status_code == 303
    entries = LogEntry.objects.filter(additional_data__family=families.feed.pk)
    assert {entry.object_id for entry in entries} == {
        studio.kept.pk,
        ScheduledClass.objects.get(make_up_for=studio.lost).pk,
    }
    assert {entry.actor for entry in entries} == {None}


def test_pages_answer_404_while_their_setting_is_off(studio):
    token, before = page_token_of(studio.families.feed), changes()
    off = {
        "family_cancel": {"family-cancel"},
        "family_makeups": {"family-make-up"},
        "family_pages": set(NAMES),
    }
    for setting, names in off.items():
        make.studio(**{setting: False})
        for name, page in studio.pages.items():
            status = visit(Client(), token, page, "get").status_code
            assert status == (404 if name in names else 200), (setting, name)
            if name in names & ACTS:
                assert visit(Client(), token, page, "post").status_code == 404
        make.studio(**{setting: True})
    assert changes() == before


def test_links_to_what_is_off_are_not_shown(studio):
    make.studio(family_cancel=False, family_makeups=False)
    text = visit(Client(), page_token_of(studio.families.feed), ("", {}), "get").content.decode()
    assert "/cancel/" not in text
    assert "/make-up/" not in text
    assert "to be made up by" in text
    assert "Cancel up to" not in text


def test_no_log_has_a_token(studio, caplog):
    caplog.set_level(logging.DEBUG)
    token = page_token_of(studio.families.feed)
    for page in studio.pages.values():
        for method in ("get", "post", "put"):
            visit(Client(), token, page, method)
    visit(Client(), f"{token}x", studio.pages["family-cancel"], "post")
    revoke(studio.families.feed, timezone.now())
    for method in ("get", "post"):
        visit(Client(), token, studio.pages["family-make-up"], method)
    lines = [JSONFormatter().format(record) for record in caplog.records]
    assert [line for line in lines if "/family/***/make-up/" in line]
    secret = token.partition(".")[2]
    assert [line for line in lines if secret in line] == []
