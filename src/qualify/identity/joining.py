"""Naming identifiers that are linked are one person, unless joining them would make a giant.

Links are looked at in the order of (linked_at, id), by the client's clock, so that the order of arrival does
not matter. One made by hand always joins. An automatic one is held

- when one of its ends is shared: more than ``limits.links`` automatic links, and this is not among the first,
- when the person would have more e-mails or user ids than the limits allow,
- when a role address (info@, sales@: read by several people) would be what brings two user ids together.

Accounts are joined alike, with the first of these only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from qualify.identity.graph import ALWAYS, BY_HAND, Belonging, Held, Limits, Link, Node, Rank, rank
from qualify.identity.groups import Groups, adjacent, reached
from qualify.identity.normalising import is_role_address

_COUNTED = ("email", "user_id")


def join(
    nodes: Mapping[int, Node], links: Sequence[Link], limits: Limits
) -> tuple[dict[int, Belonging], list[Held]]:
    """By naming or account node, whose it is and since when that is known; and the links that were held.

    ``links`` are active, between naming nodes or between account nodes, in order.
    """
    shared = beyond_first(links, limits.links)
    joining = _Joining(nodes, limits)
    held, counted = [], []
    for link in links:
        reason = None if link.evidence == BY_HAND else shared.get(link.id) or joining.why_not(link)
        if reason is not None:
            held.append(Held(link, *reason))
        else:
            joining.join(link)
            counted.append(link)
    return _belongings(nodes, counted), held


def beyond_first(links: Sequence[Link], limit: int) -> dict[int, tuple[str, str]]:
    """By id, the automatic links that are not among the first ``limit`` of one of their ends, with the reason."""
    seen: Counter[int] = Counter()
    found = {}
    for link in links:
        if link.evidence == BY_HAND:
            continue
        seen.update((link.a, link.b))
        if max(seen[link.a], seen[link.b]) > limit:
            sentence = (
                f"an identifier that is linked with more than {limit} others is shared by several people"
            )
            found[link.id] = ("too_many_links", sentence)
    return found


class _Joining:
    """Who is joined so far, and how many e-mails and user ids each set has.

    ``without_roles`` are the sets as they would be without role addresses: user ids may come together only there.
    """

    def __init__(self, nodes: Mapping[int, Node], limits: Limits) -> None:
        self.nodes, self.limits = nodes, limits
        self.sets, self.without_roles = Groups(), Groups()
        self.tallies: dict[int, Counter[str]] = {}
        self.user_ids: dict[int, int] = {}

    def why_not(self, link: Link) -> tuple[str, str] | None:
        """Why this automatic link joins nothing: the reason as a word and a sentence; None when it may join."""
        one, other = self.sets.of(link.a), self.sets.of(link.b)
        if one == other:
            return None
        mine, theirs = self._tally(one), self._tally(other)
        for kind, most, many in (
            ("email", self.limits.emails, "e-mails"),
            ("user_id", self.limits.user_ids, "user ids"),
        ):
            if mine[kind] + theirs[kind] > most:
                sentence = (
                    f"the person would have {mine[kind] + theirs[kind]} {many}; more than {most} is too many"
                )
                return f"too_many_{kind}s", sentence
        if mine["user_id"] and theirs["user_id"] and not (self._users(link.a) and self._users(link.b)):
            return "role_address", "an address that several people read does not make two user ids one person"
        return None

    def join(self, link: Link) -> None:
        """Make one of the sets that the link connects."""
        one, other = self.sets.of(link.a), self.sets.of(link.b)
        if one != other:
            tally = self._tally(one) + self._tally(other)
            self.tallies[self.sets.join(one, other)] = tally
        if not (self._is_role(link.a) or self._is_role(link.b)):
            mine, theirs = self.without_roles.of(link.a), self.without_roles.of(link.b)
            if mine != theirs:
                users = self._users(link.a) + self._users(link.b)
                self.user_ids[self.without_roles.join(mine, theirs)] = users

    def _tally(self, top: int) -> Counter[str]:
        """How many e-mails and user ids the set of this node, which stands for it, has."""
        kind = self.nodes[top].kind
        return self.tallies.get(top) or Counter([kind] if kind in _COUNTED else [])

    def _users(self, node: int) -> int:
        """How many user ids are joined with this node otherwise than by way of a role address."""
        top = self.without_roles.of(node)
        return self.user_ids.get(top, int(self.nodes[top].kind == "user_id"))

    def _is_role(self, node: int) -> bool:
        found = self.nodes[node]
        return found.kind == "email" and is_role_address(found.value)


def _belongings(nodes: Mapping[int, Node], links: Sequence[Link]) -> dict[int, Belonging]:
    beside = adjacent(links)
    found: dict[int, Belonging] = {}
    for node_id in sorted(nodes):
        if node_id in found or rank(nodes[node_id].kind) < Rank.NAMING:
            continue
        if node_id not in beside:
            found[node_id] = Belonging(node_id, ALWAYS)
            continue
        for member, joined_at in reached(node_id, beside).items():
            found[member] = Belonging(node_id, joined_at)
    return found
