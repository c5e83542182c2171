"""Who is who, from identifiers and links: a pure function of the set of nodes and the set of active links.

**Naming identifiers** (an e-mail, a user id, a CRM's id) that are linked are one person. The person's id is
the smallest node id among them, so that a merge keeps the older id and a split brings back what was. A link
that would join too much is held and reported (:mod:`qualify.identity.joining`).

**Carried identifiers** (a browser, a telephone line) belong to one person at a time: a fact at moment t is
the owner's in the newest link with ``linked_at <= t``, before the first link the first owner's. One without
an owner is a visitor: a person of its own (:mod:`qualify.identity.carrying`). No carried identifier ever
makes two people one.

**Knowledge** has its own time. ``joined_at`` is when a node (for a span) was known to be its person's; a
person's fact is known from ``max(received_at, joined_at)``. So one resolution of today serves every past
``as_of``: what was joined later is left out. (Who-is-who exactly *as it was believed* on a past day, including
holds and spans that later links have since changed, is ``resolve(nodes, links known by then)``.)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from qualify.identity.carrying import carry
from qualify.identity.graph import (
    ALWAYS,
    DEFAULT_LIMITS,
    EVIDENCE,
    Belonging,
    Held,
    Limits,
    Link,
    Node,
    Rank,
    Span,
    is_account,
    is_carried,
    is_naming,
    rank,
)
from qualify.identity.joining import join

__all__ = [
    "ALWAYS",
    "DEFAULT_LIMITS",
    "EVIDENCE",
    "Belonging",
    "Held",
    "Limits",
    "Link",
    "Node",
    "Rank",
    "Resolution",
    "Span",
    "is_account",
    "is_carried",
    "is_naming",
    "rank",
    "resolve",
]


class Resolution:
    """Who is who: made by :func:`resolve`.

    ``held`` are the links that joined nothing, with their reasons, in the order of (linked_at, id).
    """

    def __init__(
        self,
        nodes: Mapping[int, Node],
        named: Mapping[int, Belonging],
        carried: Mapping[int, Sequence[Span]],
        held: Sequence[Held],
    ) -> None:
        self.held = tuple(held)
        self._nodes, self._named, self._carried = nodes, named, carried
        self._members: dict[int, list[int]] | None = None

    def person_of(self, node_id: int, at: int) -> Belonging:
        """Whose a fact on this node at that moment is, as ``(person_id, joined_at)``; of an account's node,
        the account. Raises :class:`KeyError` for a node that was not given.
        """
        named = self._named.get(node_id)
        if named is not None:
            return named
        spans = self._carried[node_id]
        found = bisect_right(spans, at, lo=1, key=_since) - 1 if len(spans) > 1 else 0
        return Belonging(spans[found].person_id, spans[found].joined_at)

    def spans(self, node_id: int) -> list[Span]:
        """Whose the node's facts are, over time: the first span is since None; a naming node has that one."""
        named = self._named.get(node_id)
        return [Span(None, *named)] if named is not None else list(self._carried[node_id])

    def members(self, person_id: int) -> tuple[int, ...]:
        """The nodes that are this person's, a carried one if only for a time, by id; empty for nobody."""
        return tuple(self._by_person().get(person_id, ()))

    @property
    def people(self) -> tuple[int, ...]:
        """The ids of all people, visitors among them."""
        return tuple(sorted(one for one in self._by_person() if not is_account(self._nodes[one].kind)))

    @property
    def accounts(self) -> tuple[int, ...]:
        """The ids of all accounts."""
        return tuple(sorted(one for one in self._by_person() if is_account(self._nodes[one].kind)))

    def _by_person(self) -> dict[int, list[int]]:
        if self._members is None:
            found: dict[int, list[int]] = {}
            for node_id in sorted(self._nodes):
                for person_id in {span.person_id for span in self.spans(node_id)}:
                    found.setdefault(person_id, []).append(node_id)
            self._members = found
        return self._members


def resolve(nodes: Iterable[Node], links: Iterable[Link], limits: Limits = DEFAULT_LIMITS) -> Resolution:
    """Who is who among these nodes; inactive links, and links of a node with itself, say nothing.

    Neither order nor repetition of nodes and links matters. Raises :class:`ValueError` for a kind that does not
    exist and for a link whose ends are not among the nodes.
    """
    known = {node.id: node for node in nodes}
    active = sorted({link for link in links if link.active and link.a != link.b}, key=in_order)
    naming, carried, crossed = _parted(known, active)
    named, held = join(known, naming, limits)
    spans, loose = carry(known, carried, named, limits)
    return Resolution(
        known, named, spans, sorted([*held, *loose, *crossed], key=lambda each: in_order(each.link))
    )


def in_order(link: Link) -> tuple[int, int]:
    """Links are looked at in the order of ``linked_at``, then of their ids."""
    return link.linked_at, link.id


def _parted(nodes: Mapping[int, Node], links: Iterable[Link]) -> tuple[list[Link], list[Link], list[Held]]:
    """Links between naming nodes, links with a carried one, and those of a person with an account."""
    naming: list[Link] = []
    carried: list[Link] = []
    crossed: list[Held] = []
    for link in links:
        if link.a not in nodes or link.b not in nodes:
            raise ValueError(f"link {link.id} joins nodes {link.a} and {link.b}, which were not both given")
        one, other = rank(nodes[link.a].kind), rank(nodes[link.b].kind)
        if (one is Rank.ACCOUNT) is not (other is Rank.ACCOUNT):
            crossed.append(Held(link, "person_and_account", "a person and an account are never one"))
        elif min(one, other) >= Rank.NAMING:
            naming.append(link)
        else:
            carried.append(link)
    return naming, carried, crossed


def _since(span: Span) -> int:
    """When a span begins; the first, which is since ever, is never asked."""
    assert span.since is not None
    return span.since
