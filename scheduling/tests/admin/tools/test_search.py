"""The search in the header: what it finds, and for whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduling.models import ClassStatus
from scheduling.services.roles import TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def found(client: Client, text: str) -> dict[str, list[str]]:
    """Return the names of the suggestions by group."""
    groups = client.get("/admin/search/suggestions/", {"q": text}).json()["groups"]
    return {group["title"]: [each["name"] for each in group["results"]] for group in groups}


@pytest.fixture
def studio() -> dict[str, Any]:
    nora, leo = make.student("Nora Núñez"), make.student("Leo Gil", is_active=False)
    clara, hugo = make.teacher("Clara Vidal"), make.teacher("Hugo Núñez")
    make.guardian("Eva NÚÑEZ", nora, leo, phone="600 123")
    make.lesson(nora, NOW.date(), "10:00", "11:00", clara, subject="Violin")
    make.lesson(leo, NOW.date(), "12:00", "13:00", hugo)
    make.lesson(nora, NOW.date() - DAY, "10:00", "11:00", clara)
    gone = make.lesson(nora, NOW.date() + DAY, "10:00", "11:00", clara)
    gone.status = ClassStatus.CANCELLED
    gone.save()
    return {"nora": nora, "leo": leo, "clara": clara, "hugo": hugo}


def test_a_name_finds_people_and_their_coming_classes(studio):
    client = client_of(account(VIEWER))
    assert found(client, "nunez") == {
        "Students": ["Nora Núñez"],
        "Teachers": ["Hugo Núñez"],
        "Guardians": ["Eva NÚÑEZ"],
        "Classes": [
            "Mon 5 Jan 2026, 10:00 · Nora Núñez",
            "Mon 5 Jan 2026, 12:00 · Leo Gil",
            "Tue 6 Jan 2026, 10:00 · Nora Núñez",
        ],
    }
    assert found(client, "nora clara") == {
        "Classes": ["Mon 5 Jan 2026, 10:00 · Nora Núñez", "Tue 6 Jan 2026, 10:00 · Nora Núñez"]
    }
    assert found(client, "600") == {"Guardians": ["Eva NÚÑEZ"]}
    assert found(client, "nobody") == found(client, " ") == {}


def test_a_day_finds_its_classes(studio):
    client = client_of(account(VIEWER))
    day = "Classes on Sun 4 Jan 2026"
    assert found(client, "4 jan") == {day: ["Sun 4 Jan 2026, 10:00 · Nora Núñez"]}
    assert found(client, "nunez 2026-01-04") == found(client, "4 jan")
    assert found(client, "leo 4 jan") == {}


def test_the_page_needs_no_script_and_links_to_rows_and_lists(studio):
    for number in range(21):
        make.student(f"Iker Núñez{number}")
    client = client_of(account(VIEWER))
    page = client.get("/admin/search/", {"q": "nunez"})
    groups = {group.title: group for group in page.context["groups"]}
    assert len(groups["Students"].results) == 20
    assert groups["Students"].more_url == "/admin/scheduling/student/?q=nunez"
    for group in groups.values():
        assert client.get(group.results[0].url).status_code == 200
        assert not group.more_url or client.get(group.more_url).status_code == 200
    details = [each.detail for each in groups["Classes"].results]
    assert details == ["Violin · Clara Vidal", "Hugo Núñez", "Clara Vidal · cancelled"]
    text = page.content.decode()
    assert '<form class="ct-search" action="/admin/search/" method="get" role="search"' in text
    assert "Nora Núñez" in text
    assert "Nothing is found for “xyz”." in client.get("/admin/search/?q=xyz").content.decode()
    hits = client.get("/admin/search/", {"q": "4 jan"}).context["groups"]
    assert [group.more_url for group in hits] == [""]


def test_teachers_find_only_their_own(studio):
    user = account(TEACHER)
    studio["clara"].user = user
    studio["clara"].save()
    client = client_of(user)
    assert found(client, "nunez") == {
        "Students": ["Nora Núñez"],
        "Classes": ["Mon 5 Jan 2026, 10:00 · Nora Núñez", "Tue 6 Jan 2026, 10:00 · Nora Núñez"],
    }
    assert found(client, "gil") == found(client, "hugo") == found(client, "600") == {}
    assert found(client, "5 jan") == {
        "Classes on Mon 5 Jan 2026": ["Mon 5 Jan 2026, 10:00 · Nora Núñez"]
    }
    groups = client.get("/admin/search/", {"q": "nora"}).context["groups"]
    own = client.get(groups[0].results[0].url)
    assert len(own.context["cl"].result_list) == 3
    for group in groups:
        assert client.get(group.results[0].url).status_code == 200


def test_accounts_without_permissions_have_no_search(studio):
    client = client_of(User.objects.create_user("nobody", is_staff=True))
    assert client.get("/admin/search/").status_code == 403
    assert client.get("/admin/search/suggestions/?q=a").status_code == 403
    assert "ct-search" not in client.get("/admin/").content.decode()


def test_more_people_take_no_more_queries(studio):
    client = client_of(account(VIEWER))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/search/", {"q": "nunez"})
        return len(captured)

    queries()
    before = queries()
    for number in range(9):
        child = make.student(f"Kid Núñez{number}")
        make.guardian("Ada Núñez", child)
        make.lesson(child, NOW.date() + DAY, f"{11 + number}:00", f"{11 + number}:30")
    assert queries() == before


def test_odd_queries_are_harmless(studio):
    client = client_of(account(VIEWER))
    for text in ("%", "'", '"', "x" * 5000, "99/99", "0/0", "24 feb 0000", "\ud7ff"):
        assert client.get("/admin/search/", {"q": text}).status_code == 200, text
