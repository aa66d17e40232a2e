"""Every page as each role: nothing internal is on it, and it is no wider than its window."""

import re

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from playwright.sync_api import Page

from scheduling.models import LessonSettings
from scheduling.services.roles import ROLES, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

from . import pages
from .conftest import DESKTOP, HEIGHT, PHONE, OpenPage
from .looking import show
from .populated import populate

pytestmark = pytest.mark.sqlite

INTERNAL = re.compile(
    r" object at 0x| object \(|<django\.|DatabaseDefault"  # an object's repr
    r"|pbkdf2_|algorithm|\bsalt\b|\bhash\b|\b[0-9a-f]{32,}\b"  # a secret's hash
    r"|\w \| \w|\b[a-z]+\.(?:add|change|delete|view)_[a-z]+"  # a raw permission
    r"|\{['\"]\w+['\"]: "  # a dictionary
)
ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
# The page that says how a file writes dates.
WRITES_ISO = ("import_timetable",)
# What a reader sees: the text, and what stands in fields that are no dates or times.
SEEN = """
() => document.body.innerText + [...document.querySelectorAll("input, textarea")]
    .filter(one => !["hidden", "checkbox", "date", "time"].includes(one.type))
    .map(one => one.value).join("\\n")
"""
WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def studio(transactional_db: None, owner: User) -> None:
    """The sweep's, with all that once was on a page though it was nobody's to read."""
    populate(owner)
    pages.a_conflict()
    LessonSettings.objects.create(teacher=make.teacher("Marta Gil", "Europe/Madrid"))


@pytest.mark.parametrize(
    "role",
    [
        # The owner sees nearly the same.
        *(pytest.param(role, marks=pytest.mark.soak) for role in ("superuser", SCHEDULER, VIEWER)),
        *(role for role in ROLES if role not in (SCHEDULER, VIEWER)),
    ],
)
def test_nothing_internal_and_nothing_wider_than_its_window(
    studio: None, owner: User, open_page: OpenPage, role: str
) -> None:
    reader = account(role, teacher=make.teacher("Clara Soler") if role == TEACHER else None)
    # As the log kept it once: by its hash, which made the first page 1,713 pixels wide.
    token = AuthToken.objects.get()
    LogEntry.objects.log_actions(reader.pk, [token], ADDITION, single_object=True)
    LogEntry.objects.update(object_repr=f"{token.digest} : {owner}")
    client = Client()
    client.force_login(reader)
    page = open_page(reader)
    wrong, count = [], 0
    for name, url in pages.every_address():
        if client.get(url).status_code == 200:
            count += 1
            wrong += [f"{name} ({url}): {fault}" for fault in faults(page, name, url)]
    assert not wrong, "\n".join(wrong)
    assert count > (3 if role == TEACHER else 30)


def faults(page: Page, name: str, url: str) -> list[str]:
    page.set_viewport_size({"width": DESKTOP, "height": HEIGHT[DESKTOP]})
    page.goto(url)
    text = page.evaluate(SEEN)
    found = INTERNAL.findall(text)
    if name not in WRITES_ISO:
        found += ISO_DATE.findall(text)
    if page.evaluate(WIDER):
        found.append(f"wider than {DESKTOP}")
    show(page, PHONE, "light")
    if page.evaluate(WIDER):
        found.append(f"wider than {PHONE}")
    return found
