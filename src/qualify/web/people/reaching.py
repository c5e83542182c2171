"""Links to ourselves, for mails and for people to pass on."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest


def link(path: str, request: HttpRequest | None = None) -> str:
    """The whole address of a path: by the name that was set, so that nobody's request can put another into a mail;
    where none was set, by the one that the request came by (which was checked).
    """
    if request is None or os.environ.get("QUALIFY_BASE_URL"):
        return f"{settings.BASE_URL}{path}"
    return request.build_absolute_uri(path)


def keep_served(where: str) -> None:
    """Keep where it is served, for who asks without a request: a command that prints a link."""
    with suppress(OSError):  # a disk that is full keeps nobody from being served
        _place().write_text(where, encoding="utf-8")


def served() -> str:
    """What stands before every path of ours: the name that was set, else where it was served last from this folder."""
    if os.environ.get("QUALIFY_BASE_URL"):
        return str(settings.BASE_URL)
    with suppress(OSError):
        return _place().read_text(encoding="utf-8").strip() or str(settings.BASE_URL)
    return str(settings.BASE_URL)


def _place() -> Path:
    return Path(settings.DATA) / "address"


def origin(request: HttpRequest) -> str:
    """What stands before every path of ours, as the world calls it."""
    return link("/", request).rstrip("/")
