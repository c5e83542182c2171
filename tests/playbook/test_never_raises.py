"""Whatever the text, `examine` comes back with a playbook or with problems that a person understands."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.criteria import KEYWORDS
from qualify.playbook import Playbook, examine, schema, starters
from qualify.playbook.book import Playbook as Book
from qualify.playbook.document import read
from qualify.playbook.prose import prose
from qualify.scoring.record import Record
from qualify.scoring.single import Judge

# What a library says when nobody put it into our words.
FOREIGN = (
    "Input should",
    "Value error",
    "valid string",
    "Extra inputs",
    "Field required",
    "pydantic",
    "cannot stand here",
)

WORDS = sorted(
    set(KEYWORDS)
    | set(Book.model_fields)
    | set(
        """name conditions exclude kind bounds rules at_least at_most points when cap counts of letters numbers A B C 1 2
        3 enter leave fast_lane stay_at_least mql sql recycled is is_not is_one_of above below contains is_known where
        within by apart_at_most doing satisfied valid_for events fit any account active_days eu DE director free once
        won total none""".split()
    )
)
SCALARS = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            False,
            0,
            1,
            5,
            -3,
            2.5,
            0.001,
            1e30,
            10**19,
            "",
            " ",
            "30 days",
            "none",
            "a" * 100,
            "\u0301",
        ]
    ),
    st.sampled_from(WORDS),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=8,
)
STARTERS = [read(starters.text(name)).data for name in ("ecommerce", "services")]
SIGNS = [
    "",
    ":",
    "- ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "&a ",
    "*a",
    "!x ",
    "\n",
    "  ",
    "#",
    "|",
    ">",
    "%",
    "@",
    "\0",
    "\ud800",
    "NO",
]

many = settings(max_examples=3 * settings().max_examples)

VALIDATOR = jsonschema.Draft202012Validator(schema())


def check(text: str) -> Playbook | None:
    """The invariants of `examine`."""
    book, problems = examine(text)
    for problem in problems:
        assert problem.message == problem.message.strip() != ""
        assert "\n" not in str(problem)
        assert not any(words in problem.message for words in FOREIGN), problem
        assert 0 <= problem.line <= text.count("\n") + text.count("\r") + 2
    assert (book is None) == any(each.severity == "error" for each in problems)
    return book


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    check(text)


@many
@given(st.lists(st.sampled_from([*SIGNS, *WORDS, ": ", "\n  ", "\n- "]), max_size=25).map("".join))
def test_text_that_looks_like_yaml(text: str) -> None:
    check(text)


@many
@given(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6))
def test_any_mapping(data: dict[str, Any]) -> None:
    check(json.dumps(data))


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A starter with some values replaced, renamed or gone."""
    data = json.loads(json.dumps(draw(st.sampled_from(STARTERS))))
    for _ in range(draw(st.integers(1, 5))):
        here, step = data, draw(st.sampled_from(sorted(data)))
        while isinstance(here[step], dict | list) and here[step] and draw(st.integers(0, 4)):
            here = here[step]
            step = draw(
                st.sampled_from(sorted(here)) if isinstance(here, dict) else st.integers(0, len(here) - 1)
            )
        change = draw(st.sampled_from(["replace", "replace", "drop", "rename"]))
        if change == "replace":
            here[step] = draw(VALUES)
        elif change == "rename" and isinstance(here, dict):
            here[draw(st.sampled_from(WORDS))] = here.pop(step)
        elif len(here) > 1:
            del here[step]
    return data


@many
@given(damaged())
def test_a_damaged_starter(data: Any) -> None:
    book = check(json.dumps(data))
    if book is not None:  # then it can be used, said in prose, and the editor did not complain
        Judge(book)(Record("anybody"), 0)
        assert prose(book).startswith(f"# {book.playbook}")
        assert VALIDATOR.is_valid(data)


@pytest.mark.slow
@given(st.data())
def test_a_starter_with_slips_of_the_pen(data: st.DataObject) -> None:
    text = starters.text("ecommerce")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(SIGNS)) + text[at + data.draw(st.integers(0, 3)) :]
    check(text)
