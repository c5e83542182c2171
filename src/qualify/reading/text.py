"""How texts are compared everywhere, which of them mean "not known", and the numbers they hold."""

from __future__ import annotations

import re
import unicodedata

from qualify.reading.figures import number

__all__ = ["MISSING", "bare", "fold", "is_missing", "number"]

_ASCII_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_SPACES = re.compile("[ \t\n\r\f\v\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LONGEST_RUN_OF_MARKS = 30  # the Stream-Safe Text Format, UAX #15 section 13
_PERHAPS_MARKS = re.compile("[\u0300-\U0010ffff]{31}")  # all combining marks lie there
_REPLACEMENT = "\ufffd"

MISSING: frozenset[str] = frozenset(
    {
        "",  # an empty cell
        "-",  # what people type to get past a required field, and spreadsheets show for an empty number
        "--",  # the same
        "---",  # the same
        "?",  # the sign for it in research data sets
        "n/a",  # not applicable or not available: either way we do not know
        "n.a.",  # the same
        "n. a.",  # the same
        "na",  # how R writes it. As a country it is Namibia: read countries with `country`, before this
        "#n/a",  # a spreadsheet look-up that found nothing
        "#n/a n/a",  # the same, from a terminal's add-in
        "#ref!",  # a spreadsheet formula whose source is gone
        "#value!",  # a spreadsheet formula that failed
        "#name?",  # the same
        "#div/0!",  # the same
        "<na>",  # how pandas prints it
        "nan",  # how floating-point columns print it
        "null",  # how databases print it
        "(null)",  # the same
        "<null>",  # the same
        "\\n",  # how MySQL and PostgreSQL dumps write NULL (\N)
        "nil",  # how Ruby and Go print it
        "undefined",  # how JavaScript prints it
        "select",  # a drop-down that was left alone
        "please select",  # the same
        "-- select --",  # the same
        "--select--",  # the same
        "--none--",  # Salesforce's own label of a picklist that was left alone
        "(not set)",  # Google Analytics: no value was sent
        "not set",  # the same
        "(not provided)",  # Google Analytics: the search engine withheld the word
        "not provided",  # HubSpot and form tools
        "not available",  # spelt out
        "not specified",  # spelt out
        "unspecified",  # spelt out
        "unknown",  # somebody says that they do not know
        "(unknown)",  # the same
        "(blank)",  # an empty cell in a pivot table
    }
)
"""Folded texts that mean "not known" in exports.

Left out on purpose, because they can be real answers: "none" and "(none)" (no competitor; no medium, that is
direct traffic), "no", "0", "other", "test", "tbd", "not applicable" ("does not apply" is known), "prefer not
to say", ".", "x".
"""


def fold(value: object) -> str | None:
    r"""The one form in which texts are compared everywhere; None for None and for nothing but space.

    A str is put into Unicode normal form KC and case-folded, and its runs of white space (also no-break and
    other Unicode spaces) become one space, none at the ends. Only space, tab, line feed, carriage return,
    form feed and vertical tab are ASCII white space; other control characters are kept, NUL too. So for ASCII
    text this is lower case plus `[ \t\n\r\f\v]+` to one space, trimmed: the same rule in any SQL.
    Lone surrogates become U+FFFD; of a run of combining marks the first 30 are kept. Folding twice changes
    nothing. Booleans and numbers become their shortest text, any other value is folded as `str(value)`.

    >>> fold("  Zürich\u00a0 WEST "), fold("ﬁt"), fold("Straße")
    ('zürich west', 'fit', 'strasse')
    >>> fold(True), fold(5.0), fold(5), fold(0.1), fold(" ")
    ('true', '5', '5', '0.1', None)
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else _as_text(value)
    if text.isascii():
        return _ASCII_SPACES.sub(" ", text.lower()).strip(" ") or None
    text = _SURROGATES.sub(_REPLACEMENT, text)
    while (folded := _folded_once(text)) != text:
        text = folded
    return text or None


def is_missing(folded: str | None) -> bool:
    """Whether a folded text means "not known" (see `MISSING`).

    >>> is_missing(fold("N/A")), is_missing(None), is_missing(fold("None"))
    (True, True, False)
    """
    return folded is None or folded in MISSING


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    if isinstance(value, int) and value.bit_length() > 10_000:
        return hex(value)  # Python refuses to write such a number in decimal digits
    return str(value)


def _folded_once(text: str) -> str:
    normal = unicodedata.normalize("NFKC", _with_short_runs(text))
    folded = unicodedata.normalize("NFKC", normal.casefold())
    return _SPACES.sub(" ", folded).strip(" ")


def _with_short_runs(text: str) -> str:
    """The text with at most 30 combining marks in a row: sorting a longer run takes quadratic time."""
    if _PERHAPS_MARKS.search(text) is None:
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _LONGEST_RUN_OF_MARKS:
            kept.append(char)
    return text if len(kept) == len(text) else "".join(kept)


def bare(name: str) -> str:
    """What two spellings of a name have in common: ``TotalVisits``, ``Total Visits`` and ``total_visits``."""
    return "".join(char for char in fold(name) or "" if char.isalnum())
