"""Every page as each role: it shows no internals and is not wider than the window."""

import re

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from playwright.sync_api import Page

from scheduling.models import LessonSettings
from scheduling.services.roles import ROLES, TEACHER
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import DESKTOP, HEIGHT, PHONE, OpenPage
from scheduling.tests.browser.harness import pages
from scheduling.tests.browser.harness.layouts import set_layout
from scheduling.tests.browser.harness.sample_studio import populate
from scheduling.tests.support.roles import account

pytestmark = pytest.mark.sqlite

INTERNAL = re.compile(
    r" object at 0x| object \(|<django\.|DatabaseDefault"  # an object's repr
    r"|pbkdf2_|algorithm|\bsalt\b|\bhash\b|\b[0-9a-f]{32,}\b"  # a secret's hash
    r"|\w \| \w|\b[a-z]+\.(?:add|change|delete|view)_[a-z]+"  # a raw permission
    r"|\{['\"]\w+['\"]: "  # a dictionary
)
ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
# The page that describes the dates of a file.
PAGES_WITH_ISO_DATES = ("import_timetable",)
# The text of a page and of its fields, except dates and times.
VISIBLE_TEXT = """
() => document.body.innerText + [...document.querySelectorAll("input, textarea")]
    .filter(field => !["hidden", "checkbox", "date", "time"].includes(field.type))
    .map(field => field.value).join("\\n")
"""
IS_WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def studio(transactional_db: None, owner: User) -> None:
    """Create the sample studio with rows whose internals could be shown."""
    populate(owner)
    pages.create_conflict()
    LessonSettings.objects.create(teacher=make.teacher("Marta Gil", "Europe/Madrid"))


@pytest.mark.parametrize(
    "role",
    [
        # The suite reads the pages of an administrator in test_accessibility.py.
        *(
            pytest.param(role, marks=pytest.mark.soak)
            for role in ("superuser", *ROLES)
            if role != TEACHER
        ),
        TEACHER,
    ],
)
def test_pages_show_no_internals_and_fit_the_window(
    studio: None, owner: User, open_page: OpenPage, role: str
) -> None:
    reader = account(role, teacher=make.teacher("Clara Soler") if role == TEACHER else None)
    # Older log entries contain the hash, which widened the first page to 1,713 pixels.
    token = AuthToken.objects.get()
    LogEntry.objects.log_actions(reader.pk, [token], ADDITION, single_object=True)
    LogEntry.objects.update(object_repr=f"{token.digest} : {owner}")
    client = Client()
    client.force_login(reader)
    page = open_page(reader)
    wrong, count = [], 0
    for name, url in pages.every_address():
        answer = client.get(url)
        if answer.status_code == 200 and "Content-Disposition" not in answer:  # no download
            count += 1
            wrong += [f"{name} ({url}): {fault}" for fault in find_faults(page, name, url)]
    assert not wrong, "\n".join(wrong)
    assert count > (3 if role == TEACHER else 30)


def find_internals(page: Page, name: str) -> list[str]:
    """Return the internals, and the ISO dates, that the open page ``name`` shows."""
    text = page.evaluate(VISIBLE_TEXT)
    found = INTERNAL.findall(text)
    return found if name in PAGES_WITH_ISO_DATES else [*found, *ISO_DATE.findall(text)]


def find_faults(page: Page, name: str, url: str) -> list[str]:
    page.set_viewport_size({"width": DESKTOP, "height": HEIGHT[DESKTOP]})
    page.goto(url)
    found = find_internals(page, name)
    if page.evaluate(IS_WIDER):
        found.append(f"wider than {DESKTOP}")
    set_layout(page, PHONE, "light")
    if page.evaluate(IS_WIDER):
        found.append(f"wider than {PHONE}")
    return found
