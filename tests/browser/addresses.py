"""Every address of the screens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def addresses() -> list[str]:
    """As patterns: ``leads/<int:lead_id>``."""
    return sorted(set(_screens(get_resolver().url_patterns)))


def _screens(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for each in patterns:
        where = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            if not where.startswith("api"):
                yield from _screens(each.url_patterns, where)
        elif isinstance(each, URLPattern) and (
            hasattr(each.callback, "scope") or hasattr(each.callback, "for_everybody")
        ):
            yield where
