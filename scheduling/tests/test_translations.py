"""The Spanish catalogue is complete, compiled, and says what the contract promises.

Needs no gettext tools: the sources are read with ast, the .po with a few lines, the .mo with the
standard library.
"""

import ast
import re
from collections.abc import Iterator
from datetime import date
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation.template import templatize

from scheduling.models import ClassStatus, Job
from scheduling.text.reasons import reason_text

from . import factories as make

pytestmark = pytest.mark.one_database(name="sqlite")

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATES = PACKAGE.parent / "templates"
FOLDER = PACKAGE / "locale" / "es" / "LC_MESSAGES"
# How many of the first arguments are texts. A function that is not here has to be added.
TEXTS = {
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "pgettext": 1,
    "pgettext_lazy": 1,
    "npgettext": 2,
    "npgettext_lazy": 2,
}
# Between a context and its text, in a .mo.
OF = "\x04"
# The names under which makemessages looks for them: it does not follow an "import … as".
SEEN = {*TEXTS, "_"}
PLACEHOLDER = re.compile(r"%(?:\(\w+\)[-#0 +]*\d*(?:\.\d+)?)?.")
TEXT = re.compile(r"""\bu?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""".replace("\\b", ""))
CALL = re.compile(rf"\b(?:_|n?(?P<context>p)?gettext)\((?:\s*{TEXT.pattern}\s*,?)+")

Key = str | tuple[str, int]


def sources() -> list[Path]:
    """The modules that say something to people."""
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.relative_to(PACKAGE).parts
        and "gettext" in path.read_text(encoding="utf-8")
    )


def templates() -> list[Path]:
    """The pages."""
    return sorted(TEMPLATES.rglob("*.html"))


def spoken(template: str) -> Iterator[tuple[str, ...]]:
    """The texts of every translation in a template, as gettext sees them."""
    for found in CALL.finditer(templatize(template)):
        said = [ast.literal_eval(text) for text in TEXT.findall(found[0])]
        yield in_context(said) if found["context"] else tuple(said)


def in_context(said: list[Any]) -> tuple[Any, ...]:
    """The texts after their context, the first of them under the .mo's key."""
    context, first, *rest = said
    if isinstance(context, str) and isinstance(first, str):
        first = context + OF + first
    return (first, *rest)


def translators(tree: ast.AST) -> dict[str, str]:
    """The functions of Django that a module has imported to translate: own name to real name."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name
    }


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call that translates, with the real name of its function."""
    names = translators(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in names:
                yield node, names[function.id]
            elif isinstance(function, ast.Attribute) and "gettext" in function.attr:
                yield node, function.attr


def messages(source: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    """The line and the texts of each call; a text that is no literal is None."""
    for call, name in calls(ast.parse(source)):
        contexts = int("pgettext" in name)
        said = [
            argument.value if isinstance(argument, ast.Constant) else None
            for argument in call.args[: TEXTS[name] + contexts]
        ]
        yield call.lineno, in_context(said) if contexts else tuple(said)


def entries(text: str) -> Iterator[tuple[set[str], dict[str, str]]]:
    """The flags and the strings of each entry of a .po, by keyword: msgid, msgstr[0] and so on."""
    for block in text.strip().split("\n\n"):
        flags: set[str] = set()
        strings: dict[str, str] = {}
        keyword = ""
        for line in block.splitlines():
            if line.startswith("#,"):
                flags |= {flag.strip() for flag in line[2:].split(",")}
            elif not line.startswith("#"):
                found = re.fullmatch(r'(?:(msg\S+) )?(".*")', line)
                assert found, line
                keyword = found[1] or keyword
                strings[keyword] = strings.get(keyword, "") + ast.literal_eval(found[2])
        if strings:
            yield flags, strings


def pairs(strings: dict[str, str]) -> Iterator[tuple[Key, str, str]]:
    """Key in the .mo, English and Spanish of an entry; two where it has a plural."""
    key = key_of(strings)
    if "msgid_plural" not in strings:
        yield key, strings["msgid"], strings["msgstr"]
        return
    for number, keyword in enumerate(("msgid", "msgid_plural")):
        yield (key, number), strings[keyword], strings[f"msgstr[{number}]"]


def key_of(strings: dict[str, str]) -> str:
    """Under which the .mo has an entry."""
    context = strings.get("msgctxt")
    return strings["msgid"] if context is None else context + OF + strings["msgid"]


def gettext_of_django(key: Key) -> bool:
    """Whether Django itself has the Spanish: its own pages' texts need no second translation."""
    with translation.override("es"):
        return isinstance(key, str) and gettext(key) != key


@pytest.fixture(scope="module")
def po() -> list[tuple[set[str], dict[str, str]]]:
    return list(entries((FOLDER / "django.po").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def mo() -> dict[Key, str]:
    with (FOLDER / "django.mo").open("rb") as file:
        return dict(GNUTranslations(file)._catalog)


def test_the_reader_of_sources_finds_every_kind_of_call():
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


def test_the_reader_of_the_catalogue_joins_lines_and_sees_plurals():
    first = '#, fuzzy\nmsgid ""\n"a\\n"\n"“b”"\nmsgstr "c"\n'
    text = f'{first}\nmsgid "1"\nmsgstr[0] "2"\n\n#~ msgid "x"\n'
    assert list(entries(text)) == [
        ({"fuzzy"}, {"msgid": "a\n“b”", "msgstr": "c"}),
        (set(), {"msgid": "1", "msgstr[0]": "2"}),
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_text_has_its_spanish(path, mo):
    untranslated = []
    for line, texts in messages(path.read_text(encoding="utf-8")):
        keys = texts if len(texts) == 1 else ((texts[0], 0), (texts[0], 1))
        if not all(mo.get(key) for key in keys):
            untranslated.append((line, texts))
    assert untranslated == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_text_of_a_page_has_its_spanish(path, mo):
    untranslated = []
    for texts in spoken(path.read_text(encoding="utf-8")):
        keys = texts if len(texts) == 1 else ((texts[0], 0), (texts[0], 1))
        if not all(mo.get(key) or gettext_of_django(key) for key in keys):
            untranslated.append(texts)
    assert untranslated == []


def test_the_reader_of_templates_finds_every_kind_of_text():
    template = (
        "{% load i18n %}{% translate 'one' %} {% translate \"it's\" as x %}"
        "{% blocktranslate %}two {{ n }}{% endblocktranslate %}"
        "{% blocktranslate count n=n %}a{% plural %}b {{ n }}{% endblocktranslate %}"
        "{{ _('three') }}{% translate 'four' context 'month' %}"
    )
    assert list(spoken(template)) == [
        ("one",),
        ("it's",),
        ("two %(n)s",),
        ("a", "b %(n)s"),
        ("three",),
        ("month\x04four",),
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_makemessages_sees_every_text(path):
    source = path.read_text(encoding="utf-8")
    assert set(translators(ast.parse(source))) <= SEEN
    hidden = [
        line
        for line, texts in messages(source)
        if not all(isinstance(text, str) and text for text in texts)
    ]
    assert hidden == []


def test_a_plural_is_the_same_in_source_and_catalogue(po):
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
            there, here = PLACEHOLDER.findall(english), PLACEHOLDER.findall(spanish)
            assert sorted(here) == sorted(there), english


def test_the_compiled_catalogue_says_the_same(po, mo):
    mo = dict(mo)
    said = {key: spanish for _flags, strings in po for key, _english, spanish in pairs(strings)}
    del said[""], mo[""]  # msgfmt leaves a date out of the header
    assert mo == said


def test_the_header(mo):
    assert "Plural-Forms: nplurals=2; plural=(n != 1);" in mo[""].splitlines()
    assert "Language: es" in mo[""].splitlines()
    assert "@" not in mo[""]


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 clases creadas"), (1, "1 clase creada"), (15, "15 clases creadas")],
)
def test_the_sentences_of_the_contract(count, said):
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
    assert weekly == f"Generación semanal completada: {said}"
    assert week == f"{said} para la semana 2024-01-15 a 2024-01-21"


def test_reasons_and_names_of_the_studio():
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
def test_an_answer_in_the_language_that_was_asked_for(admin_client):
    make.schedule(make.student("Juan Pérez"), weekday=3)
    ask = {"date": "2026-01-07"}
    path = "/api/class-tracking/generate-weekly-classes"
    told = []
    for language in ("es-MX,es;q=0.9", "es", "en"):
        answer = admin_client.post(
            path, ask, content_type="application/json", headers={"accept-language": language}
        ).json()
        told.append((answer["message"], answer["results"][0]["message"]))
    assert told == [
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
def test_missing_classes_are_told_from_a_day_to_a_day_and_not_as_a_week(admin_client):
    pupil = make.student("Juan Pérez", start=date(2026, 1, 7))
    make.schedule(pupil, weekday=3)
    answer = admin_client.post(
        "/api/class-tracking/generate-missing-classes",
        {"studentId": pupil.pk},
        content_type="application/json",
        headers={"accept-language": "es"},
    ).json()
    count, (told,) = answer["totalClassesCreated"], answer["results"]
    assert count > 1
    assert told["message"].startswith(f"{count} clases creadas, 2026-01-07 a ")
