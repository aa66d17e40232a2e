"""The Spanish catalogue is complete and compiled, and has the documented translations."""

import ast
from datetime import date
from gettext import GNUTranslations

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from scheduling.models import ClassStatus, Job
from scheduling.text.reasons import reason_text

from . import factories as make
from .translation_readers import (
    FOLDER,
    PACKAGE,
    PLACEHOLDER,
    RECOGNISED,
    TEMPLATES,
    Key,
    entries,
    is_translated_by_django,
    key_of,
    messages,
    pairs,
    sources,
    template_messages,
    templates,
    translators,
)

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture(scope="module")
def po() -> list[tuple[set[str], dict[str, str]]]:
    return list(entries((FOLDER / "django.po").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def mo() -> dict[Key, str]:
    with (FOLDER / "django.mo").open("rb") as file:
        return dict(GNUTranslations(file)._catalog)


def test_source_reader_finds_each_kind_of_call():
    source = (
        "from django.utils.translation import gettext as _, ngettext\n"
        "from django.utils.translation import gettext_lazy as later\n"
        "from django.utils import translation\n"
        "_('one ' 'two'); later('three'); ngettext('a', 'b', n); _(name); other('no')\n"
        "translation.gettext('four')\n"
        "translation.pgettext('month', 'five'); translation.npgettext('month', 'c', 'd', n)\n"
    )
    assert list(messages(source)) == [
        (4, ("one two",)),
        (4, ("three",)),
        (4, ("a", "b")),
        (4, (None,)),
        (5, ("four",)),
        (6, ("month\x04five",)),
        (6, ("month\x04c", "d")),
    ]


def test_catalogue_reader_joins_lines_and_reads_plurals():
    first = '#, fuzzy\nmsgid ""\n"a\\n"\n"“b”"\nmsgstr "c"\n'
    text = f'{first}\nmsgid "1"\nmsgstr[0] "2"\n\n#~ msgid "x"\n'
    assert list(entries(text)) == [
        ({"fuzzy"}, {"msgid": "a\n“b”", "msgstr": "c"}),
        (set(), {"msgid": "1", "msgstr[0]": "2"}),
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_texts_of_modules_are_translated(path, mo):
    untranslated = []
    for line, texts in messages(path.read_text(encoding="utf-8")):
        keys = texts if len(texts) == 1 else ((texts[0], 0), (texts[0], 1))
        if not all(mo.get(key) for key in keys):
            untranslated.append((line, texts))
    assert untranslated == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_texts_of_templates_are_translated(path, mo):
    untranslated = []
    for texts in template_messages(path.read_text(encoding="utf-8")):
        keys = texts if len(texts) == 1 else ((texts[0], 0), (texts[0], 1))
        if not all(mo.get(key) or is_translated_by_django(key) for key in keys):
            untranslated.append(texts)
    assert untranslated == []


def test_template_reader_finds_each_kind_of_text():
    template = (
        "{% load i18n %}{% translate 'one' %} {% translate \"it's\" as x %}"
        "{% blocktranslate %}two {{ n }}{% endblocktranslate %}"
        "{% blocktranslate count n=n %}a{% plural %}b {{ n }}{% endblocktranslate %}"
        "{{ _('three') }}{% translate 'four' context 'month' %}"
    )
    assert list(template_messages(template)) == [
        ("one",),
        ("it's",),
        ("two %(n)s",),
        ("a", "b %(n)s"),
        ("three",),
        ("month\x04four",),
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_makemessages_finds_each_text(path):
    source = path.read_text(encoding="utf-8")
    assert set(translators(ast.parse(source))) <= RECOGNISED
    hidden = [
        line
        for line, texts in messages(source)
        if not all(isinstance(text, str) and text for text in texts)
    ]
    assert hidden == []


def test_plurals_are_equal_in_source_and_catalogue(po):
    plurals = {key_of(strings): strings.get("msgid_plural") for _flags, strings in po}
    for path in sources():
        for line, texts in messages(path.read_text(encoding="utf-8")):
            if len(texts) == 2:
                assert plurals[texts[0]] == texts[1], f"{path}:{line}"


def test_no_entry_is_fuzzy_or_empty(po):
    assert len(po) > 100
    assert [strings["msgid"] for flags, strings in po if "fuzzy" in flags] == []
    assert [
        english
        for _flags, strings in po
        for _key, english, spanish in pairs(strings)
        if not spanish
    ] == []


def test_placeholders_agree(po):
    for _flags, strings in po[1:]:
        for _key, english, spanish in pairs(strings):
            assert sorted(PLACEHOLDER.findall(spanish)) == sorted(PLACEHOLDER.findall(english)), (
                english
            )


def test_compiled_catalogue_is_up_to_date(po, mo):
    mo = dict(mo)
    texts = {key: spanish for _flags, strings in po for key, _english, spanish in pairs(strings)}
    del texts[""], mo[""]  # msgfmt leaves a date out of the header
    assert mo == texts


def test_header_has_plural_forms_and_no_address(mo):
    assert "Plural-Forms: nplurals=2; plural=(n != 1);" in mo[""].splitlines()
    assert "Language: es" in mo[""].splitlines()
    assert "@" not in mo[""]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 clases creadas"), (1, "1 clase creada"), (15, "15 clases creadas")],
)
def test_documented_sentences_are_translated(count, text):
    with translation.override("es"):
        weekly = ngettext(
            "Weekly generation completed: %(n)d class created",
            "Weekly generation completed: %(n)d classes created",
            count,
        ) % {"n": count}
        week = ngettext(
            "%(n)d class created for the week %(start)s to %(end)s",
            "%(n)d classes created for the week %(start)s to %(end)s",
            count,
        ) % {"n": count, "start": date(2024, 1, 15), "end": date(2024, 1, 21)}
    assert weekly == f"Generación semanal completada: {text}"
    assert week == f"{text} para la semana 2024-01-15 a 2024-01-21"


def test_reasons_and_labels_are_translated():
    reason = reason_text("student_starts", {"date": "2024-01-15"})
    assert reason == "the student starts on 2024-01-15"
    with translation.override("es"):
        reason = reason_text("student_starts", {"date": "2024-01-15"})
        assert reason == "el alumno empieza el 2024-01-15"
        assert gettext("There is nothing at this address.") == "No hay nada en esta dirección."
        assert (Job.WEEKLY.label, ClassStatus.CANCELLED.label) == (
            "Clases de esta semana",
            "cancelada",
        )


@pytest.mark.django_db
def test_response_has_language_of_request(admin_client):
    make.schedule(make.student("Juan Pérez"), weekday=3)
    body = {"date": "2026-01-07"}
    path = "/api/class-tracking/generate-weekly-classes"
    messages_by_language = []
    for language in ("es-MX,es;q=0.9", "es", "en"):
        answer = admin_client.post(
            path, body, content_type="application/json", headers={"accept-language": language}
        ).json()
        messages_by_language.append((answer["message"], answer["results"][0]["message"]))
    assert messages_by_language == [
        (
            "Generación semanal completada: 1 clase creada",
            "1 clase creada para la semana 2026-01-05 a 2026-01-11",
        ),
        (
            "Generación semanal completada: 0 clases creadas",
            "0 clases creadas para la semana 2026-01-05 a 2026-01-11: las clases ya existen",
        ),
        (
            "Weekly generation completed: 0 classes created",
            "0 classes created for the week 2026-01-05 to 2026-01-11: the classes already exist",
        ),
    ]


@pytest.mark.django_db
def test_message_about_missing_classes_has_first_and_last_day(admin_client):
    pupil = make.student("Juan Pérez", start=date(2026, 1, 7))
    make.schedule(pupil, weekday=3)
    answer = admin_client.post(
        "/api/class-tracking/generate-missing-classes",
        {"studentId": pupil.pk},
        content_type="application/json",
        headers={"accept-language": "es"},
    ).json()
    count, (result,) = answer["totalClassesCreated"], answer["results"]
    assert count > 1
    assert result["message"].startswith(f"{count} clases creadas, 2026-01-07 a ")
