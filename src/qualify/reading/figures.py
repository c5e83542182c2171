"""Numbers as people write them in forms, spreadsheets and CRM exports."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_LONGEST_READ = 100
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_SPACES_AND_DASHES = str.maketrans(
    dict.fromkeys("\xa0\u2007\u2009\u202f\t", " ")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("’ʼ`´", "'")
)

_TIMES = {
    "k": 1e3,
    "tsd": 1e3,
    "thousand": 1e3,
    "mil": math.nan,  # thousand in Spanish, million in English slang: not to be told apart
    "m": 1e6,
    "mm": 1e6,  # finance: thousand thousand
    "mn": 1e6,
    "mln": 1e6,
    "mio": 1e6,
    "mill": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "millionen": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "billions": 1e9,
    "mrd": 1e9,
    "md": 1e9,  # French: milliard
    "lakh": 1e5,
    "lakhs": 1e5,
    "cr": 1e7,
    "crore": 1e7,
    "crores": 1e7,
}
_MONEY = (
    r"(?:us\$|r\$|a\$|c\$|hk\$|s\$|nz\$|mx\$|[$€£¥₹₽₩₺₴₦₪฿₫₱]"
    r"|(?:usd|eur|gbp|chf|jpy|cny|rmb|inr|aud|cad|nzd|sek|nok|dkk|pln|czk|huf|ron|bgn|brl|mxn|ars|clp|cop|pen|zar|"
    r"try|rub|ils|aed|sar|sgd|hkd|krw|thb|idr|myr|php|vnd|ngn|kes|egp|rs|kr|fr|zł|kč)(?![a-z])\.?)"
)
_BOUND = (
    r"(?:<=|>=|[<>≤≥~≈±]|about|approx(?:\.|imately)?|around|circa|ca\.?|over|more than|at least|from|up to|"
    r"under|less than|below|between|min\.?|max\.?)"
)
_UPPER_BOUNDS = frozenset(["<", "<=", "≤", "up to", "under", "less than", "below", "max", "max."])

_COMMA_GROUPS = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})")
_DOT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")
_DOT_GROUPS_BEFORE_COMMA = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """[bound] [sign] [money] figure [scale] [to figure [scale]] [money] [+%] [a unit in words]."""
    figure = r"(?:[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]+)?|[0-9][0-9.,]*|\.[0-9]+)(?:e[+-]?[0-9]{1,4})?"
    scale = r"(?:" + "|".join(sorted(_TIMES, key=len, reverse=True)) + r")(?![a-z])\.?"
    return re.compile(
        rf"(?:(?P<bound>{_BOUND})\s*)?"
        rf"(?P<sign>[+-])?\s?{_MONEY}?\s?(?P<sign2>-)?(?P<figure>{figure})\s?(?P<scale>{scale})?"
        rf"(?:(?:\s?{_MONEY})?\s?(?:-|to|bis|until|and|à)\s?{_MONEY}?\s?(?P<to>{figure})\s?(?P<to_scale>{scale})?)?"
        rf"\s?{_MONEY}?\s?[+%]?(?:\s?[%+])?"
        r"(?:\s?[\s/(]\s?[^\W\d_][^\d]{0,60})?"
    )


def number(text: object) -> float | None:
    """The number a text stands for, as a finite float; None when the text is no number.

    A range is its lower bound, and so is "over 500"; an upper bound alone ("< 50") is 0, the least a count or
    an amount can be. A scale at the end of a range holds for both ends ("1-5M") unless the lower is the
    bigger figure. Percent, currency and a unit in words say nothing about the value: "12 %" is 12.

    Of two different separators the last is the decimal one. A single separator is a decimal one, except a
    comma before exactly three digits ("1,234"): people write "1.234" for both, files nearly always for 1.234.
    Dates, telephone numbers, versions, ranges that run backwards and texts over 100 characters are None.

    >>> [number(text) for text in ("51-200", "51 to 200", "51–200 employees", "10,001+", "> 500", "< 50")]
    [51.0, 51.0, 51.0, 10001.0, 500.0, 0.0]
    >>> [number(text) for text in ("1,234.50", "1.234,50", "1,234", "1.234", "12,5", "1 234 567", "1'234.50")]
    [1234.5, 1234.5, 1234.0, 1.234, 12.5, 1234567.0, 1234.5]
    >>> [number(text) for text in ("$1.5M", "€ 200k", "10 Mio. €", "$1M - $10M", "1-5M", "₹5 Cr")]
    [1500000.0, 200000.0, 10000000.0, 1000000.0, 1000000.0, 50000000.0]
    >>> [number(text) for text in ("12 %", "1e5", "-3", "−3", ".5", "30 days", "USD 5,000 / month")]
    [12.0, 100000.0, -3.0, -3.0, 0.5, 30.0, 5000.0]
    >>> [number(text) for text in ("", "many", "2024-01-15", "12:30", "1.2.3", "nan", "+49 170 1234567")]
    [None, None, None, None, None, None, None]
    """
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, (int, float)):
        return _finite(text)
    if not isinstance(text, str) or len(text) > _LONGEST_READ:
        return None
    text = text.strip()
    return float(text) if _PLAIN.fullmatch(text) else _written(text)


def _finite(value: int | float) -> float | None:
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _written(text: str) -> float | None:
    found = _pattern().fullmatch(" ".join(text.lower().translate(_SPACES_AND_DASHES).split()))
    if found is None:
        return None
    value = _figure(found["figure"])
    if value is not None and "-" in (found["sign"], found["sign2"]):
        value = -value
    if value is not None and found["to"]:
        value = _lower_bound(value, found["scale"], _figure(found["to"]), _scale(found["to_scale"]))
    elif value is not None:
        value *= _scale(found["scale"])
    if value is None or not math.isfinite(value):
        return None
    return 0.0 if found["bound"] in _UPPER_BOUNDS else value


def _lower_bound(value: float, scale: str | None, upper: float | None, upper_scale: float) -> float | None:
    """The lower end of a range, or None when the range runs backwards."""
    if upper is None:
        return None
    value *= _scale(scale) if scale or value > upper else upper_scale
    return value if value <= upper * upper_scale else None


def _scale(word: str | None) -> float:
    return _TIMES[word.rstrip(".")] if word else 1.0


def _figure(digits: str) -> float | None:
    """The value of digits with separators, or None when they cannot be grouped so."""
    digits, _, exponent = digits.partition("e")
    digits = digits.replace(" ", "").replace("'", "")
    plain = _with_decimal_point(digits)
    if plain is None or plain in ("", "."):
        return None
    return _finite(float(f"{plain}e{exponent or 0}"))


def _with_decimal_point(digits: str) -> str | None:
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma < 0 and dot < 0:
        return digits
    if comma >= 0 and dot >= 0:
        whole, decimals = digits[: max(comma, dot)], digits[max(comma, dot) + 1 :]
        groups = _COMMA_GROUPS if dot > comma else _DOT_GROUPS_BEFORE_COMMA
        return f"{re.sub('[.,]', '', whole)}.{decimals}" if groups.fullmatch(whole) else None
    if _COMMA_GROUPS.fullmatch(digits) or _DOT_GROUPS.fullmatch(digits):
        return re.sub("[.,]", "", digits)
    return digits.replace(",", ".") if digits.count(",") + digits.count(".") == 1 else None
