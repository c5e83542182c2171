"""Whatever is sent to the front doors: never a failure of ours, and what is accepted is kept or put aside."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.keeping.counting import COUNTS
from qualify.web.keeping.delivering import WRITER
from qualify.web.sources import create_key, create_source

PATHS = [
    "v1/batch", "v1/track", "v1/identify", "v1/page", "v1/group", "v1/alias", "v1/import", "capture/", "batch/",
    "e/", "i/v0/e/", "decide/", "flags/", "q", "api/event", "servlet/servlet.WebToLead",
    "submissions/v3/integration/submit/1/2", "form/submit", "nowhere", "",
]  # fmt: skip
TYPES = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
         "image/png", "", "a" * 3000]  # fmt: skip

in_one_store = settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ]
)


class Doors:
    """The front doors of a store, and a key that opens them."""

    def __init__(self, key: str) -> None:
        self.key, self.client = key, Client(raise_request_exception=False)

    def post(self, path: str, body: bytes, kind: str = "application/json", **headers: Any) -> Any:
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        answer = self.client.generic(
            "POST", f"/{path}", body, content_type=kind, HTTP_AUTHORIZATION=f"Basic {basic}", **headers
        )
        assert answer.status_code < 500, (path, body[:200], answer.content[:500])
        return answer

    def batch(self, *calls: dict[str, Any]) -> Any:
        return self.post("v1/batch", json.dumps({"batch": calls}).encode())


@pytest.fixture
def front(store: Path) -> Iterator[Doors]:
    yield from _front()


@pytest.fixture
def front_on_postgres(postgres_store: str) -> Iterator[Doors]:
    yield from _front()


def _front() -> Iterator[Doors]:
    WRITER.close()  # its thread would go on with the store of another test
    number = create_source("site", "segment", now())
    yield Doors(create_key(number, "write", now()))
    WRITER.close()


def told(table: str) -> int:
    [(many,)] = rows(f"SELECT count(*) FROM {table}")
    return int(many)


_surrogates = st.text(st.characters(codec=None, categories=None), max_size=12)
_numbers = st.one_of(
    st.integers(-(10**25), 10**25), st.floats(), st.sampled_from([2**63, -(2**63) - 1, 10**400, 1e308])
)
_moments = st.one_of(
    _numbers,
    st.sampled_from(
        ["2038-01-19T03:14:08Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "1969-01-01", "now", "",
         "2999-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2024-02-30T00:00:00Z"]
    ),
    _surrogates,
)  # fmt: skip
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, _surrogates, st.just("\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_surrogates, inner, max_size=3),
    max_leaves=8,
)
_fields = {
    "messageId": _surrogates, "userId": _json, "anonymousId": _json, "event": _json, "traits": _json,
    "properties": _json, "context": _json, "groupId": _json, "previousId": _json, "timestamp": _moments,
    "sentAt": _moments, "consent": _json,
}  # fmt: skip
_calls = st.fixed_dictionaries(
    {"type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias", "nothing"])},
    optional=_fields,
)


def spoken(answer: Any) -> None:
    """A refusal is JSON that says what is wrong."""
    if answer.status_code >= 400:
        said = json.loads(answer.content)
        assert said, answer.content


@in_one_store
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=300), kind=st.sampled_from(TYPES))
def test_any_bytes(front: Doors, path: str, body: bytes, kind: str) -> None:
    front.post(path, body, kind)


@in_one_store
@given(path=st.sampled_from(PATHS), body=_json, kind=st.sampled_from(TYPES), squeezed=st.booleans())
def test_any_json(front: Doors, path: str, body: Any, kind: str, squeezed: bool) -> None:
    text = json.dumps(body).encode()
    front.post(path, gzip.compress(text, mtime=0) if squeezed else text, kind)


def each_is_kept_or_put_aside(front: Doors, calls: list[dict[str, Any]]) -> None:
    fine = {"type": "track", "event": "Demo Requested", "userId": "u1", "messageId": f"fine {len(calls)}"}
    before = told("event") + told("learnt") + told("aside")
    twice = _counted("duplicate")
    answer = front.batch(*calls, {**fine, "messageId": f"fine {before}"})
    spoken(answer)
    if answer.status_code == 200:
        after = told("event") + told("learnt") + told("aside")
        assert rows(
            "SELECT count(*) FROM event WHERE kind = 'demo_requested' AND id = (SELECT max(id) FROM event)"
        )
        new = after - before + _counted("duplicate") - twice
        assert new >= len(calls) + 1


def _counted(reason: str) -> int:
    COUNTS.write()
    [(many,)] = rows("SELECT coalesce(sum(calls), 0) FROM step_count WHERE reason = %s", [reason])
    return int(many)


@pytest.mark.slow
@in_one_store
@given(calls=st.lists(_calls, max_size=4))
def test_any_calls_are_kept_or_put_aside_and_never_harm_their_batch(
    front: Doors, calls: list[dict[str, Any]]
) -> None:
    each_is_kept_or_put_aside(front, calls)


@pytest.mark.slow
@in_one_store
@given(calls=st.lists(_calls, max_size=4))
def test_any_calls_on_postgresql(front_on_postgres: Doors, calls: list[dict[str, Any]]) -> None:
    each_is_kept_or_put_aside(front_on_postgres, calls)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(b'{"batch": []}' * 50, mtime=0)[:-9], id="gzip cut short"),
        pytest.param(b"\x1f\x8b" + b"\xff" * 50, id="no gzip"),
        pytest.param(gzip.compress(b" " * 50_000_000, mtime=0), id="a bomb"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"batch":' * 500 + b"[]" + b"}" * 500, id="deep and closed"),
        pytest.param(b"x" * 10_000_000, id="10 MB"),
        pytest.param(b'{"batch": [' + b'{"type":"track"},' * 600_000 + b"{}]}", id="10 MB of calls"),
        pytest.param(b"\0" * 1000, id="NULs"),
        pytest.param(b"1" * 100_000, id="a huge number"),
        pytest.param(b'{"batch": "no list"}', id="no list"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(front: Doors, body: bytes) -> None:
    answer = front.post("v1/batch", body)
    assert 400 <= answer.status_code < 500
    said = json.loads(answer.content)
    assert said["code"] and said["message"]


def test_long_headers_are_no_failure(front: Doors) -> None:
    front.post("v1/track", b"{}", HTTP_USER_AGENT="x" * 100_000, HTTP_X_FORWARDED_FOR="1," * 10_000)
    front.post("v1/track", b"{}", HTTP_CONTENT_ENCODING="y" * 10_000, HTTP_ORIGIN="\udcff" * 10)
    front.post("v1/track", b"{}", CONTENT_LENGTH="a")
    front.post("v1/track?" + "k=v&" * 5000, b"{}")
