"""Normalisation of typed text, and keys that find similar names."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.typed_text import control_character, lookalike_key, normalise_line

pytestmark = pytest.mark.one_database(name="sqlite")
NAME = "Ana María Pérez"


@pytest.mark.parametrize(
    "typed",
    [
        NAME,
        f"  {NAME}\u00a0",
        "Ana\u00a0María  Pérez",
        "Ana\u2009María\u3000Pérez",
        "Ana\u200b María\u2060 Pérez\ufeff",
        "An\u00ada María Pérez",
        "A\u206an\u2063a\u3164Mari\u200b\u0301a\u2800Pe\u2060\u0301rez\uffa0",
        normalize("NFD", NAME),
        f"\u200b {NAME} \u200b",
    ],
)
def test_identical_looking_texts_are_normalised_alike(typed):
    assert normalise_line(typed) == NAME


@pytest.mark.parametrize(
    "text", ["", "O'Neill-Smith", "Ana 🎻", "👨\u200d👩\u200d👧", "\u200eAna", "नी\u200dल"]
)
def test_visible_characters_are_kept(text):
    assert normalise_line(text) == text


@pytest.mark.parametrize(
    "text", [" ", "\u200b", "\u3164", "\u2800", "\u200e", "\u200d \ufe0f", "\u202a\u202c", "\u034f"]
)
def test_invisible_name_is_empty(text):
    assert normalise_line(text) == ""


@pytest.mark.parametrize(
    "sign", ["\x00", "\t", "\n", "\r", "\x1c", "\x7f", "\x85", "\u2028", "\ud800"]
)
def test_control_characters_are_found_and_kept(sign):
    assert control_character(normalise_line(f"Ana{sign}Ruiz")) == sign
    assert control_character("Ana Ruiz 🎻 \u200e") == ""


def test_several_lines_can_have_line_breaks_and_tabs():
    assert control_character("one\r\ntwo\tthree\n", several_lines=True) == ""
    assert control_character("one\x07two", several_lines=True) == "\x07"


@given(st.text() | st.text(alphabet="ea \u200b\u0301\u0327\u2060\u3164\u200e\u00ad"))
def test_normalisation_is_idempotent(text):
    once = normalise_line(text)
    assert normalise_line(once) == once
    assert control_character(once) == control_character(text)


@given(st.lists(st.text(alphabet="añÉz-'", min_size=1), min_size=1, max_size=4), st.data())
def test_blanks_and_unicode_forms_make_no_difference(words, data):
    blanks = st.text(alphabet=" \u00a0\u2003\u202f", min_size=1, max_size=3)
    typed = "".join(data.draw(blanks) + word for word in words) + data.draw(blanks)
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    assert normalise_line(normalize(form, typed)) == " ".join(normalize("NFC", w) for w in words)


@pytest.mark.parametrize(
    "written",
    [
        "ANA MARÍA O'NEILL-PÉREZ",
        "ana maria o’neill perez",
        "Ana-María O´Neill Pérez",
        normalize("NFD", "Ana María ONeill Pérez"),
        "Ana María Oʼneill, Pe\u0301rez.",
        "  AnaMaría\u00a0O`NEILL\u200f  Pérez\u200d",
    ],
)
def test_key_ignores_case_accents_and_punctuation(written):
    assert (
        lookalike_key(written) == lookalike_key("Ana María O'Neill-Pérez") == "anamariaoneillperez"
    )


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Łukasz Größe", "LUKASZ GRÖSSE"),
        ("İpek Işık", "ipek isik"),
        ("M.ª Luz Peña", "Ma Luz Pena"),
        ("ΣΊΣΥΦΟΣ", "Σισυφος"),
        ("Zoë 2", "zoe ２"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_key_ignores_accents_of_each_alphabet(name, other):
    assert lookalike_key(name) == lookalike_key(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ana", "Eva"),
        ("Ana 1", "Ana 2"),
        ("ユーリ", "ユリ"),
        ("かき", "かぎ"),
        ("नीता", "नाता"),
        ("山本", "山木"),
        ("C", "C+"),
    ],
)
def test_different_letters_have_different_keys(name, other):
    assert lookalike_key(name) != lookalike_key(other)


@pytest.mark.parametrize("text", ["", " ", "-", "…'’", "\u200d", "\u0301"])
def test_key_of_signs_is_empty(text):
    assert lookalike_key(text) == ""


@given(st.text() | st.text(alphabet="eI ß\u200b\u0301\u0345\u0307\u3164\u200e\ufe0f\u034f"))
def test_key_does_not_depend_on_case_and_unicode_form(text):
    key = lookalike_key(text)
    forms = [key, text.upper(), text.casefold(), normalize("NFC", text), normalize("NFD", text)]
    assert {lookalike_key(form) for form in forms} == {key}
    assert lookalike_key(normalise_line(text)) == key


@given(
    st.lists(st.text(alphabet="abcxyz09", min_size=1), min_size=1, max_size=4),
    st.text(alphabet=" -.,'’´`\u00a0\u200b\u0301\u0308\u0327", max_size=3),
)
def test_signs_between_letters_make_no_difference(words, between):
    assert lookalike_key(between.join(words)) == "".join(words)
