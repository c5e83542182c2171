"""Files as they come: what cannot be read is refused with a line, and nothing in a file can hurt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qualify.criteria.logic import Field, TextIn
from qualify.criteria.traits import Country
from qualify.errors import InputError, PlaybookError, Problem
from qualify.playbook import examine, load, text_of
from qualify.playbook.document import EMPTY, read
from qualify.playbook.loading import BIGGEST

SMALL = "playbook: Acme\nscores:\n  fit:\n    rules:\n      - {points: 5, when: {trait: a, is: b}}\n"


def only_problem(text: str) -> Problem:
    book, problems = examine(text)
    assert book is None
    assert len(problems) == 1, [str(each) for each in problems]
    return problems[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("playbook: Acme\n\tcurrency: EUR", 2, 1, "a tab; YAML is indented with spaces"),
        ("scores:\n  fit:\n\t  rules: []", 3, 1, "a tab; YAML is indented with spaces"),
        ("playbook: Acme: the second", 1, 15, "a colon too many here; put a text with ': ' in quotes"),
        ("playbook: 'Acme", 1, 16, "a quote that is never closed"),
        (
            "scores: {fit: {rules: []}",
            1,
            26,
            "a mapping in { } that is never closed, or a comma missing in it",
        ),
        ("icp: [a, b", 1, 11, "a list in [ ] that is never closed, or a comma missing in it"),
        ("icp: [a]]", 1, 9, "a bracket too many"),
        ("playbook: @acme", 1, 11, "this sign cannot begin a value; put the value in quotes"),
        ("a:\n  - b\n  c: d", 3, 3, "this line's indentation fits none above it"),
        ("a: |\n  x\n y", 3, 2, "this line's indentation fits none above it"),
        ("playbook: *acme", 1, 11, "*acme names nothing; there is no &acme before it"),
        ("playbook: * acme", 1, 12, "a value that begins with * is an alias"),
        ("playbook: Acme\n---\nplaybook: Bcme", 2, 1, "two documents in one file"),
        ("playbook: Ac\x07me", 1, 13, "the character U+0007 cannot be used"),
        ("playbook: Acme\nicp: \x00", 2, 6, "the character U+0000 cannot be used"),
        ("playbook: \ud800", 1, 11, "the character U+D800 cannot be used"),
    ],
)
def test_what_is_no_yaml_is_refused_at_its_place_in_plain_words(
    text: str, line: int, column: int, message: str
) -> None:
    problem = only_problem(text)
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null", "~", "\ufeff"])
def test_an_empty_file_says_how_to_get_a_playbook(text: str) -> None:
    assert only_problem(text).message == EMPTY


@pytest.mark.parametrize(("text", "found"), [("- a\n- b", "a list"), ("Acme", "'Acme'"), ("5", "5")])
def test_a_file_that_holds_no_mapping_is_told_what_a_playbook_is(text: str, found: str) -> None:
    problem = only_problem(text)
    assert (problem.line, problem.column) == (1, 1)
    assert problem.message == f"lines of `key: value` are expected here, not {found}"


def test_an_alias_that_contains_itself_is_a_circle() -> None:
    text = SMALL.replace("{trait: a, is: b}", "&loop {any_of: [{trait: a, is: b}, *loop]}")
    problem = only_problem(text)
    assert problem.message == "this alias contains itself (a circle); write the criterion out instead"
    assert (problem.line, problem.column) == (5, text.splitlines()[4].index("*loop") + 1)


@pytest.mark.slow
def test_a_bomb_of_aliases_is_defused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert (
        "more than 100,000 values once its aliases are written out" in only_problem("\n".join(lines)).message
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", ["[" * 1_000, "{a: " * 1_000, "- " * 1_000, "a: " + "[" * 200 + "]" * 200])
def test_nesting_too_deep_is_refused_where_it_gets_too_deep(text: str) -> None:
    problem = only_problem(text)
    assert problem.message == "nested deeper than 40 levels"
    assert problem.line == 1


def test_criteria_may_nest_as_deep_as_anybody_can_read_and_their_mistakes_are_found() -> None:
    nested = "{trait: a, is: b}"
    for _ in range(15):
        nested = f"{{any_of: [{nested}]}}"
    assert examine(SMALL.replace("{trait: a, is: b}", nested))[0] is not None
    text = SMALL.replace("{trait: a, is: b}", nested.replace("is: b", "iss: b"))
    problem = only_problem(text)
    assert "'iss' is not known here" in problem.message
    assert problem.column == text.splitlines()[4].index("iss") + 1


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!Custom {a: b}",
        "!!set {a, b}",
        "!!binary aGk=",
    ],
)
def test_tags_make_nothing(tag: str) -> None:
    problem = only_problem(f"{SMALL}icp: {tag}\n")
    assert problem.path == "icp"
    assert (problem.line, problem.column) == (6, 6)
    assert "is not allowed; write a plain value" in problem.message


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("No", "No"), ("on", "on"), ("off", "off"), ("y", "y"), ("yes", "yes"),
        ("true", True), ("False", False), ("~", None), ("null", None), ("", None),
        ("12", 12), ("-3", -3), ("+5", 5), ("007", 7), ("1_000", 1000), ("0x1F", 31), ("0o17", 15),
        ("2.5", 2.5), ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0),
        ("12:30", "12:30"), ("2026-03-01", "2026-03-01"), ("1.2.3", "1.2.3"), ("'12'", "12"), ("!!str 12", "12"), ("12 days", "12 days"),
    ],
)  # fmt: skip
def test_plain_values_are_read_as_yaml_1_2(written: str, value: Any) -> None:
    found = read(f"value: {written}")
    assert not found.problems
    assert found.data == {"value": value}
    assert type(found.data["value"]) is type(value)


def test_norway_stays_a_text_even_where_the_file_says_yaml_1_1() -> None:
    text = "%YAML 1.1\n---\n" + SMALL.replace("{trait: a, is: b}", "{country: [NO, SE]}")
    book, problems = examine(text)
    assert not problems
    assert book is not None
    (_, _, rule), *_ = book.rules()
    assert rule.when == Country(country=("NO", "SE"))
    assert rule.when.condition(book) == TextIn(Field("country", "country"), frozenset({"NO", "SE"}))


@pytest.mark.parametrize("written", [".inf", "-.inf", ".nan", "1e999", "9" * 400])
def test_a_number_without_end_is_refused(written: str) -> None:
    problem = only_problem(SMALL.replace("points: 5", f"points: {written}"))
    assert "is no number to count with" in problem.message
    assert (problem.line, problem.column) == (5, 18)


@pytest.mark.parametrize("key", ["[a]", "{a: b}", "{{ name }}"])
def test_a_template_or_list_as_a_key_is_refused(key: str) -> None:
    assert "a key is a word; put it in quotes" in only_problem(f"{SMALL}{key}: 5\n").message


def test_a_merge_key_is_refused() -> None:
    text = SMALL.replace("fit:\n", "fit:\n    <<: {kind: fit}\n")
    problem = only_problem(text)
    assert (problem.line, problem.column) == (4, 5)
    assert problem.message == "<< is not part of YAML 1.2; write the fields out"


def test_an_alias_that_is_used_twice_is_read_twice_and_its_mistake_is_told_once() -> None:
    shared = (
        SMALL
        + "      - {points: 1, name: one, when: &when {trait: c, is: d}}\n      - {points: 2, name: two, when: *when}\n"
    )
    book, problems = examine(shared)
    assert book is not None
    assert not problems
    rules = [rule for _, _, rule in book.rules()]
    assert rules[1].when == rules[2].when
    assert "'iss' is not known here" in only_problem(shared.replace("c, is", "c, iss")).message


def test_columns_count_characters_and_a_mark_at_the_beginning_is_no_character(tmp_path: Path) -> None:
    file = tmp_path / "marked.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + "größe: 5".encode())
    text, source = text_of(file)
    assert text == "größe: 5"
    assert source == str(file)
    problems = examine("description: {größe: [ü, {a: 1, a: 2}]}")[1]
    assert [each.column for each in problems if "written twice" in each.message] == [33]


def test_windows_line_ends_are_line_ends() -> None:
    assert examine(SMALL.replace("\n", "\r\n"))[0] is not None
    assert only_problem(SMALL.replace("is: b", "iss: b").replace("\n", "\r\n")).line == 5


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"playbook: Z\xfcrich", ":1:12:", "not UTF-8 (byte 0xfc); save the file as UTF-8"),
        ("playbook: Zürich".encode("utf-16"), ":1:1:", "not UTF-8 (byte 0xff)"),
        (b"PK\x03\x04\n\x14\x00\x06\x00\x08\x00!\x00\xe9\x89", ":2:9:", "not UTF-8"),
    ],
)
def test_another_encoding_or_a_workbook_is_refused(
    tmp_path: Path, content: bytes, place: str, message: str
) -> None:
    file = tmp_path / "playbook.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError) as refused:
        load(file)
    assert f"{file}{place} " in str(refused.value)
    assert message in str(refused.value)


def test_a_file_of_two_megabytes_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "events.yaml"
    file.write_bytes(b"a: b\n" * 400_000)
    with pytest.raises(InputError, match="more than 500,000 bytes"):
        load(file)
    assert examine("a" * (BIGGEST + 1))[1][0].message == "500,001 characters; a playbook has at most 500,000"


def test_a_name_that_is_no_file_gets_the_nearest_starter(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no such playbook; did you mean 'b2b-saas'\?"):
        load("b2b-sas")
    with pytest.raises(
        InputError, match=r"is a folder; a playbook is a file, or one of the starters: b2b-saas"
    ):
        load(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load("a\0b")


def test_a_problem_is_printed_as_compilers_print_theirs() -> None:
    with pytest.raises(PlaybookError) as refused:
        load_text("playbook: Acme\nscors: {}\n")
    assert str(refused.value).splitlines()[:2] == [
        "acme.yaml: 1 problem",
        "acme.yaml:2:1: error: scors: 'scors' is not known here; did you mean 'scores'? Allowed: playbook, description, "
        "currency, time_zone, review_by, columns, country_groups, channels, product, icp, personas, scores, total, grades, "
        "thresholds, stages, handoff or sequences",
    ]


def load_text(text: str) -> None:
    from qualify.playbook import parse

    parse(text, "acme.yaml")
