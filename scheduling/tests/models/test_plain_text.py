"""Searches ignore accents and case, on both databases."""

import unicodedata
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from scheduling.domain.typed_text import plain_letters
from scheduling.models import Room, ScheduledClass, Student
from scheduling.selectors.search import classes_named
from scheduling.tests import factories as make

pytestmark = pytest.mark.django_db

NAMES = ["Núñez", "NÚÑEZ", "nunez", "Łukasz", "ØRSTED", "Weiß", "Æsa", "O’Neill", "Θεοδώρα"]
NAMES += ["Ðorđe", "ЖАННА", "Ａｎａ", "ﬁona", "がく", "Σοφίας", "İnci", "D_%a"]


@pytest.mark.parametrize("typed", ["nunez", "Núñez", "NÚÑEZ", "nun\u0303ez", "ÑEZ"])
def test_a_name_is_found_in_any_spelling(typed: str) -> None:
    for name in NAMES:
        make.student(name)
    found = Student.objects.filter(first_name__contains_plain=typed)
    assert sorted(found.values_list("first_name", flat=True)) == ["NÚÑEZ", "Núñez", "nunez"]


def test_databases_and_python_spell_alike() -> None:
    """Every name is found by its plain letters, in each case and each form of Unicode."""
    for name in NAMES:
        make.student(name)
    for name in NAMES:
        for form in ("NFC", "NFD", "NFKD"):
            for typed in (name, name.lower(), name.upper(), plain_letters(name)):
                text = unicodedata.normalize(form, typed)
                found = Student.objects.filter(first_name__contains_plain=text)
                assert name in found.values_list("first_name", flat=True), (typed, form)
    assert Student.objects.get(first_name__contains_plain="%").first_name == "D_%a"


def test_each_letter_of_three_alphabets_is_spelt_alike() -> None:
    """Latin, Greek and Cyrillic, whatever the locale of the database."""
    letters = "".join(map(chr, range(0xC0, 0x530)))
    letters = "".join(one for one in letters if unicodedata.category(one).startswith("L"))
    room = make.room("empty")
    for first in range(0, len(letters), 60):
        part = letters[first : first + 60]
        Room.objects.filter(pk=room.pk).update(name=part)
        assert Room.objects.filter(name__contains_plain=plain_letters(part)).exists(), part


def test_rows_written_with_plain_sql_are_found() -> None:
    make.room("x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scheduling_room SET name = %s", ["SALÓN"])
    assert Room.objects.filter(name__contains_plain="salon").exists()


def test_every_list_and_picker_of_the_admin_searches_plainly(rf: Any, admin_user: User) -> None:
    request = rf.get("/")
    request.user = admin_user
    searched = [each for each in admin.site._registry.values() if each.search_fields]
    assert len(searched) > 12
    for each in searched:
        if each.model is not ScheduledClass:  # it searches names itself
            fields = each.get_search_fields(request)
            assert fields
            assert all(name.endswith("__contains_plain") for name in fields), each
        found, _twice = each.get_search_results(request, each.get_queryset(request), "ñu ñé")
        assert list(found) == []


def test_lists_pickers_and_the_api_find_a_name(admin_client: Client, admin_user: User) -> None:
    nunez = make.student("Zoe Núñez")
    make.student("Other Person")
    bach = make.teacher("Bàrtok")
    make.slot(bach, nunez)
    make.lesson(nunez, teacher=bach)
    for table, typed in (
        ("student", "NUNEZ zoe"),
        ("recurringslot", "nunez bartok"),
        ("scheduledclass", "bartok nunez"),
    ):
        page = admin_client.get(f"/admin/scheduling/{table}/", {"q": typed})
        assert len(page.context["cl"].result_list) == 1, table
    picker = {"app_label": "scheduling", "model_name": "recurringslot", "field_name": "student"}
    found = admin_client.get("/admin/autocomplete/", picker | {"term": "nunez"}).json()
    assert [each["text"] for each in found["results"]] == ["Zoe Núñez"]
    assert classes_named(ScheduledClass.objects.all(), "NÚÑEZ").count() == 1

    api = APIClient()
    api.force_authenticate(admin_user)
    for path, typed in (("students", "NUNEZ"), ("teachers", "bartok")):
        assert len(api.get(f"/api/{path}", {"search": typed}).json()["results"]) == 1, path
