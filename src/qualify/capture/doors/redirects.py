"""Where a form may send people afterwards. A form's own word for it is not enough: that is an open redirect."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

from qualify.capture.model import Reply

_UNSAFE = re.compile(r"[\x00-\x20\\\x7f]")
"""What browsers skip or turn into a slash, and other readers of URLs do not."""

_LONGEST: Final = 2_000
_KEPT: Final = ":/?#[]@!$&'()*+,;=%-._~"


def allowed_target(url: str | None, allowed: str = "", host: str = "") -> str | None:
    """The URL to redirect to if it leads to an allowed host, to ``host`` itself or is a path; else None.

    ``allowed`` are hosts parted by space or comma, with a port if it is not the usual one; ``*.ex.com`` are
    all hosts below ex.com. ``host`` is the request's Host header. The URL comes back fit for a header.
    """
    if not url or len(url) > _LONGEST or _UNSAFE.search(url):
        return None
    if url.startswith("/"):
        return None if url.startswith("//") else _written(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    named = parts.hostname if port is None else f"{parts.hostname}:{port}"
    hosts = [*re.split(r"[\s,]+", allowed.lower()), host.lower()]
    if not named.isascii() or not any(_matches(named, each) for each in hosts if each):
        return None
    return _written(url)


def _matches(named: str, pattern: str) -> bool:
    return named.endswith(pattern[1:]) if pattern.startswith("*.") else named == pattern


def _written(url: str) -> str:
    return quote(url, safe=_KEPT, errors="replace")


def redirect(target: str) -> Reply:
    """See other: the browser fetches the target, and does not send the form again when reloaded."""
    return Reply(303, b"", "text/html; charset=utf-8", {"Location": target, "Cache-Control": "no-store"})


def thank_you(message: str = "Thank you. We have received your message.") -> Reply:
    """A small page for people who cannot be sent anywhere."""
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Thank you</title>'
        f"<body><main><p>{escape(message)}</p></main></body></html>"
    )
    return Reply(200, page.encode("utf-8", "replace"), "text/html; charset=utf-8")
