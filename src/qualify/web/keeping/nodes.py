"""Identifiers as the store has them: found or made, many at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from qualify.capture.model import Identifier
from qualify.identity.graph import Rank, rank
from qualify.web.database import insert, is_sqlite, run, those

_COLUMNS = "key, id, first_seen, owner_id, joined_at, contested"


class Known(NamedTuple):
    """An identifier in the store, with whose it is."""

    id: int
    kind: str
    value: str
    first_seen: int
    owner_id: int
    joined_at: int
    contested: bool

    @property
    def names_a_person(self) -> bool:
        """Whether a person is known by it: whoever has one is a lead, whoever has none a visitor."""
        return rank(self.kind) is Rank.NAMING


def key_of(identifier: Identifier) -> str:
    r"""What an identifier is looked up by: its kind, a colon and its value, as ``email:jane@example.com``.

    A colon in the name of a source is written ``\:`` (and a backslash twice), so that no two have the same key.
    """
    kind, value = identifier
    if ":" not in kind:
        return f"{kind}:{value}"
    family, _, source = kind.partition(":")
    source = source.replace("\\", "\\\\").replace(":", "\\:")
    return f"{family}:{source}:{value}"


_KEY = re.compile(r"((?:external|external_account):(?:[^\\:]|\\.)+|[^:]+):(.*)", re.DOTALL)


def identifier_of(key: str) -> Identifier:
    """The identifier that has the key; raises ``ValueError`` for what is no key."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"{key!r} is no key of an identifier")
    return Identifier(re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL), found[2])


def found_or_made(
    wanted: Mapping[Identifier, int], found: Mapping[Identifier, Known] | None = None
) -> tuple[dict[Identifier, Known], list[Known]]:
    """The identifiers, each wanted with when it was seen; and which of them are new.

    Rows that are there are locked against a change of owner until the transaction ends, so that no fact is
    written under an owner that it has just lost. Whoever holds the graph needs no other lock, and says which of
    them it has ``found``.
    """
    held = found is None
    here = there(wanted) if found is None else dict(found)
    missing = {key_of(each): (each, at) for each, at in wanted.items() if each not in here}
    new = _made(missing.values()) if missing else []
    if len(new) < len(missing):  # somebody else made them between our look and our insert
        here = there(wanted, held=held)
    here |= {Identifier(each.kind, each.value): each for each in new}
    return here, new


def there(wanted: Iterable[Identifier], *, held: bool = True) -> dict[Identifier, Known]:
    """Those of the identifiers that are in the store; ``held`` so that they stay as they are until the
    transaction ends.
    """
    lock = " ORDER BY id FOR SHARE" if held and not is_sqlite() else ""
    named = {key_of(each): each for each in wanted}
    known: dict[Identifier, Known] = {}
    statement = f"SELECT {_COLUMNS} FROM identifier WHERE key IN ({{}}){lock}"
    for key, number, first_seen, owner, joined_at, contested in those(statement, named):
        each = named[key]
        known[each] = Known(number, *each, first_seen, owner, joined_at, bool(contested))
    return known


def _made(missing: Iterable[tuple[Identifier, int]]) -> list[Known]:
    """New identifiers; each belongs to itself until it is linked."""
    values = [(each.kind, each.value, key_of(each), at, 0, 0, False) for each, at in missing]
    made = insert(
        "identifier",
        "kind, value, key, first_seen, owner_id, joined_at, contested",
        # In the order in which they were seen: who is the oldest must not hang on how calls were batched.
        sorted(values, key=lambda row: (row[3], row[2])),
        "ON CONFLICT (key) DO NOTHING RETURNING id, kind, value, first_seen",
    )
    new = [Known(node, kind, value, seen, node, 0, False) for node, kind, value, seen in made]
    if new:
        first, last = min(each.id for each in new), max(each.id for each in new)
        run("UPDATE identifier SET owner_id = id WHERE owner_id = 0 AND id BETWEEN %s AND %s", [first, last])
    people = [(each.id, each.first_seen, "", "", "", "{}") for each in new if each.names_a_person]
    insert("person", "id, created_at, email, name, company, traits", people, "ON CONFLICT (id) DO NOTHING")
    return new
