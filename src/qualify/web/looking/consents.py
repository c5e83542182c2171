"""What somebody agrees to today.

Of one identity the newest statement counts. When identities are joined, **withdrawal wins**: a withdrawal stands
until consent is given after it by an identifier that was known, by then, to be the same person's as the one
that withdrew. So a merge never brings back a consent that one of the two had withdrawn, whatever the
other had said, and whenever; consent that the joined person gives afterwards counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from qualify.identity.neighbourhood import Neighbourhood
from qualify.identity.resolving import resolve
from qualify.web.database import rows
from qualify.web.keeping.people import around


class Statement(NamedTuple):
    """What was said: for what purpose, given or withdrawn, when, by which identifier, with which words."""

    purpose: str
    given: bool
    given_at: int
    subject_id: int
    source: str
    proof: str


_STATEMENTS = (
    "SELECT purpose, given, given_at, subject_id, source, proof FROM consent WHERE owner_id = %s "
    "AND known_at <= %s ORDER BY given_at, id"
)


def statements_of(person_id: int, at: int) -> list[Statement]:
    """Everything a person ever said about consent, as known at the moment, oldest first."""
    return [Statement(row[0], bool(row[1]), *row[2:]) for row in rows(_STATEMENTS, [person_id, at])]


def consents_of(person_id: int, at: int) -> dict[str, Statement]:
    """By purpose, the statement that holds, as known at the moment (epoch ms)."""
    by_purpose: dict[str, list[Statement]] = defaultdict(list)
    for each in statements_of(person_id, at):
        by_purpose[each.purpose].append(each)
    if not by_purpose:
        return {}
    same = _Same(person_id)
    return {purpose: holding(said, same) for purpose, said in sorted(by_purpose.items())}


class Identities(Protocol):
    """Whether two identifiers were known at a moment to be one person's."""

    def __call__(self, one: int, other: int, at: int) -> bool:
        """Whether they were."""


def holding(said: Sequence[Statement], same: Identities) -> Statement:
    """The statement that holds, of those for one purpose, oldest first; at least one."""
    standing = [each for each in said if not each.given and not _given_anew(each, said, same)]
    return standing[-1] if standing else said[-1]


def _given_anew(withdrawal: Statement, said: Iterable[Statement], same: Identities) -> bool:
    """Whether the same identity gave consent after it had withdrawn it."""
    return any(
        each.given
        and each.given_at > withdrawal.given_at
        and same(withdrawal.subject_id, each.subject_id, each.given_at)
        for each in said
    )


class _Same:
    """From the links of the store; they are only read when two identifiers differ."""

    def __init__(self, person_id: int) -> None:
        self.person_id = person_id
        self.hood: Neighbourhood | None = None

    def __call__(self, one: int, other: int, at: int) -> bool:
        if one == other:
            return True
        if self.hood is None:
            self.hood = around([self.person_id])
        by_then = resolve(self.hood.nodes, [link for link in self.hood.links if link.known_at <= at])
        return by_then.person_of(one, at)[0] == by_then.person_of(other, at)[0]
