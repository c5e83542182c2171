"""Properties of events in plain Python: found by their path, read as text or as a quantity."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.reading.properties import as_quantity, as_text, json_text, property_value, steps


@pytest.mark.parametrize(
    ("properties", "path", "found"),
    [
        ({"path": "/a"}, "path", "/a"),
        ({"page": {"path": "/a"}}, "page.path", "/a"),
        ({"page.path": "/a", "page": {"path": "/b"}}, "page.path", "/a"),
        ({"page.path": None, "page": {"path": "/b"}}, "page.path", "/b"),
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a": {"b": {"c": 1}}}, "a.b", {"c": 1}),
        ({"a": [1, 2]}, "a.0", None),
        ({"a": "text"}, "a.b", None),
        ({}, "a.b", None),
        ({"": {"b": 1}}, ".b", None),
        ({"a": {"*": 1}}, "a.*", None),
        ({"*": 1}, "*", 1),
    ],
)
def test_a_property_is_found_by_its_path(properties, path, found):
    assert property_value(properties, path) == found


def test_a_path_with_an_empty_name_or_a_star_leads_nowhere():
    assert [steps(path) for path in ("a", "a.b", "a..b", "a.*", "")] == [[], ["a", "b"], [], [], []]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" Pricing  Page ", "pricing page"),
        ("", None),
        ("N/A", "n/a"),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (2.0, "2.0"),
        (1e21, "1e21"),
        (1e-7, "1e-7"),
        (-0.0, "-0.0"),
        (float("nan"), "nan"),
        (["A", {"b": None}], '["a",{"b":null}]'),
        (None, None),
    ],
)
def test_a_property_as_text(value, text):
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        (3, 3.0),
        (-2.5, -2.5),
        ("3", 3.0),
        ("+3.5e-2", 0.035),
        ("1,000", None),
        (" 3", None),
        ("3.", None),
        ("٣", None),
        ("", None),
        (True, None),
        (None, None),
        ([3], None),
        (float("inf"), None),
        ("1e999", None),
        (10**400, None),
    ],
)
def test_a_property_as_a_quantity(value, quantity):
    assert as_quantity(value) == quantity


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_fraction_written_as_json_is_the_same_number(value):
    assert float(json_text(value)) == value
    assert json.loads(json_text([value])) == [value]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_what_has_no_fractions_is_written_as_python_writes_it_compactly(value):
    assert json_text(value) == json.dumps(value, separators=(",", ":"), ensure_ascii=False)
