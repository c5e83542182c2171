"""What a stranger sent may be anything: these read a value as what it should be, or as nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

LONGEST_TEXT: Final = 10_000
"""Characters of a text that are kept; nobody types more into a form."""

MOST_ITEMS: Final = 500
"""How many parts of a list are looked at."""

Found: TypeAlias = Mapping[str, Any]


def text(value: object) -> str | None:
    """A text without space at its ends, numbers as they are written; None for nothing and for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _written(value)
    if not isinstance(value, str):
        return None
    return value[:LONGEST_TEXT].strip() or None


def _written(number: float) -> str:
    try:
        return str(number)
    except ValueError:  # Python refuses to write an int of thousands of digits
        return ""


def mapping(value: object) -> Found:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> list[Any]:
    """A JSON list, cut at its first :data:`MOST_ITEMS`; an empty one for anything else."""
    return value[:MOST_ITEMS] if isinstance(value, list) else []


def objects(value: object) -> list[Found]:
    """The JSON objects in a list."""
    return [item for item in listing(value) if isinstance(item, dict)]


def whole(value: object) -> int | None:
    """A whole number, also one written as text; None for anything else and for what no moment can be."""
    if isinstance(value, str) and len(value) <= 20 and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 10**18 else None


def milliseconds_of(seconds: object) -> int | None:
    """Seconds since 1970 as the milliseconds that calls are stamped with."""
    found = whole(seconds)
    return None if found is None else found * 1000
