"""``/q.js``: the script, as one file that never depends on its key."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from qualify.capture.script import served

MAX_AGE = 3_600
"""Seconds for which a browser asks no more; after that it asks whether there is a newer one."""


class File(NamedTuple):
    """The script's bytes, plain and compressed, and a tag of each that changes when they do."""

    plain: bytes
    packed: bytes
    tag: str


@cache
def file() -> File:
    """The script, compressed once."""
    plain = served()
    return File(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:20])


def script(request: HttpRequest) -> HttpResponse:
    """The script; which key a page has, it reads from its own address."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    packed = "gzip" in request.headers.get("accept-encoding", "").lower()
    found = file()
    tag = f'"{found.tag}{"-gz" if packed else ""}"'
    if tag in request.headers.get("if-none-match", ""):
        answer = HttpResponse(status=304)
        del answer["Content-Type"]
    else:
        answer = HttpResponse(
            found.packed if packed else found.plain, content_type="text/javascript; charset=utf-8"
        )
        if packed:
            answer["Content-Encoding"] = "gzip"
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={MAX_AGE}"
    answer["Access-Control-Allow-Origin"] = "*"  # pages may pin it by its hash (integrity=…)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer
