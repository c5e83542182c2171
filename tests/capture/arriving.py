"""Requests as they arrive at a door, and what a door makes of them, written as short as a test wants them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import strategies as st

from qualify.capture.model import Call, Delivery, Door, Refusal, Request

UNSIGNED = {"unsigned": "allow"}


def posted(path: str, body: bytes, headers: Mapping[str, str] | None = None, **query: str) -> Request:
    return Request("POST", path, query, dict(headers or {}), body)


def as_json(path: str, content: Any, headers: Mapping[str, str] | None = None) -> Request:
    return posted(path, json.dumps(content).encode(), headers)


def as_form(path: str, found: Any, headers: Mapping[str, str] | None = None, **query: str) -> Request:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return posted(path, urlencode(found, doseq=True).encode(), {**kind, **(headers or {})}, **query)


def match_of(door: Door, path: str) -> dict[str, str]:
    """What the door's paths find in a path; fails when none of them leads to the door."""
    found = [match for each in door.paths if (match := re.fullmatch(each, path))]
    assert found, f"{path} does not lead to {door.name}"
    return {name: value for name, value in found[0].groupdict().items() if value is not None}


def read(door: Door, request: Request, secrets: Mapping[str, str] | None = None) -> Delivery:
    return door.read(request, match_of(door, request.path), secrets or {})


def track(delivery: Delivery | list[Call]) -> Call:
    return _one(delivery, "track")


def identify(delivery: Delivery | list[Call]) -> Call:
    return _one(delivery, "identify")


def _one(delivery: Delivery | list[Call], kind: str) -> Call:
    calls = delivery if isinstance(delivery, list) else delivery.calls
    [found] = [call for call in calls if call.type == kind]
    return found


def refused(door: Door, request: Request, secrets: Mapping[str, str] | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(door, request, secrets)
    told = json.loads(door.refuse(caught.value).body)
    assert told["code"] == caught.value.code
    assert told["message"]
    return caught.value


def message_ids(delivery: Delivery) -> list[str | None]:
    return [call.message_id for call in delivery.calls]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON."""


def mangled(content: Any) -> st.SearchStrategy[Any]:
    """The same JSON with parts of it replaced by anything."""
    whole = st.just(content)
    if isinstance(content, dict):
        whole = st.fixed_dictionaries({}, optional={name: mangled(value) for name, value in content.items()})
    elif isinstance(content, list):
        whole = st.lists(mangled(content[0]), max_size=3) if content else whole
    return whole | whole | ANYTHING


def survives(door: Door, request: Request, secrets: Mapping[str, str] | None = None) -> None:
    """Whatever the request is, the door reads or refuses it, and what it read has the types it promises."""
    try:
        delivery = read(door, request, secrets)
    except Refusal as refusal:
        assert 400 <= door.refuse(refusal).status < 500
        return
    assert door.answer(delivery).status < 400
    for call in delivery.calls:
        texts = (call.event, call.message_id, call.email, call.external_id, call.anonymous_id, call.user_id)
        assert all(value is None or isinstance(value, str) for value in texts)
        json.dumps([call.traits, call.properties, call.context]).encode()
