"""Leads in lists: filtered, searched, in an order, page after page, stable while others come in between.

Lists are long and standings are wide: so a page is first looked up in indexes alone, as ids, and only then read. A
condition that few meet is looked up before anything is put in order; one that many meet is soon met on the way.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.database import Row, is_sqlite, marks, rows, those

Order: TypeAlias = Literal["-total", "total", "-created_at", "created_at", "-updated_at", "updated_at", "id"]
Sort: TypeAlias = Order | Literal["name", "-name", "company", "-company"]

FEW: Final = 1_000
"""Up to so many leads are named one by one in a statement."""

COLUMNS: Final = (
    "p.id, p.email, p.name, p.company, p.account_id, p.created_at, s.stage, s.since, s.cycle, s.total, s.grade, "
    "s.scores, s.information, s.as_of, s.version_id"
)

_JUDGED: Final = "standing s JOIN person p ON p.id = s.person_id"
_BOTH: Final = "person p LEFT JOIN standing s ON s.person_id = p.id"


class Wanted(NamedTuple):
    """Which leads: every condition that is given has to hold. Points in hundredths, moments in epoch ms."""

    stage: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    min_total: int | None = None
    max_total: int | None = None
    account_id: int | None = None
    updated_since: int | None = None
    text: str = ""
    """Stands somewhere in the e-mail address, the name or the company."""
    identifier: str = ""
    """What somebody goes by, as ``email:jane@example.com``; it may be one that they had before a merge."""
    anything: str = ""
    """As ``text``; or is an id, or the whole of anything that somebody goes by."""
    channel: tuple[str, ...] = ()
    """By which they first came; the empty text: nobody knows."""

    @property
    def judged(self) -> bool:
        """Whether only those who were judged can meet it."""
        return bool(self.stage or self.grade) or self.min_total is not None or self.max_total is not None


class Listed(NamedTuple):
    """A lead in a list; what follows from scoring is None while nobody has judged it. Points as written."""

    id: int
    email: str
    name: str
    company: str
    account_id: int | None
    created_at: int
    stage: str | None
    since: int | None
    cycle: int | None
    total: float | None
    grade: str | None
    scores: dict[str, float] | None
    information: float | None
    updated_at: int | None
    playbook_version: int | None


class Page(NamedTuple):
    """Some of the leads, and where the next begin (None: these are the last)."""

    leads: list[Listed]
    next_cursor: str | None


class Stream(NamedTuple):
    """Leads in an order that an index has: where from, by what, and what has to hold."""

    tables: str
    id: str
    by: str
    where: str = "true"


def _streams(sort: str) -> list[Stream]:
    """The streams that follow one another: what nobody has judged, or what is empty, comes last both ways."""
    if sort == "total":
        unjudged = "NOT EXISTS (SELECT 1 FROM standing j WHERE j.person_id = p.id)"
        return [Stream(_JUDGED, "s.person_id", "s.total"), Stream(_BOTH, "p.id", "0", unjudged)]
    if sort in ("name", "company"):
        said = Stream(_BOTH, "p.id", f"p.{sort}", f"p.{sort} <> ''")
        return [said, Stream(_BOTH, "p.id", "0", f"p.{sort} = ''")]
    by = {"created_at": "p.created_at", "updated_at": "COALESCE(s.as_of, p.created_at)", "id": "p.id"}[sort]
    return [Stream(_BOTH, "p.id", by)]


class Narrowed(NamedTuple):
    """What was looked up of some conditions: the leads that meet one of them, where few do; None: each is met by many.

    To be handed to what comes next: a search goes through a hundred thousand leads, once is enough.
    """

    few: list[int] | None


def narrowed(wanted: Wanted) -> Narrowed:
    """Look up whether one of the conditions is met by few."""
    return Narrowed(_few(wanted))


def listed(
    wanted: Wanted,
    order: Sort = "-total",
    cursor: str | None = None,
    limit: int = 50,
    known: Narrowed | None = None,
) -> Page:
    """A page of leads. Raises :class:`~qualify.errors.QualifyError` for a cursor that is none of this order."""
    found = _ids(wanted, order, cursor, limit + 1, known)
    leads = read([number for _, _, number in found[:limit]])
    last = found[limit - 1] if len(found) > limit else None
    return Page(leads, None if last is None else closed(order, list(last)))


def read(ids: Sequence[int]) -> list[Listed]:
    """These leads, in this order."""
    statement = f"SELECT {COLUMNS} FROM {_BOTH} WHERE p.id IN ({{}})"
    there = {row[0]: of_row(row) for row in those(statement, ids)}
    return [there[each] for each in ids if each in there]


def count(wanted: Wanted, most: int = FEW, known: Narrowed | None = None) -> int:
    """How many leads there are, counted no further than to one more than ``most``."""
    few = (known or narrowed(wanted)).few
    where, parameters = _narrowed(wanted, few, wanted.judged, walking=False)
    tables = _JUDGED if wanted.judged else _BOTH
    statement = f"SELECT count(*) FROM (SELECT 1 FROM {tables} WHERE {where} LIMIT %s) AS counted"
    return int(rows(statement, [*parameters, most + 1])[0][0])


def every(wanted: Wanted, at_once: int = 1_000) -> Iterator[list[Listed]]:
    """All of the leads, in the order of their ids, some at a time."""
    cursor: str | None = None
    while True:
        page = listed(wanted, "id", cursor, at_once)
        yield page.leads
        cursor = page.next_cursor
        if cursor is None:
            return


def of_row(row: Row) -> Listed:
    """A row of :data:`COLUMNS` as a lead."""
    scores = None if row[11] is None else {name: points / 100 for name, points in json.loads(row[11]).items()}
    total = None if row[9] is None else row[9] / 100
    return Listed._make((*row[:9], total, row[10] or None, scores, *row[12:]))


def _ids(
    wanted: Wanted, order: Sort, cursor: str | None, many: int, known: Narrowed | None = None
) -> list[Row]:
    """So many places in the order: the stream, the value by which it is ordered, the id."""
    sort, down = order.lstrip("-"), order.startswith("-")
    streams = _streams(sort)
    begun = [0] if cursor is None else _place(cursor, order, len(streams))
    few = (known or narrowed(wanted)).few
    found: list[Row] = []
    for number in range(begun[0], len(streams)):
        stream = streams[number]
        if len(found) == many or (wanted.judged and stream.where.startswith("NOT EXISTS")):
            continue
        after = begun[1:] if number == begun[0] else []
        found += [(number, *row) for row in _some(stream, wanted, few, down, after, many - len(found))]
    return found


def _some(
    stream: Stream, wanted: Wanted, few: list[int] | None, down: bool, after: Sequence[Any], many: int
) -> list[Row]:
    """The first of a stream, or those after a place in it."""
    judged = wanted.judged or stream.tables == _JUDGED
    where, parameters = _narrowed(wanted, few, judged, walking=stream.by != "s.total")
    way, beyond = ("DESC", "<") if down else ("ASC", ">")
    by = [] if stream.by == "0" else [stream.by]
    if after:
        place = ", ".join([*by, stream.id])
        where = f"{where} AND ({place}) {beyond} ({marks(len(by) + 1)})"
        parameters += after if by else after[1:]
    order = ", ".join(f"{each} {way}" for each in dict.fromkeys([*by, stream.id]))
    return rows(
        f"SELECT {stream.by}, {stream.id} FROM {_JUDGED if judged else stream.tables} "
        f"WHERE {stream.where} AND {where} ORDER BY {order} LIMIT %s",
        [*parameters, many],
    )


def _few(wanted: Wanted) -> list[int] | None:
    """The leads that meet one of the conditions, if that one is met by few; None when each is met by many."""
    for look in (_alike, _of_account, _so_judged, _by_channel):
        found = look(wanted)
        if found is not None:
            return found
    return None


def _narrowed(wanted: Wanted, few: list[int] | None, judged: bool, *, walking: bool) -> tuple[str, list[Any]]:
    """The conditions as SQL, with their parameters."""
    where, parameters = _conditions(wanted, judged, walking)
    if few is not None:
        where.append(f"p.id IN ({marks(len(few))})" if few else "1 = 0")
        parameters += few
    elif text := wanted.text or wanted.anything:
        said, patterns = _matching(text, "p.")
        where.append(f"({' OR '.join(said)})")
        parameters += patterns
    return " AND ".join(where) or "1 = 1", parameters


def _conditions(wanted: Wanted, judged: bool, walking: bool) -> tuple[list[str], list[Any]]:
    """All but what is searched for. ``walking`` says that another index gives the order, and is to be followed."""
    where: list[str] = []
    parameters: list[Any] = []
    # What is put together from a column cannot be looked up in an index.
    for column, among in (
        ("s.stage", wanted.stage),
        ("s.grade", wanted.grade),
        ("p.channel", wanted.channel),
    ):
        if among:
            where.append(f"{f'({column} || %s)' if walking else column} IN ({marks(len(among))})")
            parameters += ["", *among] if walking else among
    since = "s.as_of" if judged else "COALESCE(s.as_of, p.created_at)"
    for condition, value in (
        ("s.total >= %s", wanted.min_total),
        ("s.total <= %s", wanted.max_total),
        (f"{since} >= %s", wanted.updated_since),
        ("p.account_id = %s", wanted.account_id),
        ("p.id = (SELECT i.owner_id FROM identifier i WHERE i.key = %s)", wanted.identifier or None),
    ):
        if value is not None:
            where.append(condition)
            parameters.append(value)
    return where, parameters


def _some_ids(statement: str, parameters: Sequence[Any]) -> list[int] | None:
    """What a statement gives; None when it is more than a few."""
    found = rows(f"{statement} LIMIT %s", [*parameters, FEW + 1])
    return None if len(found) > FEW else sorted({number for (number,) in found})


def _so_judged(wanted: Wanted) -> list[int] | None:
    if not wanted.judged:
        return None
    only = wanted._replace(text="", identifier="", anything="", account_id=None, channel=())
    where, parameters = _conditions(only, judged=True, walking=False)
    return _some_ids(f"SELECT s.person_id FROM standing s WHERE {' AND '.join(where)}", parameters)


def _of_account(wanted: Wanted) -> list[int] | None:
    if wanted.account_id is None:
        return None
    return _some_ids("SELECT id FROM person WHERE account_id = %s", [wanted.account_id])


def _by_channel(wanted: Wanted) -> list[int] | None:
    if not wanted.channel:
        return None
    return _some_ids(f"SELECT id FROM person WHERE channel IN ({marks(len(wanted.channel))})", wanted.channel)


def channels() -> list[str]:
    """Every channel by which somebody first came, in order: each is looked up in the index after the one before."""
    found = rows(
        "WITH RECURSIVE each_(word) AS (SELECT min(channel) FROM person UNION ALL "
        "SELECT (SELECT min(channel) FROM person WHERE channel > word) FROM each_ WHERE word IS NOT NULL) "
        "SELECT word FROM each_ WHERE word IS NOT NULL"
    )
    return [word for (word,) in found]


_SEARCHED: Final = ("email", "name", "company")


def _alike(wanted: Wanted) -> list[int] | None:
    """Those in whose address, name or company the text stands, or whom it names; None when there are many."""
    text = wanted.text or wanted.anything
    if not text:
        return None
    said, patterns = _matching(text)
    # SQLite goes through one narrow index for each; PostgreSQL joins what its indexes of parts of words give.
    each = said if is_sqlite() else [" OR ".join(said)]
    parts = [f"SELECT id FROM person WHERE {one}" for one in each]
    found = _some_ids(f"SELECT id FROM ({' UNION ALL '.join(parts)}) AS alike", patterns)
    if found is None or not wanted.anything:
        return found
    return sorted({*found, *named(wanted.anything)})


def named(text: str) -> list[int]:
    """Whom a text names: by their id, or as any identifier of theirs, at any source."""
    said = text.strip()
    kinds = [kind for (kind,) in rows("SELECT DISTINCT name FROM source")]
    ways = [*_KINDS, *(f"external:{name}" for name in kinds)]
    keys = [said, *(f"{kind}:{each}" for kind in ways for each in {said, said.lower(), *_phones(said)})]
    found = those("SELECT owner_id FROM identifier WHERE key IN ({})", keys)
    if said.lstrip("#").isdigit() and int(said.lstrip("#")) < 2**63:
        found += rows("SELECT owner_id FROM identifier WHERE id = %s", [int(said.lstrip("#"))])
    return sorted({owner for (owner,) in found})


_KINDS: Final = ("email", "user_id", "phone", "anonymous_id")


def _phones(text: str) -> list[str]:
    """A telephone number as it is kept, if the text is one."""
    plain = "".join(each for each in text if each.isdigit() or each == "+")
    if sum(each.isdigit() for each in plain) < 6:
        return []
    return [plain, f"+{plain.removeprefix('00')}"] if not plain.startswith("+") else [plain]


def _matching(text: str, of: str = "") -> tuple[list[str], list[str]]:
    """A condition on each column that is searched, and their parameters: the text stands in one of them.

    In capitals or small letters; but letters beyond ASCII are alike only as they are, or small: to fold them is
    no database's strength. Addresses are kept in small letters.
    """
    kept = "".join(each.lower() if each.isascii() else each for each in text)
    spellings = sorted({text.lower(), kept})
    said = []
    for name in _SEARCHED:
        column = f"{of}{name}" if is_sqlite() or name == "email" else f'lower({of}{name} COLLATE "C")'
        said.append("(" + " OR ".join([f"{column} LIKE %s ESCAPE '!'"] * len(spellings)) + ")")
    return said, [_pattern(each) for each in spellings] * len(_SEARCHED)


def _pattern(text: str) -> str:
    said = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{said}%"


def closed(order: str, place: list[Any]) -> str:
    """A place in an order as a cursor: text that says nothing to anybody else."""
    return base64.urlsafe_b64encode(json.dumps([order, *place]).encode()).decode().rstrip("=")


def opened(cursor: str, order: str, size: int) -> list[int]:
    """The place that a cursor says, as so many whole numbers; raises :class:`~qualify.errors.QualifyError`."""
    place = _said(cursor, order)
    if len(place) != size or not all(_is_whole(each) for each in place):
        raise QualifyError(gettext("this cursor belongs to another list or order; begin without one"))
    return place


def _place(cursor: str, order: str, streams: int) -> list[Any]:
    """The place that a cursor of leads says: which stream, by what, which id."""
    place = _said(cursor, order)
    by_text = order.lstrip("-") in ("name", "company")
    fits = len(place) == 3 and _is_whole(place[0]) and 0 <= place[0] < streams and _is_whole(place[2])
    if not fits or not (
        _is_whole(place[1]) or (by_text and isinstance(place[1], str) and "\x00" not in place[1])
    ):
        raise QualifyError(gettext("this cursor belongs to another list or order; begin without one"))
    return place


def _said(cursor: str, order: str) -> list[Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        said, *place = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise QualifyError(gettext("this is no cursor; take `next_cursor` of the page before")) from error
    if said != order:
        raise QualifyError(gettext("this cursor belongs to another list or order; begin without one"))
    return list(place)


def _is_whole(each: Any) -> bool:
    return type(each) is int and abs(each) < 2**63
