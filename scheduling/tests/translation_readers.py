"""Readers of translatable texts in modules, templates and catalogues.

They need no gettext tools: modules are read with ast, the .po line by line.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATES = PACKAGE.parent / "templates"
FOLDER = PACKAGE / "locale" / "es" / "LC_MESSAGES"
# The number of arguments that are texts. Functions that are not here must be added.
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
# Separates a context from its text in a .mo.
CONTEXT_SEPARATOR = "\x04"
# The names that makemessages recognises: it does not follow "import … as".
RECOGNISED = {*TEXTS, "_"}
PLACEHOLDER = re.compile(r"%(?:\(\w+\)[-#0 +]*\d*(?:\.\d+)?)?.")
TEXT = re.compile(r"""\bu?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""".replace("\\b", ""))
CALL = re.compile(rf"\b(?:_|n?(?P<context>p)?gettext)\((?:\s*{TEXT.pattern}\s*,?)+")

Key = str | tuple[str, int]


def sources() -> list[Path]:
    """Return the modules with translatable texts."""
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.relative_to(PACKAGE).parts
        and "gettext" in path.read_text(encoding="utf-8")
    )


def templates() -> list[Path]:
    """Return the templates."""
    return sorted(TEMPLATES.rglob("*.html"))


def template_messages(template: str) -> Iterator[tuple[str, ...]]:
    """Yield the texts of each translation in a template, as gettext reads them."""
    for found in CALL.finditer(templatize(template)):
        texts = [ast.literal_eval(text) for text in TEXT.findall(found[0])]
        yield in_context(texts) if found["context"] else tuple(texts)


def in_context(texts: list[Any]) -> tuple[Any, ...]:
    """Return the texts with the context in the first one, as in a .mo."""
    context, first, *rest = texts
    if isinstance(context, str) and isinstance(first, str):
        first = context + CONTEXT_SEPARATOR + first
    return (first, *rest)


def translators(tree: ast.AST) -> dict[str, str]:
    """Return the translation functions that a module imports: its name → Django's name."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name
    }


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls of translation functions, with Django's name of the function."""
    names = translators(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in names:
                yield node, names[function.id]
            elif isinstance(function, ast.Attribute) and "gettext" in function.attr:
                yield node, function.attr


def messages(source: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Yield the line and the texts of each call; a text that is no literal is None."""
    for call, name in calls(ast.parse(source)):
        contexts = int("pgettext" in name)
        texts = [
            argument.value if isinstance(argument, ast.Constant) else None
            for argument in call.args[: TEXTS[name] + contexts]
        ]
        yield call.lineno, in_context(texts) if contexts else tuple(texts)


def entries(text: str) -> Iterator[tuple[set[str], dict[str, str]]]:
    """Yield the flags and the strings by keyword (msgid, msgstr[0] …) of each entry of a .po."""
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
    """Yield the key in the .mo, the English and the Spanish text; two for a plural."""
    key = key_of(strings)
    if "msgid_plural" not in strings:
        yield key, strings["msgid"], strings["msgstr"]
        return
    for number, keyword in enumerate(("msgid", "msgid_plural")):
        yield (key, number), strings[keyword], strings[f"msgstr[{number}]"]


def key_of(strings: dict[str, str]) -> str:
    """Return the key of an entry in the .mo."""
    context = strings.get("msgctxt")
    return strings["msgid"] if context is None else context + CONTEXT_SEPARATOR + strings["msgid"]


def is_translated_by_django(key: Key) -> bool:
    """Return whether Django's own catalogue has the Spanish text."""
    with translation.override("es"):
        return isinstance(key, str) and gettext(key) != key
