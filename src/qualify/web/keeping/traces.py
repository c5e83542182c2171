"""Where somebody is named besides their own facts: in calls that were put aside, replies, refused rows, the audit.

Such texts are looked through one by one, because what is searched for is spelled there as it came: an address in
capitals, a telephone number with blanks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

from qualify.capture.model import Identifier
from qualify.identity.normalising import normalise
from qualify.web.database import Row, rows, run_many

AT_ONCE: Final = 500
SHORT: Final = 6
"""Ids with fewer characters stand in too many texts by chance: they count only where an id is expected."""

_EMAIL: Final = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(r"\+?\d[\d ()/.-]{6,24}\d")
_ID: Final = r'"(?:user_id|anonymous_id|previous_id|external_id|id|lead_id)":\s*"?'


class Traces:
    """Tells whether a text names somebody who goes by these identifiers."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        named: dict[str, set[str]] = {"email": set(), "phone": set(), "id": set()}
        for each in identifiers:
            named[each.kind if each.kind in named else "id"].add(each.value)
        self.emails, self.phones, ids = named["email"], {_tail(each) for each in named["phone"]}, named["id"]
        quoted = [re.escape(json.dumps(each)[1:-1]) for each in ids if len(each) >= SHORT]
        short = [re.escape(json.dumps(each)[1:-1]) for each in ids if len(each) < SHORT]
        said = [f'"(?:{"|".join(quoted)})"'] if quoted else []
        said += [f'{_ID}(?:{"|".join(short)})["\\s,}}]'] if short else []
        self.ids = re.compile("|".join(said)) if said else None

    def __call__(self, text: str) -> bool:
        """Whether it does."""
        if self.emails and "@" in text and any(self._is_theirs(each) for each in _EMAIL.findall(text)):
            return True
        if self.ids is not None and self.ids.search(text):
            return True
        return bool(self.phones) and any(_tail(each) in self.phones for each in _NUMBER.findall(text))

    def _is_theirs(self, spelled: str) -> bool:
        return spelled.lower() in self.emails or normalise("email", spelled) in self.emails


def _tail(number: str) -> str:
    """The last digits of a telephone number: how it begins depends on where one calls from."""
    return re.sub(r"\D", "", number)[-9:]


def forget(names: Traces, ids: Sequence[int]) -> dict[str, int]:
    """Take somebody out of every text that names them; by table, how many rows that were.

    ``ids`` are the numbers that they had as a lead. To be called in the transaction that erases them.
    """
    return {
        "aside": _dropped("aside", "raw", names, _text),
        "reply": _dropped("reply", "body", names, _text),
        "saved_view": _dropped("saved_view", "query", names, unquote_plus),
        "import": _rewritten('"import"', "rejects", names, lambda told: _without(told, names)),
        "upload": _rewritten("upload", "trial", names, lambda told: "", "ended_at IS NOT NULL"),
        "work": _rewritten("work", "detail", names, lambda told: "", "finished_at IS NOT NULL"),
        "audit": _audit(names, ids),
    }


def _some(table: str, column: str, which: str = "true") -> Iterator[Row]:
    """Every row's number and text, some at a time."""
    last = 0
    while found := rows(
        f"SELECT id, {column} FROM {table} WHERE id > %s AND {which} ORDER BY id LIMIT {AT_ONCE}", [last]
    ):
        yield from found
        last = found[-1][0]


def _text(raw: Any) -> str:
    """What came as bytes; an address may stand in it as forms write it."""
    return bytes(raw).decode("utf-8", "replace").replace("%40", "@")


def _dropped(table: str, column: str, names: Traces, read: Callable[[Any], str]) -> int:
    found = [(number,) for number, told in _some(table, column) if names(read(told))]
    run_many(f"DELETE FROM {table} WHERE id = %s", found)
    return len(found)


def _rewritten(
    table: str, column: str, names: Traces, anew: Callable[[str], str], which: str = "true"
) -> int:
    """What is under way is left to end: it is told anew then."""
    found = [(anew(told), number) for number, told in _some(table, column, which) if told and names(told)]
    run_many(f"UPDATE {table} SET {column} = %s WHERE id = %s", found)
    return len(found)


def _without(told: str, names: Traces) -> str:
    """The refused rows of an import, without what was found in those that name somebody."""
    kept = [
        [*each[:2], ""] if isinstance(each, list) and names(json.dumps(each, ensure_ascii=False)) else each
        for each in json.loads(told)
    ]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


ABOUT_LEADS: Final = (
    "decide", "decide several", "answer", "learn", "consent", "merge", "split", "rejoin", "dismiss", "retract",
    "restore", "export", "erase",
)  # fmt: skip
"""The verbs whose subject is a lead."""


def _audit(names: Traces, ids: Sequence[int]) -> int:
    """Lines about them, or that name them, keep who did what and when, and numbers; words go."""
    wanted = {str(each) for each in ids}
    found = []
    for number, verb, subject, detail in rows("SELECT id, verb, subject, detail FROM audit ORDER BY id"):
        about = verb in ABOUT_LEADS and subject in wanted
        if about or names(detail) or names(subject):
            kept = json.dumps(_numbers(json.loads(detail)), separators=(",", ":"))
            found.append(("" if names(subject) else subject, kept, number))
    run_many("UPDATE audit SET subject = %s, detail = %s WHERE id = %s", found)
    return len(found)


def _numbers(value: Any) -> Any:
    """What of a detail is no text: numbers and truths, however they are nested; and what was decided."""
    if isinstance(value, dict):
        kept = {name: _numbers(each) for name, each in value.items()}
        return {
            name: value[name] if name in ("decision", "question", "purpose") else each
            for name, each in kept.items()
            if each is not None or name in ("decision", "question", "purpose")
        }
    if isinstance(value, list):
        return [kept for each in value if (kept := _numbers(each)) is not None]
    return value if isinstance(value, int | float | bool) else None
