"""What the identity room takes and gives: identifiers as nodes, links as facts, spans of belonging.

Kinds of identifiers:

    naming   email, user_id, external:<source>          say who a person is; joined by links
    carried  phone, anonymous_id                         belong to one person at a time
    account  domain, group, external_account:<source>    say which organisation; never linked with people
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

ALWAYS: Final = 0
"""The ``joined_at`` of what belongs to its person from the start: its surviving node, or a node alone."""

EVIDENCE: Final = ("identified", "aliased", "form", "imported", "merged", "grouped")
"""How a link came to be known; ``merged`` is made by hand and is never held."""

BY_HAND: Final = "merged"


class Rank(IntEnum):
    """How firmly a kind of identifier holds on to a person; the higher owns the lower."""

    BROWSER = 0
    LINE = 1
    NAMING = 2
    ACCOUNT = 3


_RANKS: Final = {
    "anonymous_id": Rank.BROWSER,
    "phone": Rank.LINE,
    "email": Rank.NAMING,
    "user_id": Rank.NAMING,
    "domain": Rank.ACCOUNT,
    "group": Rank.ACCOUNT,
}
_RANKS_BY_SOURCE: Final = {"external": Rank.NAMING, "external_account": Rank.ACCOUNT}

_KINDS: Final = (
    "email, user_id, external:<source>, phone, anonymous_id, domain, group or external_account:<source>"
)


class Node(NamedTuple):
    """An identifier: its id, kind and normalised value, and when it was first seen (epoch ms)."""

    id: int
    kind: str
    value: str
    first_seen: int


class Link(NamedTuple):
    """The fact that two identifiers are of one person.

    ``linked_at`` is when it was so, by the client's corrected clock; ``known_at`` when we learnt it (both epoch
    ms). ``evidence`` is a word of :data:`EVIDENCE`. A split sets ``active`` to False by a later fact; a merge
    done again sets it back. Which of ``a`` and ``b`` comes first says nothing.
    """

    id: int
    a: int
    b: int
    evidence: str
    linked_at: int
    known_at: int
    active: bool = True


class Span(NamedTuple):
    """From ``since`` (None: from the beginning) a node's facts belong to ``person_id``, known at ``joined_at``."""

    since: int | None
    person_id: int
    joined_at: int


class Belonging(NamedTuple):
    """Whose a fact is, and when that was learnt: the person knows the fact from
    ``max(received_at, joined_at)`` on.
    """

    person_id: int
    joined_at: int


class Held(NamedTuple):
    """A link that joined nothing, offered as a suggestion: the reason as a word and as a sentence.

    Words: ``too_many_emails``, ``too_many_user_ids``, ``role_address``, ``too_many_links``,
    ``too_many_browsers``, ``person_and_account``.
    """

    link: Link
    reason: str
    sentence: str


@dataclass(frozen=True)
class Limits:
    """How much automatic links may join before they are held; links made by hand have no limit.

    ``emails`` and ``user_ids`` of one person; ``links`` of one naming identifier (the first so many count: what
    is linked with more is shared, as a default address in somebody's script); ``bundle`` carried
    identifiers that follow one another without an owner.
    """

    emails: int = 5
    user_ids: int = 5
    links: int = 100
    bundle: int = 50


DEFAULT_LIMITS: Final = Limits()


@lru_cache(maxsize=4096)
def rank(kind: str) -> Rank:
    """The rank of a kind of identifier; raises :class:`ValueError` for a kind that does not exist."""
    found = _RANKS.get(kind)
    if found is None:
        family, colon, source = kind.partition(":")
        found = _RANKS_BY_SOURCE.get(family) if colon and source else None
    if found is None:
        raise ValueError(f"{kind!r} is not a kind of identifier; write {_KINDS}")
    return found


def is_naming(kind: str) -> bool:
    """Whether identifiers of this kind name a person."""
    return rank(kind) is Rank.NAMING


def is_carried(kind: str) -> bool:
    """Whether identifiers of this kind belong to one person at a time."""
    return rank(kind) <= Rank.LINE


def is_account(kind: str) -> bool:
    """Whether identifiers of this kind name an organisation."""
    return rank(kind) is Rank.ACCOUNT
