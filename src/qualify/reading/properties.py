"""Properties of events, and traits, as conditions look at them: the Python twin of what ``files`` asks DuckDB.

An event's properties are JSON. A path finds a value in them, and the value is read as text or as a quantity;
both must come out the same here, one event at a time, and in SQL, a million at a time.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from qualify.reading.countries import country
from qualify.reading.domains import domain_kind, email_domain
from qualify.reading.text import fold, is_missing, number
from qualify.reading.titles import department, seniority

_QUANTITY = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LARGEST_PLAIN_EXPONENT = 21  # from ECMAScript's Number::toString, which JSON writers follow
_SMALLEST_PLAIN_EXPONENT = -6


def property_value(properties: Mapping[str, object], path: str) -> object:
    """The value at a dotted path, None when there is none.

    A property whose own name holds the dots goes before a nested one. Lists are values, not folders.

    >>> property_value({"page": {"path": "/pricing"}}, "page.path")
    '/pricing'
    >>> property_value({"page.path": "/a", "page": {"path": "/b"}}, "page.path")
    '/a'
    """
    value = properties.get(path)
    if value is not None or "." not in path:
        return value
    found: object = properties
    for name in steps(path):
        found = found.get(name) if isinstance(found, Mapping) else None
    return None if found is properties else found


def steps(path: str) -> list[str]:
    """The names on a dotted path into nested properties; none when the path cannot lead into any.

    An empty name, and ``*``, which engines take for "all", lead nowhere.
    """
    names = path.split(".")
    return names if len(names) > 1 and all(name not in ("", "*") for name in names) else []


def as_text(value: object) -> str | None:
    """A property's value as folded text: true and false in words, numbers and structures as their JSON text.

    >>> as_text(" Pricing "), as_text(True), as_text(3), as_text(2.0), as_text(["a"]), as_text(None)
    ('pricing', 'true', '3', '2.0', '["a"]', None)
    """
    if value is None:
        return None
    return fold(value if isinstance(value, str) else json_text(value))


def as_quantity(value: object) -> float | None:
    """A property's value as a finite number: a JSON number, or a text that is nothing but one.

    >>> as_quantity(3), as_quantity("2.5e3"), as_quantity(" 3"), as_quantity(True), as_quantity(float("nan"))
    (3.0, 2500.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not _QUANTITY.fullmatch(value):
        return None
    try:
        quantity = float(value)
    except OverflowError:
        return None
    return quantity if math.isfinite(quantity) else None


def json_text(value: object) -> str:
    """A value as compact JSON; fractions are written as ECMAScript does, whole ones with ``.0``.

    >>> json_text({"a": [1, 1.5e-7, None]}), json_text(1e20), json_text(1e21)
    ('{"a":[1,1.5e-7,null]}', '100000000000000000000.0', '1e21')
    """
    if isinstance(value, Mapping):
        members = (
            f"{json.dumps(str(name), ensure_ascii=False)}:{json_text(each)}" for name, each in value.items()
        )
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(json_text(each) for each in value) + "]"
    if isinstance(value, float):
        return _fraction(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 10_000:
        return hex(value)  # Python refuses to write such a number in decimal digits
    return json.dumps(value, ensure_ascii=False, default=str)


def _fraction(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1.0, value) < 0 else "0.0"
    sign, digits, point = _shortest(value)
    if _SMALLEST_PLAIN_EXPONENT < point <= _LARGEST_PLAIN_EXPONENT:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        whole = digits.ljust(point, "0")
        return f"{sign}{whole[:point]}.{whole[point:] or '0'}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1}"


def _shortest(value: float) -> tuple[str, str, int]:
    """The sign, the fewest digits that mean this number, and where its point stands among them."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return sign, digits.rstrip("0"), point


def _known_text(value: object) -> str | None:
    text = fold(value)
    return None if is_missing(text) else text


TRAIT_READINGS: Final[Mapping[str, Callable[[str], str | float | None]]] = {
    "text": _known_text,
    "number": number,
    "quantity": as_quantity,
    "seniority": seniority,
    "department": department,
    "country": country,
    "email_domain": email_domain,
    "email_kind": domain_kind,
}
"""How the text of a trait, or of an answer, is read, by the name that ``criteria.logic.Reading`` has for it;
each function gives None for what it cannot read."""
