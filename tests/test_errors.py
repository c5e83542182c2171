"""The words of errors: the nearest word, what is allowed, what was found."""

from __future__ import annotations

from typing import Any

import pytest

from qualify.errors import (
    InputError,
    PlaybookError,
    Problem,
    QualifyError,
    did_you_mean,
    instead,
    nearest,
    one_of,
    shown,
)


@pytest.mark.parametrize(
    ("word", "allowed", "expected"),
    [
        ("industri", ["industry", "employees"], "industry"),
        ("Industry", ["industry"], "industry"),
        ("EUD", ["VED", "AED", "EUR"], "EUR"),
        ("at_last", ["at_most", "at_least"], "at_least"),
        ("xyzzy", ["industry"], None),
        ("", ["industry"], None),
        ("industry", [], None),
        ("i" * 1_000_000, ["industry"], None),
    ],
)
def test_the_nearest_word_is_the_one_most_like_it(
    word: str, allowed: list[str], expected: str | None
) -> None:
    assert nearest(word, allowed) == expected


def test_what_to_write_instead_is_one_sentence() -> None:
    assert did_you_mean("frut", ["fruit", "fish"]) == "; did you mean 'fruit'?"
    assert did_you_mean("zzz", ["fruit", "fish"]) == ""
    assert instead("frut", ["fruit", "fish"]) == "; did you mean 'fruit'? Allowed: fruit or fish"
    assert instead("zzz", ["fruit", "fish"]) == "; allowed: fruit or fish"


def test_a_list_is_read_out_and_cut_when_it_is_long() -> None:
    assert one_of([]) == ""
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b"]) == "a or b"
    assert one_of(["a", "b", "c"]) == "a, b or c"
    assert one_of("abcdef", limit=3) == "a, b, c … (6 in all)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        (5, "5"),
        (2.5, "2.5"),
        (True, "true"),
        (None, "nothing"),
        ([1], "a list"),
        ((), "a list"),
        ({}, "a mapping"),
    ],
)
def test_what_was_found_is_named_as_people_name_it(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_what_was_found_is_cut_when_it_is_long() -> None:
    assert shown("a" * 1_000_000) == "'" + "a" * 58 + "…"


def test_problems_are_told_in_the_order_of_the_file() -> None:
    late, early = Problem(10, 2, "b", "late"), Problem(9, 30, "a", "early", "warning")
    whole = Problem(0, 0, "", "the file as a whole")
    error = PlaybookError([late, early, whole], "acme.yaml")
    assert str(error).splitlines() == [
        "acme.yaml: 3 problems",
        "acme.yaml: error: the file as a whole",
        "acme.yaml:9:30: warning: a: early",
        "acme.yaml:10:2: error: b: late",
    ]
    assert str(PlaybookError([late])).startswith("playbook: 1 problem\n")


def test_everything_that_a_user_can_mend_is_one_kind_of_error() -> None:
    assert issubclass(PlaybookError, QualifyError)
    assert issubclass(InputError, QualifyError)
