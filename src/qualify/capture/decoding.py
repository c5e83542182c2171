"""From the bytes of a body to JSON that is safe to keep, whatever was sent.

Clients label their bodies wrongly (gzip as text/plain, JSON as a form), so what the bytes are is decided by
looking at them. Whatever cannot be read is a :class:`~qualify.capture.model.Refusal`, never another exception.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec

from qualify.capture.model import Json, Refusal, Request

LIMIT: Final = 2_000_000
"""How many bytes a body may have once it is inflated."""

DEEPEST: Final = 64
"""How many objects and arrays may be nested in each other; real clients nest four or five."""

_GZIP: Final = b"\x1f\x8b"
_AUTOMATIC: Final = 47  # zlib or gzip, told by the header of the stream
_RAW: Final = -15
_LONGEST_INTEGER: Final = 300  # digits; a double reaches no further
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"{}[]")
_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{\[]|[}\]]', re.DOTALL)
_ESCAPES: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2}|u0000)|.)",
    re.DOTALL,
)

T = TypeVar("T")


def inflated(body: bytes, encoding: str = "", limit: int = LIMIT) -> bytes:
    """The body without its compression; ``encoding`` is the Content-Encoding header, if any.

    Raises :class:`Refusal` 413 for more than ``limit`` bytes (nothing beyond them is inflated), 400 for a
    stream that is broken or cut, and 415 for an encoding that is not known.
    """
    if len(body) > limit:
        raise too_large(limit)
    if body[:2] == _GZIP or (body[:1] == b"\x78" and int.from_bytes(body[:2], "big") % 31 == 0):
        return _decompressed(body, _AUTOMATIC, limit)
    if not encoding or body[:1] in b"{[ \r\n\t\xef":
        return body  # a proxy has inflated it and left the header
    if encoding.strip().lower() == "deflate":
        return _decompressed(body, _RAW, limit)
    if encoding.strip().lower() in ("br", "zstd", "compress"):
        raise Refusal(415, "unsupported_encoding", "Send the body as it is, or with gzip or deflate.")
    return body


def _decompressed(body: bytes, window: int, limit: int) -> bytes:
    parts, left, rest = [], limit, body
    try:
        while rest:  # gzip may have several members, one behind the other
            stream = zlib.decompressobj(window)
            parts.append(stream.decompress(rest, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise too_large(limit)
            if not stream.eof:
                raise Refusal(400, "malformed", "The compressed body is cut short.")
            rest = stream.unused_data if stream.unused_data[:2] == _GZIP else b""
    except zlib.error as error:
        raise Refusal(400, "malformed", "The compressed body cannot be inflated.") from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def too_large(limit: int) -> Refusal:
    """The refusal of a body of more than ``limit`` bytes."""
    return Refusal(413, "too_large", f"The body is too large; at most {limit:,} bytes are read.")


def json_bytes(request: Request, limit: int = LIMIT) -> bytes:
    """The JSON text in a request's body: inflated, out of a form's ``data=`` and its base64.

    Raises :class:`Refusal`.
    """
    body = inflated(request.body, request.headers.get("content-encoding", ""), limit)
    return _out_of_form(body, limit) if body[:5] == b"data=" else body


def _out_of_form(body: bytes, limit: int) -> bytes:
    value = unquote_to_bytes(body[5:].partition(b"&")[0])
    if value[:1] in (b"{", b"["):
        return value
    text = value.replace(b" ", b"+").replace(b"-", b"+").replace(b"_", b"/").strip(b"\r\n=")
    try:
        plain = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, "malformed", "The form's data is neither JSON nor base64.") from error
    return inflated(plain, limit=limit)


def read(body: bytes, kind: type[T]) -> T:
    """JSON text as a value of that type; text that is almost JSON is mended (see :func:`mended`).

    Raises :class:`Refusal` 400 for what is no JSON, and :class:`msgspec.ValidationError` for JSON of another
    shape.
    """
    decode: Callable[[bytes], T] = decoder(kind).decode  # type: ignore[arg-type]
    try:
        return decode(body if is_safe(body) else mended(body))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return decode(mended(body))


def read_json(body: bytes) -> Any:
    """JSON text as plain values; raises :class:`Refusal` 400 for what is no JSON."""
    return read(body, object)


def read_object(body: bytes) -> Json:
    """JSON text that must be an object; raises :class:`Refusal` 400 for anything else."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise not_an_object()
    return value


def not_an_object() -> Refusal:
    """The refusal of JSON that is not an object."""
    return Refusal(400, "malformed", "The body must be a JSON object.")


@lru_cache(maxsize=32)
def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of a type, made once."""
    return msgspec.json.Decoder(kind)


def is_safe(body: bytes) -> bool:
    """Whether JSON text can go to the decoder as it is: no NUL in a text, not nested too deeply."""
    return b"\\u0000" not in body and _is_shallow(body)


def _is_shallow(body: bytes) -> bool:
    """Whether brackets are surely nested at most :data:`DEEPEST` deep; brackets in texts may raise a doubt.

    Each round takes the innermost pairs away, so as many rounds are needed as the text is deep.
    """
    brackets = body.translate(None, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        outer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(outer) == len(brackets):
            break
        brackets = outer
    return not brackets


def _refuse_deep(body: bytes) -> None:
    depth = 0
    for token in _TOKENS.finditer(body):
        byte = body[token.start()]
        if byte in b"{[":
            depth += 1
            if depth > DEEPEST:
                raise Refusal(400, "malformed", f"The JSON is nested more than {DEEPEST} deep.")
        elif byte in b"}]":
            depth -= 1


def mended(body: bytes) -> bytes:
    """JSON text of the same value that any decoder and database takes.

    NUL (which PostgreSQL cannot hold) and half surrogate pairs become U+FFFD, as do bytes that are no UTF-8;
    NaN, infinities and integers that no double reaches become null; a byte order mark goes.
    Raises :class:`Refusal` 400 for what is still no JSON, or nested too deeply.
    """
    text = _as_utf8(body)
    _refuse_deep(text)
    plain = _ESCAPES.sub(_escape, text).decode("utf-8", "replace").replace("\0", "\ufffd")
    try:
        value = json.loads(
            plain, strict=False, parse_constant=lambda _: None, parse_float=_double, parse_int=_integer
        )
        return msgspec.json.encode(value)
    except (ValueError, RecursionError, OverflowError) as error:
        raise Refusal(400, "malformed", "The body is not JSON.") from error


def _as_utf8(body: bytes) -> bytes:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace").encode("utf-8", "replace")
    return body.removeprefix(b"\xef\xbb\xbf")


def _escape(found: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if found[1] else found[0]


def _double(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else None
