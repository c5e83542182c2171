"""Values in files are read as the functions of ``qualify.reading`` read them, to the last character."""

from __future__ import annotations

import json
import math
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qualify.criteria.logic import Field
from qualify.files import Sources, gather
from qualify.files.sql import named
from qualify.reading.properties import TRAIT_READINGS, as_quantity, as_text, property_value
from qualify.reading.text import fold
from qualify.scoring.layout import Layout
from tests.files.world import World, layout, layout_of, one_engine

# Each example gathers whole tables, so there are fewer of them, with more values each.
FEWER = settings(max_examples=max(6, settings().max_examples // 5))

# Every text that a database can hold: no lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ODD = st.sampled_from(
    [
        "  Zürich\xa0 WEST ",
        "Straße",
        "ﬁt",
        "İ",
        "\u212a",
        "a\x00b",
        "\x1c\x85x",
        "N/A",
        " null",
        "\\N",
        "１２",
        "e\u0301",
    ]
)
TITLES = st.sampled_from(["VP Sales", "Geschäftsführer", "cto\n", "intern", "Leiter Einkauf", "Student, CEO"])
NUMBERS = st.sampled_from(
    ["51-200", "1,234.50", " 12", "-0", "1e5", "1e999", "0012", "12.", ".5", "€ 200k", "+7", "1_000"]
)
ADDRESSES = st.sampled_from(
    [
        "Ann@GMAIL.com",
        "x@mailinator.com",
        "@acme.com",
        "a@b@c.com",
        "mailto:a@b.de",
        "a@münchen.de",
        f"{'a' * 70}@b.com",
        "a@..",
    ]
)
VALUES = st.one_of(TEXTS, ODD, TITLES, NUMBERS, ADDRESSES, st.none())

EVERY_READING = layout_of(
    "{trait: told, is: a}", "{trait: told, at_least: 1}", "{country: [DE], from: told}", "{email: free, address: told}",
    "{seniority: vp, title: told}", "{department: sales, title: told}",
)  # fmt: skip


def gathered(layout: Layout, **sources: Any) -> duckdb.DuckDBPyConnection:
    connection = one_engine().cursor()
    gather(connection, layout, Sources(**sources))
    return connection


def frame(values: list[str | None]) -> pa.Table:
    return pa.table(
        {"lead_id": pa.array(range(len(values)), pa.int64()), "told": pa.array(values, pa.string())}
    )


def column(
    connection: duckdb.DuckDBPyConnection, table: str, field: Field, order: str = "lead_id"
) -> list[Any]:
    query = f"SELECT {named(field.column)} FROM {table} ORDER BY {order}"
    return [row[0] for row in connection.execute(query).fetchall()]


@pytest.mark.slow
@FEWER
@given(st.lists(VALUES, min_size=1, max_size=60))
@example(["", " ", "\t", "-", "na", "unKnown"])
def test_every_reading_of_a_trait_is_what_the_function_says(values):
    connection = gathered(EVERY_READING, leads=frame(values))
    for field in EVERY_READING.trait_fields:
        expected = [None if value is None else TRAIT_READINGS[field.reading](value) for value in values]
        assert column(connection, "leads", field) == expected, field


@FEWER
@given(st.lists(VALUES, min_size=1, max_size=60))
def test_a_trait_in_a_csv_file_is_read_like_the_same_in_a_frame(tmp_path_factory, values):
    texts = [value for value in values if value and "\x00" not in value and "\r" not in value] or ["x"]
    path = tmp_path_factory.mktemp("csv") / "leads.csv"
    quoted = "".join(
        f'{number},"{text.replace(chr(34), chr(34) * 2)}"\n' for number, text in enumerate(texts)
    )
    path.write_text("lead_id,told\n" + quoted, encoding="utf-8", newline="")
    connection = gathered(EVERY_READING, leads=path)
    for field in EVERY_READING.trait_fields:
        expected = [TRAIT_READINGS[field.reading](text) for text in texts]
        assert column(connection, "leads", field, "CAST(lead_id AS BIGINT)") == expected, field


@pytest.mark.slow
@FEWER
@given(st.lists(VALUES, min_size=1, max_size=60))
def test_a_learnt_trait_is_read_like_one_in_the_leads(values):
    numbers = list(range(len(values)))
    facts = {
        "lead_id": numbers,
        "name": ["told"] * len(values),
        "value": values,
        "learned_at": [1_000_000_000] * len(values),
    }
    connection = gathered(EVERY_READING, leads=frame(values), traits=pa.table(facts))
    for field in EVERY_READING.trait_fields:
        read = "number" if field.is_number else "text"
        query = f"SELECT {read}, told FROM traits WHERE trait = '{field.column}' ORDER BY lead_id"
        expected = [
            (None if value is None else TRAIT_READINGS[field.reading](value), fold(value)) for value in values
        ]
        assert connection.execute(query).fetchall() == expected


PROPERTIES = layout(
    """
playbook: Properties
scores:
  engagement:
    rules:
      - points: 1
        when:
          did: seen
          where: {a: {is: x}, a.b: {is: x}, "it's \\"q\\"": {is: x}, "*": {is: x}, a.*: {is: x}, é.ü: {is: x}}
      - points: 1
        when:
          did: seen
          where: {a: {at_least: 1}, a.b: {at_least: 1}, "it's \\"q\\"": {at_least: 1}, "*": {at_least: 1}, é.ü: {at_least: 1}}
"""
)
NAMES = st.sampled_from(["a", "b", "a.b", 'it\'s "q"', "*", "", "é", "ü", "é.ü", "other"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    TEXTS, ODD, NUMBERS, st.from_regex(r"[+-]?[0-9]{1,30}(\.[0-9]{1,5})?(e[+-]?[0-9]{1,3})?", fullmatch=True),
)  # fmt: skip
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)
BAGS = st.dictionaries(NAMES, NESTED, max_size=5)


def check_properties(connection: duckdb.DuckDBPyConnection, bags: list[dict[str, Any]]) -> None:
    for field in PROPERTIES.event_fields:
        read = as_quantity if field.is_number else as_text
        expected = [read(property_value(bag, field.name)) for bag in bags]
        found = column(connection, "events", field, "happened_at")
        assert found == expected, (field, found, expected)


@pytest.mark.slow
@FEWER
@given(st.lists(BAGS, min_size=1, max_size=40), st.booleans())
@example(
    [
        {"a": {"b": 1e21}},
        {"a.b": None, "a": {"b": 2.50}},
        {"a": [1e-7, "É\x01/"]},
        {"a": -0.0},
        {"a": 10**30},
    ],
    True,
)
def test_properties_in_json_text_are_read_as_in_python(bags, ascii_only):
    texts = [json.dumps(bag, ensure_ascii=ascii_only) for bag in bags]
    events = pa.table(
        {
            "lead_id": [1] * len(bags),
            "kind": ["seen"] * len(bags),
            "happened_at": [1_700_000_000_000 + number for number in range(len(bags))],
            "properties": texts,
        }
    )
    check_properties(gathered(PROPERTIES, leads=frame([None]), events=events), bags)


@pytest.mark.slow
@FEWER
@given(st.lists(BAGS, min_size=1, max_size=40))
def test_properties_in_json_lines_are_read_as_in_python(tmp_path_factory, bags):
    path = tmp_path_factory.mktemp("jsonl") / "events.jsonl"
    lines = [
        json.dumps(
            {"lead_id": 1, "kind": "seen", "happened_at": 1_700_000_000_000 + number, "properties": bag}
        )
        for number, bag in enumerate(bags)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    check_properties(gathered(PROPERTIES, leads=frame([None]), events=path), bags)


@FEWER
@given(st.lists(st.floats(width=64) | st.none(), min_size=1, max_size=60))
@example([5.0, -0.0, 0.1, 1e15, 123456789012345.6, math.nan, math.inf, None])
def test_numbers_in_typed_columns_are_folded_to_their_shortest_text(values):
    some = layout_of("{trait: told, is: a}", "{trait: told, at_least: 1}")
    values = [value for value in values if value is None or not 1e18 <= abs(value) < math.inf] or [None]
    leads = pa.table(
        {"lead_id": pa.array(range(len(values)), pa.int64()), "told": pa.array(values, pa.float64())}
    )
    connection = gathered(some, leads=leads)
    texts = [None if value is None else TRAIT_READINGS["text"](fold(value) or "") for value in values]
    assert column(connection, "leads", Field("told", "text")) == texts
    numbers = [value if value is not None and math.isfinite(value) else None for value in values]
    assert column(connection, "leads", Field("told", "number")) == numbers


@pytest.mark.parametrize(
    ("sql", "text", "number"),
    [
        ("TRUE", "true", None),
        ("5::TINYINT", "5", 5.0),
        ("5.0::DOUBLE", "5", 5.0),
        ("5.50::DECIMAL(10, 2)", "5.5", 5.5),
        ("'Blue'::ENUM('Blue', 'Red')", "blue", None),
        ("DATE '2026-03-01'", "2026-03-01", None),
        ("['A', 'b']", '["a","b"]', None),
        ("{'x': 1}", '{"x":1}', None),
        ("NULL", None, None),
        ("'nan'::DOUBLE", None, None),
    ],
)
def test_typed_values_have_a_text_and_perhaps_a_number(world: World, sql, text, number):
    world.layout = layout_of("{trait: told, is: a}", "{trait: told, at_least: 1}")
    world.gather(world.parquet("leads.parquet", f"SELECT 1 AS lead_id, {sql} AS told"))
    assert world.rows("leads", "told__text", "told__number") == [(text, number)]


@pytest.mark.parametrize(
    ("sql", "text", "quantity"),
    [
        ("TRUE", "true", None),
        ("5", "5", 5.0),
        ("2.0::DOUBLE", "2.0", 2.0),
        ("' Big Deal '", "big deal", None),
        ("'7.5'", "7.5", 7.5),
        ("'7,5'", "7,5", None),
        ("'n/a'", "n/a", None),
        ("'inf'::DOUBLE", "infinity", None),
        ("[1, 2]", "[1,2]", None),
    ],
)
def test_typed_properties_have_a_text_and_perhaps_a_quantity(world: World, sql, text, quantity):
    world.layout = layout_of("{did: seen, where: {size: {is: a, at_least: 1}}}")
    world.gather(
        events=world.parquet(
            "e.parquet", f"SELECT 1 AS lead_id, 'seen' AS kind, TIMESTAMP '2026-03-01' AS ts, {sql} AS size"
        )
    )
    assert world.rows("events", "size__text", "size__quantity") == [(text, quantity)]
