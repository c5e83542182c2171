"""Moments as files have them → epoch milliseconds: typed, in ISO, in the formats of exports, as epoch numbers.

How a column of texts is written is worked out from its values, each distinct shape once, and then done in SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from qualify.files.gathering import Gathering
from qualify.files.given import Cell, Given, missing
from qualify.files.sql import Database, literal, named

EARLIEST: Final = 0
"""1970-01-01 UTC; no fact about a lead is older."""

END: Final = 4_102_444_800_000
"""2100-01-01 UTC; whatever is dated so is a placeholder or a slip."""

Order = Literal["month first", "day first"]

_MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_TIME: Final = re.compile(
    r"(?P<start>t|,? (?:at )?)(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?:(?P<dot>[.,])(?P<fraction>\d{1,9}))?"
    r"(?P<half>(?P<gap> ?)[ap]m)?(?P<zone>z| ?[+-]\d{2}(?::?\d{2})?| utc| gmt)?",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}")
_ORDERED: Final = re.compile(r"\d{1,2}(?P<sign>[-/.])\d{1,2}(?P=sign)(?P<year>\d{4}|\d{2})(?!\d)")
_COMPACT: Final = re.compile(r"(?:19|20)\d{6}(?!\d)")
_NAMED: Final = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9})(?P<comma>,?) )?"
    r"(?:(?P<first>[a-z]{3,9}) \d{1,2}(?P<after>,?) |\d{1,2}(?P<sign>[- /])(?P<then>[a-z]{3,9})(?P=sign))"
    r"(?P<year>\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_EPOCH: Final = r"[0-9]{9,19}(\.[0-9]+)?"
_SAMPLE: Final = 500
_MOST_SHAPES: Final = 10_000


@dataclass(frozen=True)
class Format:
    """A way of writing moments, as ``strptime`` spells it.

    ``zoned``: the text says its time zone. ``either``: day and month could be the other way round.
    """

    pattern: str
    zoned: bool = False
    either: bool = False

    def turned(self) -> Format:
        """The same with the day first."""
        return replace(self, pattern=self.pattern.replace("%m", "%_").replace("%d", "%m").replace("%_", "%d"))


@dataclass(frozen=True)
class Moment:
    """A moment in every row: epoch milliseconds in ``sql`` (null when there is none), and when it is amiss.

    ``absent``: nothing is written; ``unreadable``: something is, but no moment.
    """

    sql: str
    absent: str
    unreadable: str
    raw: str

    @property
    def unlikely(self) -> str:
        """It is before 1970 or after 2099, the year 0 among them."""
        return f"({self.sql} NOT BETWEEN {EARLIEST} AND {END - 1})"


def format_of(text: str) -> Format | None:
    """How this text writes a moment; None when it does not (epoch numbers aside).

    >>> format_of("2026-03-01T09:30:00Z"), format_of("1 Mar 2026").pattern, format_of("soon")
    (Format(pattern='%Y-%m-%dT%H:%M:%SZ', zoned=True, either=False), '%d %b %Y', None)
    """
    text = text.strip()
    for of_date in (_iso, _ordered, _compact, _named):
        if (found := of_date(text)) is not None:
            date, rest, either = found
            time = _time(rest)
            return None if time is None else Format(date + time[0], time[1], either)
    return None


def _iso(text: str) -> tuple[str, str, bool] | None:
    match = _ISO.match(text)
    return None if match is None else (f"%Y{match[1]}%m{match[1]}%d", text[match.end() :], False)


def _ordered(text: str) -> tuple[str, str, bool] | None:
    match = _ORDERED.match(text)
    if match is None:
        return None
    sign, year = match["sign"], "%Y" if len(match["year"]) == 4 else "%y"
    parts = ("%d", "%m") if sign == "." else ("%m", "%d")  # with dots the day always comes first
    return sign.join((*parts, year)), text[match.end() :], sign != "."


def _compact(text: str) -> tuple[str, str, bool] | None:
    match = _COMPACT.match(text)
    return None if match is None else ("%Y%m%d", text[8:], False)


def _named(text: str) -> tuple[str, str, bool] | None:
    match = _NAMED.match(text)
    if match is None:
        return None
    month = _name(match["first"] or match["then"], _MONTHS, "%b", "%B")
    day = _name(match["weekday"], _DAYS, "%a", "%A") if match["weekday"] else ""
    if month is None or day is None:
        return None
    year = "%Y" if len(match["year"]) == 4 else "%y"
    start = f"{day}{match['comma']} " if day else ""
    date = f"{month} %d{match['after']} {year}" if match["first"] else match["sign"].join(("%d", month, year))
    return start + date, text[match.end() :], False


def _name(word: str, names: Sequence[str], short: str, long: str) -> str | None:
    """How strptime calls this kind of name; "may" is both, and read as the short one."""
    word = word.lower()
    if word in (name[:3] for name in names):
        return short
    return long if word in names else None


def _time(text: str) -> tuple[str, bool] | None:
    """The pattern of the time of day, and whether it says its zone; of nothing at all it is empty."""
    if not text:
        return "", False
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    pattern = match["start"] + ("%I" if match["half"] else "%H") + ":%M" + (":%S" if match["second"] else "")
    if match["fraction"]:
        pattern += match["dot"] + ("%n" if len(match["fraction"]) > 6 else "%f")
    if match["half"]:
        pattern += match["gap"] + "%p"
    zone = match["zone"] or ""
    if zone.strip()[:1] in ("+", "-"):
        return pattern + zone[: len(zone) - len(zone.lstrip())] + "%z", True
    return pattern + zone, bool(zone)


def moment(gathering: Gathering, given: Given, name: str, *, sampled: bool = False) -> Moment:
    """The moment in that column of the relation ``g``.

    ``sampled``: of texts the first tell how all are written. Where none turns out to be unreadable, that is so.
    """
    cell = given.column(name)
    zone = gathering.time_zone
    if cell.type in ("VARCHAR", "JSON"):
        return _spelled(gathering, given, name, _raw(cell), sampled=sampled)
    sql = _typed(gathering.database, given, cell, zone)
    raw = f"CAST({cell.sql} AS VARCHAR)"
    return Moment(sql, f"({cell.sql} IS NULL)", f"({cell.sql} IS NOT NULL AND {sql} IS NULL)", raw)


def _raw(cell: Cell) -> str:
    return f"({cell.sql} ->> '$')" if cell.type == "JSON" else cell.sql


def _typed(database: Database, given: Given, cell: Cell, zone: str) -> str:
    if cell.type == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_ms({cell.sql})"
    if cell.type.startswith("TIMESTAMP") or cell.type == "DATE":
        return local(cell.sql if cell.type == "TIMESTAMP" else f"CAST({cell.sql} AS TIMESTAMP)", zone)
    if cell.is_number:
        ends = (
            f"min({cell.sql}), max({cell.sql})"
            if cell.is_integer
            else f"min({_finite(cell)}), max({_finite(cell)})"
        )
        least, most = database.row(f"SELECT {ends} FROM {given.relation} g")
        return epoch(cell, least, most, zone)
    return "CAST(NULL AS BIGINT)"


def _finite(cell: Cell) -> str:
    return f"CAST({cell.sql} AS DOUBLE)) FILTER (isfinite(CAST({cell.sql} AS DOUBLE))"


def local(sql: str, zone: str) -> str:
    """A timestamp without a zone, taken to be in that zone, as epoch milliseconds."""
    return f"epoch_ms({sql})" if zone == "UTC" else f"epoch_ms(timezone({literal(zone)}, {sql}))"


def epoch(cell: Cell, least: float | None, most: float | None, zone: str) -> str:
    """A number as epoch milliseconds; seconds, milliseconds, micro- or nanoseconds by the column's range."""
    if most is None or least is None:
        return "CAST(NULL AS BIGINT)"
    if cell.is_integer and least >= 19700101 and most <= 20991231:
        return local(f"try_strptime(CAST({cell.sql} AS VARCHAR), '%Y%m%d')", zone)
    # Seconds, or thousandths, millionths, billionths of one: those in which the latest is before 2100.
    parts = next((each for each in (1, 10**3, 10**6) if most < END // 1000 * each), 10**9)
    if not cell.is_integer:
        return f"TRY_CAST(round(CAST({cell.sql} AS DOUBLE) * {1000 / parts}) AS BIGINT)"
    whole = cell.sql if cell.type == "BIGINT" else f"CAST({cell.sql} AS BIGINT)"
    if parts == 1:
        return f"({whole} * 1000)"
    return whole if parts == 1000 else f"({whole} // {parts // 1000})"


def _spelled(gathering: Gathering, given: Given, name: str, raw: str, *, sampled: bool) -> Moment:
    """A column of texts: every shape that it has is read in its own way."""
    formats: list[Format] = []
    sql = _epoch_text(raw)
    while new := _new_formats(gathering.database, given, raw, sql, formats):
        formats += new
        chosen = _in_order(gathering, given, name, raw, formats)
        parsed = [_parsed(raw, each, gathering.time_zone) for each in chosen]
        sql = f"coalesce({', '.join([*parsed, _epoch_text(raw)])})"
        if sampled:
            break
    sql = f"coalesce({sql}, CASE WHEN {raw} LIKE '0000-%' THEN -1 END)"  # MySQL's date that is none
    return _of_text(sql, raw)


def _of_text(sql: str, raw: str) -> Moment:
    # CASE, because AND would look for both in every row.
    absent, unreadable = (
        f"CASE WHEN {sql} IS NULL THEN {each} ELSE FALSE END"
        for each in (_missing(raw), f"NOT {_missing(raw)}")
    )
    return Moment(sql, absent, unreadable, raw)


def worked_out(given: Given, moments: Mapping[str, Moment]) -> tuple[Given, dict[str, Moment]]:
    """The rows with these moments, read from texts, as columns: else each that asks reads them again."""
    names = {name: f"{name} in milliseconds " for name in moments}  # no header ends in a space
    there = given.with_columns({names[name]: moment.sql for name, moment in moments.items()})
    return there, {name: _of_text(f"g.{named(names[name])}", moment.raw) for name, moment in moments.items()}


def _missing(raw: str) -> str:
    return f"({raw} IS NULL OR {missing(f'trim({raw})')})"


def _new_formats(
    database: Database, given: Given, raw: str, sql: str, known: Sequence[Format]
) -> list[Format]:
    """The formats of values that none of the known ones reads."""
    first = f"SELECT DISTINCT raw FROM (SELECT {raw} AS raw FROM {given.relation} g LIMIT {_SAMPLE})"
    looks = [] if known else [first]
    for query in (*looks, _unread(given, raw, sql)):
        texts = (text for (text,) in database.rows(query) if text is not None)
        formats = dict.fromkeys(each for text in texts if (each := format_of(text)) is not None)
        if new := [each for each in formats if each not in known]:
            return new
    return []


def _unread(given: Given, raw: str, sql: str) -> str:
    """One text of each shape among those that are not read yet."""
    shape = f"translate(lower({raw}), '012345678', '999999999')"
    which = f"CASE WHEN {sql} IS NULL THEN NOT {_missing(raw)} ELSE FALSE END"
    unread = f"SELECT {raw} AS raw, {shape} AS shape FROM {given.relation} g WHERE {which}"
    return f"SELECT any_value(raw) FROM ({unread}) GROUP BY shape LIMIT {_MOST_SHAPES}"


def _in_order(
    gathering: Gathering, given: Given, name: str, raw: str, formats: Sequence[Format]
) -> list[Format]:
    """The formats, with day and month in the order that most of the column's dates allow.

    "3/1/26" would pass for a date of the year 26, so two-digit years are tried first.
    """
    either = [each for each in formats if each.either]
    if either and _day_first(gathering, given, name, raw, either):
        formats = [each.turned() if each.either else each for each in formats]
    return sorted(formats, key=lambda each: "%y" not in each.pattern)


def _day_first(gathering: Gathering, given: Given, name: str, raw: str, either: Sequence[Format]) -> bool:
    counts = []
    for forms in (either, [each.turned() for each in either]):
        parsed = ", ".join(f"try_strptime({raw}, {literal(each.pattern)})" for each in forms)
        counts.append(f"count(coalesce({parsed}, NULL))")
    month, day = gathering.database.row(f"SELECT {', '.join(counts)} FROM {given.relation} g")
    if month != day:
        return bool(day > month)
    # With slashes most files are American, with hyphens hardly any.
    day_is_usual = "-" in either[0].pattern[:4]
    gathering.warn(
        f"{given.label}: the dates in {name!r} could be day/month or month/day; "
        f"they were read with the {'day' if day_is_usual else 'month'} first"
    )
    return day_is_usual


def _parsed(raw: str, form: Format, zone: str) -> str:
    parsed = f"try_strptime({raw}, {literal(form.pattern)})"
    if form.zoned:
        return f"epoch_ms({parsed})"
    return local(f"CAST({parsed} AS TIMESTAMP)" if "%n" in form.pattern else parsed, zone)


def _epoch_text(raw: str) -> str:
    digits = f"length(split_part({raw}, '.', 1))"
    size = f"CASE WHEN {digits} < 12 THEN 1e3 WHEN {digits} < 15 THEN 1 WHEN {digits} < 18 THEN 1e-3 ELSE 1e-6 END"
    milliseconds = f"CAST(round(CAST({raw} AS DOUBLE) * {size}) AS BIGINT)"
    return f"CASE WHEN regexp_full_match({raw}, '{_EPOCH}') THEN {milliseconds} END"
