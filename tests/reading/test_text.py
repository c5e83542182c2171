"""How texts are compared, which mean "not known", and which numbers they hold."""

from __future__ import annotations

import math
import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.reading.text import MISSING, fold, is_missing, number

ASCII = st.text(st.characters(max_codepoint=127))
MARKS = st.text(st.sampled_from("a\u0301\u0316\u0345\u0344ﬁΐﷺİſKßς¨ \u00a0\u2028\ud800"), max_size=200)


@given(st.text() | ASCII | MARKS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_folding_any_one_character_twice_changes_nothing():
    characters = map(chr, range(0x110000))
    changed = [char for char in characters if unicodedata.normalize("NFKC", char.casefold()) != char]
    assert len(changed) > 1_000
    assert [char for char in changed if fold(fold(char)) != fold(char)] == []


@given(ASCII)
def test_ascii_text_is_lower_case_with_single_spaces_as_sql_does_it(text):
    assert (fold(text) or "") == re.sub(r"[ \t\n\r\f\v]+", " ", text.lower()).strip(" ")


@given(st.text(), st.sampled_from([" ", "\u00a0", "\u2003", "\t\n", "\u3000"]))
def test_space_around_a_text_and_its_case_do_not_matter(text, space):
    assert fold(space + text + space) == fold(text)
    assert fold(text.casefold()) == fold(text)


def test_control_characters_are_no_space_and_stay():
    assert fold("a\x00B\x1cC\x1f") == "a\x00b\x1cc\x1f"


@pytest.mark.parametrize(
    ("value", "folded"),
    [
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (5.0, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e300, str(int(1e300))),
        (None, None),
        ("", None),
        (" \u00a0\n", None),
        ("\ud800", "\ufffd"),
        ("ＡＢＣ", "abc"),
        ("Straße", "strasse"),
    ],
)
def test_values_of_all_kinds_have_one_text(value, folded):
    assert fold(value) == folded


def test_a_number_too_long_to_write_in_decimal_digits_still_folds():
    assert fold(10**6000) == hex(10**6000)


def test_texts_of_two_million_characters_fold():
    assert fold("A" * 2_000_000) == "a" * 2_000_000
    assert len(fold("\u0301\u0316" * 1_000_000) or "") == 30


def test_what_means_not_known_is_known_in_its_folded_form():
    assert all((fold(text) or "") == text for text in MISSING)


@pytest.mark.parametrize(
    "text", ["", "  ", "N/A", "NULL", "Select", "(not set)", "NaN", "--", "#N/A", "Unknown", "\\N"]
)
def test_texts_that_mean_not_known(text):
    assert is_missing(fold(text))


@pytest.mark.parametrize("text", ["None", "No", "0", "Other", "test", "Not applicable", "false", "x"])
def test_texts_that_can_be_an_answer_are_kept(text):
    assert not is_missing(fold(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("51-200", 51.0),
        ("51 to 200", 51.0),
        ("51–200 employees", 51.0),
        ("51 - 200 Mitarbeiter", 51.0),
        ("10,001+", 10001.0),
        ("10K+", 10000.0),
        ("> 500", 500.0),
        ("more than 500", 500.0),
        ("< 50", 0.0),
        ("up to 50", 0.0),
        ("between 5 and 10", 5.0),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1,234", 1234.0),
        ("1.234", 1.234),
        ("0,123", 0.123),
        ("12,5", 12.5),
        ("1.234.567", 1234567.0),
        ("1 234\u00a0567,8", 1234567.8),
        ("1'234", 1234.0),
        ("12,34,567", 1234567.0),
        ("$1.5M", 1_500_000.0),
        ("€ 200k", 200_000.0),
        ("R$ 1.000,00", 1000.0),
        ("10 Mio. €", 10_000_000.0),
        ("2.5 billion USD", 2_500_000_000.0),
        ("$1M - $10M", 1_000_000.0),
        ("1-5M", 1_000_000.0),
        ("$500K-1M", 500_000.0),
        ("12 %", 12.0),
        ("1e5", 100_000.0),
        ("-3", -3.0),
        ("−3", -3.0),
        ("-$5", -5.0),
        (".5", 0.5),
        (" 7 ", 7.0),
        (True, None),
        (7, 7.0),
        (7.5, 7.5),
    ],
)
def test_numbers_as_people_write_them(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "-",
        "many",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "2024-01-15",
        "2024-01",
        "01/02/2024",
        "10-Nov",
        "12:30",
        "1.2.3",
        "1,2,3",
        "192.168.1.1",
        "+49 170 1234567",
        "7up",
        "1st",
        "10²",
        "½",
        "200-51",
        "1_000",
        "2 mil",
        "1" * 101,
        math.nan,
        math.inf,
        10**400,
        "1" * 2_000_000,
    ],
)
def test_texts_that_are_no_number(text):
    assert number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_number_written_by_python_is_read_back(value):
    assert number(repr(value)) == value
    assert number(f"{value:.2f}") == float(f"{value:.2f}")


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_thousands_separators_do_not_change_a_whole_number(value):
    assert number(f"{value:,}") == float(value)
    assert number(f"{value:,}.00".replace(",", "'")) == float(value)


@given(st.text() | st.text(string.digits + " ,.-+%$€kMe<>'to/()", max_size=30))
def test_any_text_is_a_finite_number_or_none(text):
    value = number(text)
    assert value is None or math.isfinite(value)
