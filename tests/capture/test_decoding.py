"""Whatever bytes arrive, they become JSON that a database can hold, or a refusal."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.decoding import DEEPEST, inflated, json_bytes, read_json, read_object
from qualify.capture.model import Refusal, Request

HELLO = b'{"hello":"world"}'


def request(body: bytes, **headers: str) -> Request:
    return Request("POST", "", {}, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def raw_deflate(body: bytes) -> bytes:
    squeezing = zlib.compressobj(wbits=-15)
    return squeezing.compress(body) + squeezing.flush()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (HELLO, {}),
        (gzip.compress(HELLO, mtime=0), {"content_type": "text/plain"}),
        (gzip.compress(HELLO, mtime=0), {"content_encoding": "gzip"}),
        (gzip.compress(HELLO[:5], mtime=0) + gzip.compress(HELLO[5:], mtime=0), {}),
        (HELLO, {"content_encoding": "gzip"}),
        (zlib.compress(HELLO), {"content_encoding": "deflate"}),
        (zlib.compress(HELLO, 1), {}),
        (raw_deflate(HELLO), {"content_encoding": "deflate"}),
        (b"data=" + base64.b64encode(HELLO), {}),
        (b"data=" + base64.urlsafe_b64encode(HELLO).rstrip(b"="), {}),
        (b"data=" + base64.b64encode(gzip.compress(HELLO, mtime=0)).replace(b"+", b"%2B"), {}),
        (b"data=" + base64.b64encode(gzip.compress(HELLO, mtime=0)).replace(b"+", b" ") + b"&ip=1", {}),
        (b"data=%7B%22hello%22%3A%22world%22%7D", {}),
    ],
)
def test_what_a_body_is_is_told_by_its_bytes(body, headers):
    assert read_json(json_bytes(request(body, **headers))) == {"hello": "world"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (gzip.compress(HELLO, mtime=0)[:-6], {}, 400, "malformed"),
        (b"\x1f\x8b nothing of the sort", {}, 400, "malformed"),
        (b"\x0b\x05\x80hello", {"content_encoding": "br"}, 415, "unsupported_encoding"),
        (b"data=%%%", {}, 400, "malformed"),
        (b"data=", {}, 400, "malformed"),
        (b"", {}, 400, "malformed"),
        (b"{", {}, 400, "malformed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(body, headers, status, code):
    with pytest.raises(Refusal) as refused:
        read_json(json_bytes(request(body, **headers)))
    assert (refused.value.status, refused.value.code) == (status, code)
    assert refused.value.message


@pytest.mark.parametrize(
    "body", [b"x" * 1001, gzip.compress(b"x" * 1001, mtime=0), gzip.compress(b"x" * 600, mtime=0) * 2]
)
def test_a_body_may_not_be_larger_than_the_limit_once_it_is_inflated(body):
    with pytest.raises(Refusal) as refused:
        inflated(body, limit=1000)
    assert refused.value.status == 413


@pytest.mark.slow
def test_a_bomb_is_not_inflated_beyond_the_limit():
    bomb = zlib.compress(bytes(200_000_000), 9)
    with pytest.raises(Refusal) as refused:
        inflated(bomb, limit=1_000_000)
    assert refused.value.status == 413


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (b'"a\0b"', "a\ufffdb"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\ud83d!"', "\ufffd!"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (b'"\xff"', "\ufffd"),
        (b'"\xed\xa0\x80"', "\ufffd" * 3),
        (b'"a\nb"', "a\nb"),
        (b"[NaN, Infinity, -Infinity, 1e999]", [None] * 4),
        (b"9" * 5000, None),
        (b"12345678901234567890123", 12345678901234567890123),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "ü"}'.encode("utf-16"), {"a": "ü"}),
        (b'"' + b"[{" * 100 + b'"', "[{" * 100),
    ],
)
def test_almost_json_is_mended_so_that_any_database_holds_it(body, expected):
    assert read_json(body) == expected


def test_json_may_be_nested_only_so_deep():
    assert read_json(b"[" * DEEPEST + b"]" * DEEPEST)
    for depth in (DEEPEST + 1, 900, 100_000):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            with pytest.raises(Refusal) as refused:
                read_json(opening * depth + b"1" + closing * depth)
            assert refused.value.status == 400


def test_depth_is_counted_outside_of_texts():
    deep = b'{"text": "]]]}\\"}", "a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1)
    with pytest.raises(Refusal):
        read_json(deep)


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"{}"'])
def test_an_object_must_be_one(body):
    with pytest.raises(Refusal):
        read_object(body)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(gzip.compress) | st.text().map(str.encode))
def test_any_bytes_are_json_or_refused(body):
    try:
        value = read_json(json_bytes(request(body)))
    except Refusal as refusal:
        assert refusal.status in (400, 413, 415)
    else:
        assert "\0" not in json.dumps(value, ensure_ascii=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.slow
@given(JSON, st.booleans())
def test_good_json_is_read_as_any_reader_reads_it(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only).replace("\\u0000", "0")
    assert read_json(text.encode()) == json.loads(text)
