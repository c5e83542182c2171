"""Links to ourselves, for mails and for people to pass on."""

from __future__ import annotations

import os

from django.conf import settings
from django.http import HttpRequest


def link(path: str, request: HttpRequest | None = None) -> str:
    """The whole address of a path: by the name that was set, so that nobody's request can put another into a mail;
    where none was set, by the one that the request came by (which was checked).
    """
    if request is None or os.environ.get("QUALIFY_BASE_URL"):
        return f"{settings.BASE_URL}{path}"
    return request.build_absolute_uri(path)


def origin(request: HttpRequest) -> str:
    """What stands before every path of ours, as the world calls it."""
    return link("/", request).rstrip("/")
