"""The links and forms of all admin pages, followed as each role: none is refused."""

import re
from collections import deque
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from knox.models import AuthToken

from scheduling.jobs.notifications.outbox import queue_reminder
from scheduling.models import (
    JobRun,
    Message,
    MessageState,
    Teacher,
    Trigger,
)
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.browser.harness import pages
from scheduling.tests.browser.harness.sample_studio import populate
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.history import make_history
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

# Attributes with URLs that scripts request.
URL_ATTRIBUTES = (
    "data-url",
    "data-progress",
    "data-events",
    "data-days",
    "data-planned",
    "data-add",
)


class PageParser(HTMLParser):
    """The links and forms of a page, with the values that a browser would submit unchanged."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forms, self._form, self._select = [], [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        self.links += [values[name] for name in URL_ATTRIBUTES if values.get(name)]
        if tag == "form":
            self._form = (values.get("method", "get").lower(), values.get("action") or "", {})
        elif self._form is not None:
            self._field(tag, values)
            kind = values.get("type", "submit" if tag == "button" else "")
            # A form without a button offers nothing; a dialog's form only closes the dialog.
            if kind == "submit" and self._form[0] != "dialog" and self._form not in self.forms:
                self.forms.append(self._form)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None

    def _field(self, tag, values):
        fields, name = self._form[2], values.get("name")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            fields[self._select] = values.get("value", "")
        elif tag in ("input", "textarea") and name:
            kind = values.get("type", "text")
            if kind not in ("checkbox", "radio", "submit", "file") or "checked" in values:
                fields[name] = values.get("value", "")
        elif tag == "button" and name:
            fields.setdefault(name, values.get("value", ""))


class Crawler:
    """A visit of all pages that one user can reach from the first page."""

    def __init__(self, reader):
        self.client = Client(raise_request_exception=True)
        self.client.force_login(reader)
        self.visited, self.waiting = set(), deque(["/admin/"])
        self.refused, self.names, self.texts = [], set(), {}

    def run(self):
        while self.waiting:
            self._visit(self.waiting.popleft())
        return self

    def _is_new(self, method, address, fields=()):
        parts = urlsplit(address)
        try:
            name = resolve(parts.path).view_name
        except LookupError:
            name = parts.path
        given = {name for name, _value in parse_qsl(parts.query)} | set(fields)
        new = {(method, name, field) for field in given or {""}} - self.visited
        self.visited |= new
        return bool(new)

    def _visit(self, address):
        answer = self.client.get(address)
        self._check("GET", address, answer)
        if answer.status_code in (301, 302):
            self._enqueue(answer["Location"], address)
        elif answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            self.names.add(resolve(urlsplit(address).path).view_name)
            text = answer.content.decode()
            self.texts[address] = text
            page = PageParser(text)
            for link in page.links:
                self._enqueue(link, address)
            for method, action, fields in page.forms:
                self._submit(method, urljoin(address, action or address), fields, address)

    def _enqueue(self, link, address):
        target = urlsplit(urljoin(address, link))
        if target.netloc or not target.path.startswith("/admin/"):
            return
        address = target._replace(fragment="").geturl()
        if not target.path.endswith("/logout/") and self._is_new("GET", address):
            self.waiting.append(address)

    def _submit(self, method, action, fields, address):
        path = urlsplit(action).path
        if not path.startswith("/admin/") or path.endswith("/logout/"):
            return
        if method == "get":
            query = "&".join(f"{name}={value}" for name, value in fields.items())
            self._enqueue(f"{path}?{query}", address)
        elif self._is_new("POST", action, fields):
            before = transaction.savepoint()
            self._check("POST", action, self.client.post(action, fields), address)
            transaction.savepoint_rollback(before)

    def _check(self, method, address, answer, page=""):
        if answer.status_code >= 400:
            self.refused.append(f"{method} {address} on {page}: {answer.status_code}")


@pytest.fixture
def studio():
    """Create a studio with people, conflicts, runs, e-mails and a make-up; return a teacher."""
    owner = account("superuser", "boss")
    populate(owner)
    mozart = Teacher.objects.get(name="Leopold Mozart")
    make_history(timezone.now(), days=9)
    for person in ("Ana Ruiz", "Leo Park"):
        make.slot(mozart, make.student(person, email="a@example.org"), start="15:00")
    horizon(timezone.localdate(), timezone.now())
    pages.create_conflict()
    old = timezone.localdate() - timedelta(days=9)
    make.lesson(on=old, teacher=mozart)
    make.lesson(on=old, teacher=mozart, status="cancelled", cancelled_by="studio")
    make.lesson(on=old, start="12:00", end="13:00", teacher=mozart, attendance="present")
    lesson = make.lesson(on=old)
    queue_reminder(lesson.student, lesson, timezone.now())
    Message.objects.update(state=MessageState.REFUSED, error="550 no such user")
    return mozart


@pytest.mark.parametrize(
    "role",
    [
        OWNER,
        TEACHER,
        "",
        *(pytest.param(role, marks=pytest.mark.soak) for role in (SCHEDULER, VIEWER)),
    ],
)
def test_every_offered_link_and_form_is_granted(studio, role):
    reader = account(role, "reader", studio if role == TEACHER else None)
    token = AuthToken.objects.get()
    LogEntry.objects.log_actions(reader.pk, [token], ADDITION, single_object=True)
    crawler = Crawler(reader).run()
    assert not crawler.refused, "\n".join(crawler.refused)
    shown = [url for url, text in crawler.texts.items() if token.digest in url + text]
    assert not shown, "the hash of a token is shown"
    minimum = {OWNER: 70, SCHEDULER: 60, VIEWER: 30, TEACHER: 8, "": 1}
    assert len(crawler.names) >= minimum[role], sorted(crawler.names)


ACTIONS = re.compile(
    "Resolve|Move, share|Generate them|Mark who|Set the start|Cancel these|manage.py|Undo|Install"
    "|Review|Add durations|Ask whether|Make it run|How to make"
)


@pytest.mark.parametrize(("role", "reads"), [(VIEWER, True), (SCHEDULER, False)])
def test_only_who_may_act_is_offered_actions(studio, client, role, reads):
    client.force_login(account(role))
    JobRun.objects.update(trigger=Trigger.ADMIN)
    for page in ("/admin/", "/admin/background-jobs/", "/admin/conflicts/"):
        text = text_of(client.get(page))
        assert "clash" in text
        assert bool(ACTIONS.findall(text)) != reads, (page, ACTIONS.findall(text))
    jobs = text_of(client.get("/admin/background-jobs/"))
    for fact in ("Nothing runs by itself", "no lesson settings", "not marked"):
        assert fact in jobs
