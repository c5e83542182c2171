"""What is in a body: a JSON object, or the pairs of a form, whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from qualify.capture.decoding import inflated, json_bytes, read_object
from qualify.capture.model import Json, Refusal, Request

MOST_PAIRS: Final = 500
"""How many fields a form may send."""

CHARSETS: Final = frozenset(
    "utf-8 utf8 us-ascii ascii iso-8859-1 iso-8859-2 iso-8859-15 windows-1250 windows-1251 windows-1252 "
    "shift_jis euc-jp iso-2022-jp gb2312 gbk gb18030 big5 euc-kr ks_c_5601-1987 koi8-r".split()
)
"""The encodings a form may name: what browsers send and Salesforce offers. Others are read as UTF-8."""

_BOUNDARY = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?')
_PART_NAME = re.compile(rb'[; ]name="([^"]*)"', re.IGNORECASE)


def json_object(request: Request) -> Json:
    """The JSON object that a request's body is, inflated and safe to keep; raises :class:`Refusal`."""
    return read_object(json_bytes(request))


def pairs(request: Request, charset: str | None = None) -> list[tuple[str, str]]:
    """The fields of a form in order, URL-encoded or multipart (files left out).

    Raises :class:`Refusal` (400) when there are more than :data:`MOST_PAIRS`.
    """
    encoding = readable(charset)
    kind = request.headers.get("content-type", "")
    boundary = _BOUNDARY.search(kind) if "multipart/" in kind.lower() else None
    body = inflated(request.body, request.headers.get("content-encoding", ""))
    if boundary:
        return _parts(body, boundary[1].rstrip().encode(), encoding)
    sent = body.decode("latin-1")
    # What is not percent-encoded is in the form's own encoding too: undone byte by byte.
    try:
        found = parse_qsl(sent, True, encoding="latin-1", max_num_fields=MOST_PAIRS)
    except ValueError as error:
        raise too_many() from error
    return [(_recoded(name, encoding), _recoded(value, encoding)) for name, value in found]


def fields(found: list[tuple[str, str]]) -> Mapping[str, str]:
    """Name → value; of several values of one name all, as ``a; b``, as Salesforce writes several choices."""
    kept: dict[str, str] = {}
    for name, value in found:
        kept[name] = f"{kept[name]}; {value}" if kept.get(name) and value else kept.get(name) or value
    return kept


def readable(charset: str | None) -> str:
    """The encoding to read a form with: the one it names if it is known, else UTF-8."""
    asked = (charset or "").strip().lower()
    return asked if asked in CHARSETS else "utf-8"


def too_many() -> Refusal:
    """The refusal of a form with more fields than anybody fills in."""
    return Refusal(400, "malformed", f"more than {MOST_PAIRS} fields")


def _recoded(value: str, encoding: str) -> str:
    return _decoded(value.encode("latin-1"), encoding)


def _decoded(value: bytes, encoding: str) -> str:
    """Text that any database takes: PostgreSQL holds no NUL."""
    return value.decode(encoding, "replace").replace("\0", "\ufffd")


def _parts(body: bytes, boundary: bytes, encoding: str) -> list[tuple[str, str]]:
    """The fields of a multipart body (RFC 7578)."""
    found = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PAIRS + 2)
    if len(found) > MOST_PAIRS + 2:
        raise too_many()
    return [pair for part in found[1:] if (pair := _part(part, encoding)) is not None]


def _part(part: bytes, encoding: str) -> tuple[str, str] | None:
    head, blank, value = part.partition(b"\r\n\r\n")
    name = _PART_NAME.search(head)
    if not blank or name is None or b"filename=" in head.lower():
        return None
    return _decoded(name[1], encoding), _decoded(value, encoding)
