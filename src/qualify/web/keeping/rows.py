"""Drafts as rows: which table each goes to, under which owner, and which were there already."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from qualify.capture.model import Draft, Identifier
from qualify.capture.steps.who import IMPORTS
from qualify.identity.accounts import ToldBy
from qualify.machine.reasons import Reason
from qualify.web.database import Row, insert
from qualify.web.keeping.nodes import key_of

_encode = msgspec.json.Encoder().encode

EVENT = (
    "event",
    "message_key, source_id, subject_id, owner_id, kind, happened_at, received_at, known_at, "
    "properties, context, machine",
)
LEARNT = (
    "learnt",
    "message_key, source_id, subject_id, owner_id, learned_at, received_at, known_at, traits",
)
ACCOUNT_LEARNT = ("account_learnt", LEARNT[1])

OnlyLearning = frozenset({"identify", "group", "alias"})
"""The calls that tell who somebody is, and not what they did."""


PUT_INTO: Final[Mapping[ToldBy, str]] = {"imported": "$imported_account", "grouped": "$account"}
"""The trait that says which account an import, or a call, put a person into: the key of its identifier."""


class Owner(NamedTuple):
    """Whose a fact is, and from when on that is known."""

    subject_id: int
    person_id: int
    joined_at: int
    named: bool


OwnerAt = Callable[[Identifier, int], Owner]


class Kept(NamedTuple):
    """What keeping drafts came to: message keys that were new; people, and accounts, with the earliest new moment."""

    new: frozenset[bytes]
    dirty: Mapping[int, int]
    accounts: Mapping[int, int]


class _Rows(NamedTuple):
    """The rows of drafts by table, each with whose it is."""

    events: list[tuple[Row, Owner]]
    learnt: list[tuple[Row, Owner]]
    of_accounts: list[tuple[Row, Owner]]


_TOLD: Final = "ON CONFLICT (message_key) DO NOTHING RETURNING message_key"


def message_key(source_id: int, message_id: str) -> bytes:
    """What a message is known by: 16 bytes, whatever the client calls it, apart for each source."""
    return blake2b(f"{source_id}\n{message_id}".encode("utf-8", "replace"), digest_size=16).digest()


def key_of_call(draft: Draft) -> bytes:
    """What a call is known by. One that only tells who somebody is is another than one that tells what they did,
    whatever id the client gives them: they go to different tables, where each is once.
    """
    told = f"{draft.message_id}\nlearnt" if draft.kind in OnlyLearning else draft.message_id
    return message_key(draft.source.id, told)


def keep_rows(drafts: Sequence[tuple[bytes, Draft]], owner_at: OwnerAt) -> Kept:
    """Insert the rows of drafts; those of a message that is there already are left out."""
    rows = _Rows([], [], [])
    for key, draft in drafts:
        _place(rows, key, draft, owner_at)
    new: set[bytes] = set()
    twice: set[bytes] = set()
    dirty: dict[int, int] = {}
    accounts: dict[int, int] = {}
    for (table, columns), received, found in zip(
        (EVENT, LEARNT, ACCOUNT_LEARNT), (6, 5, 5), rows, strict=True
    ):
        fresh = [row for row, _ in found if row[0] not in twice] if twice else [row for row, _ in found]
        inserted = {bytes(key) for (key,) in insert(table, columns, fresh, _TOLD)}
        new |= inserted
        twice |= {row[0] for row in fresh} - inserted  # nor is what else the same message may say
        of_accounts = table == "account_learnt"
        news = accounts if of_accounts else dirty
        for row, (_, person, joined_at, named) in found:
            if (named or of_accounts) and row[0] in inserted:
                known_at = max(row[received], joined_at)
                news[person] = min(known_at, news.get(person, known_at))
    return Kept(frozenset(new), dirty, accounts)


def _place(rows: _Rows, key: bytes, draft: Draft, owner_at: OwnerAt) -> None:
    """The rows of a draft, each with whose it is."""
    if draft.subject is not None:
        owner = owner_at(draft.subject, draft.happened_at)
        if draft.kind in OnlyLearning:
            rows.learnt.append((_learnt(key, draft, owner, _with_account(draft)), owner))
        else:
            rows.events.append((_event(key, draft, owner), owner))
            if draft.traits:
                rows.learnt.append((_learnt(key, draft, owner, draft.traits), owner))
    if draft.account is not None and draft.account_traits:
        account = owner_at(draft.account, draft.happened_at)
        rows.of_accounts.append((_learnt(key, draft, account, draft.account_traits), account))


def _with_account(draft: Draft) -> Mapping[str, object]:
    """The traits of a call, with the account that it puts the person into."""
    if draft.account is None:
        return draft.traits
    told_by: ToldBy = "imported" if draft.source.kind in IMPORTS else "grouped"
    return {**draft.traits, PUT_INTO[told_by]: key_of(draft.account)}


def _event(key: bytes, draft: Draft, owner: Owner) -> Row:
    subject, person, joined_at, _ = owner
    received_at = draft.received_at
    return (
        key, draft.source.id, subject, person, draft.kind[:255], draft.happened_at, received_at,
        received_at if received_at >= joined_at else joined_at,
        text(draft.properties), text(_context(draft)), machine_of(draft),
    )  # fmt: skip


def _context(draft: Draft) -> Mapping[str, object]:
    """What is kept besides, with what the visitor said of themselves: labels are told from it."""
    if not (draft.user_agent or draft.address):
        return draft.context
    told = {"user_agent": draft.user_agent, "ip": draft.address}
    return {**draft.context, **{name: value for name, value in told.items() if value}}


def machine_of(draft: Draft) -> str | None:
    """What an event is held to be until its person is judged: a machine's when the visitor says so."""
    return None if draft.machine is None else Reason.DECLARED_BOT.value


def _learnt(key: bytes, draft: Draft, owner: Owner, traits: Mapping[str, object]) -> Row:
    return (
        key, draft.source.id, owner.subject_id, owner.person_id, draft.happened_at, draft.received_at,
        max(draft.received_at, owner.joined_at), text(traits),
    )  # fmt: skip


def text(value: Mapping[str, object]) -> str:
    """A JSON object as text; what JSON cannot say is said in words."""
    if not value:
        return "{}"
    try:
        return _encode(value).decode()
    except (TypeError, ValueError, OverflowError, UnicodeError):
        return json.dumps(value, ensure_ascii=True, default=str)
