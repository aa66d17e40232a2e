"""The time zone is named only where more than one is in use."""

import re

import pytest
import time_machine
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from scheduling.jobs.monitoring.alerting.incidents import when
from scheduling.selectors.studio import shown_zone
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.support.roles import account
from scheduling.tests.test_query_limits import LITTLE, Studio, admin_addresses

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

# What is read or chosen as a setting, and what is not shown.
HIDDEN = re.compile(r"<(script|style|select|datalist|textarea)\b.*?</\1>|<[^>]+>", re.S)
PAGES = (
    "/admin/",
    "/admin/background-jobs/",
    "/admin/background-jobs/horizon/preview/",
    "/admin/calendar/?plain=1",
    "/admin/calendar/?plain=1&view=day",
    "/admin/import/",
)


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    if not answer["Content-Type"].startswith("text/html"):
        return ""
    return HIDDEN.sub(" ", answer.content.decode())


@pytest.fixture
def client(client):
    client.force_login(account("superuser"))
    make.schedule(teacher=make.teacher("Marta"))
    with time_machine.travel(EARLY, tick=False):
        yield client


def test_pages_name_the_zone_once_a_teacher_has_another_one(client):
    assert [address for address in PAGES if "UTC" in text_of(client, address)] == []
    make.teacher("Nina", "Asia/Tokyo", is_active=False)
    make.teacher("Olga", "Etc/UTC")
    assert shown_zone() == ""
    assert when(EARLY) == "5 January 2026 00:05"
    make.teacher("Kim", "Asia/Tokyo")
    assert shown_zone() == "UTC"
    assert when(EARLY) == "5 January 2026 00:05 UTC"
    assert [address for address in PAGES if "UTC" not in text_of(client, address)] == []


def test_class_names_its_zone_if_it_is_not_that_of_the_studio():
    ana = make.student("Ana Ruiz")
    classes = [
        make.lesson(ana, start=start, end=end, teacher=make.teacher(zone=zone))
        for start, end, zone in [
            ("10:00", "11:00", "UTC"),
            ("12:00", "13:00", "Etc/UTC"),
            ("08:00", "09:00", "Asia/Tokyo"),
        ]
    ]
    day = "Ana Ruiz · Mon 5 Jan 2026, "
    assert [str(lesson) for lesson in classes] == [
        f"{day}10:00–11:00",
        f"{day}12:00–13:00",
        f"{day}08:00–09:00 (Asia/Tokyo)",
    ]


@pytest.mark.soak
def test_no_page_names_the_only_zone():
    ContentType.objects.get_for_models(*apps.get_models())
    studio = Studio()
    studio.grow(LITTLE)
    client = Client()
    client.force_login(studio.owner)
    named = {
        name: re.findall(r".{30}\bUTC\b.{10}", text, re.S)
        for name, address in admin_addresses(studio).items()
        if re.search(r"\bUTC\b", text := text_of(client, address))
    }
    assert named == {}
