"""What browsers are told, so that pages of other origins may send and read the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qualify.capture.model import Reply, Request

ALLOWED: Final = (
    *("authorization", "content-type", "content-encoding", "x-retry-count", "anonymousid", "sentat"),
    *("rsa-retry-attempt", "rsa-retry-reason", "rsa-since-first-attempt", "rsa-since-last-attempt"),
    *("x-write-key", "x-ip-policy", "x-requested-with"),
)
"""The request headers that analytics clients are known to send from pages."""

_SECONDS: Final = "7200"  # the longest that Chromium keeps a preflight's answer


def cors(request: Request) -> dict[str, str]:
    """The headers of an answer to a page: its origin echoed, never ``*``, as beacons bring cookies.

    Retry-After is exposed, because analytics.js cannot obey it otherwise. Empty when no page asks.
    """
    origin = request.headers.get("origin", "")
    if not origin or not origin.isprintable() or len(origin) > 300:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }


def preflight(request: Request) -> Reply:
    """The answer to an OPTIONS request: 204, with the methods and headers that doors take."""
    return Reply(204, headers=_preflight_headers(cors(request)))


def _preflight_headers(headers: Mapping[str, str]) -> dict[str, str]:
    if not headers:
        return {"Allow": "GET, POST, OPTIONS"}
    return {
        **headers,
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": ", ".join(ALLOWED),
        "Access-Control-Max-Age": _SECONDS,
    }
