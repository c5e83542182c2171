"""The part of the graph that has to be looked at to know who one person is.

The **closed neighbourhood** of a person is

1. *inside*: its naming nodes, closed under the active links between naming nodes, held ones too (whether a link
   is held hangs on the others). Only links beyond ``limits.links`` of one of their ends are not followed, and
   left out: an identifier that everybody shares does not pull in everybody;
2. *carried*: every carried node linked with one that is inside, and every carried node reached from these by
   links between carried nodes; from those that a naming node owns, and that are not linked with one inside,
   it does not go on, because they go by their own links;
3. *rim*: the naming nodes at the other ends of the carried nodes' links. They show where other owners'
   spans begin, and are not followed: who they are is not known here;

with all active links between naming nodes inside, and all active links of the carried nodes. Resolving it
gives for everybody inside, and for visitors among the carried, the same as resolving the whole graph: whose
a naming node is, ``joined_at``, members, the spans that are theirs, and which links inside are held. Of people on the
rim it says no more than that they are somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from qualify.identity.graph import BY_HAND, DEFAULT_LIMITS, Limits, Link, Node, Rank, rank
from qualify.identity.resolving import in_order, resolve

LinksOf = Callable[[Collection[int]], tuple[Iterable[Node], Iterable[Link]]]
"""Given node ids: these nodes and those at the other ends of their active links, and all these links.

It is asked once for each ring around the start, so that it can be one statement. Of a naming node it may leave out
automatic links to naming nodes that are not among its first ``limits.links`` by (linked_at, id).
"""


class Neighbourhood(NamedTuple):
    """A closed neighbourhood: what to resolve, and the ids of those for whom the answers are whole."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    inside: frozenset[int]
    carried: frozenset[int]


def neighbourhood(
    start: Iterable[int], links_of: LinksOf, at: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Neighbourhood:
    """The closed neighbourhood of these nodes.

    A carried node to start with brings in all its owners; with ``at`` only who owns it at that moment (for an
    event on a browser that many have used: the answer is then whole for that moment and that person).
    Raises :class:`KeyError` for a start that ``links_of`` does not return.
    """
    walk = _Walk(links_of, limits)
    starts = set(start)
    walk.go(dict.fromkeys(starts, True))
    carried = sorted(node for node in starts if rank(walk.nodes[node].kind) < Rank.NAMING)
    if carried:
        nearby = resolve(*walk.closed()[:2], limits)
        whose = (
            {span.person_id for node in carried for span in nearby.spans(node)}
            if at is None
            else {nearby.person_of(node, at).person_id for node in carried}
        )
        walk.go(dict.fromkeys(whose, True))
    return walk.closed()


class _Walk:
    """What is loaded so far, and how far each node has been gone into."""

    def __init__(self, links_of: LinksOf, limits: Limits) -> None:
        self.links_of, self.limits = links_of, limits
        self.nodes: dict[int, Node] = {}
        self.links: dict[int, dict[int, Link]] = {}
        self.inside: set[int] = set()
        self.carried: dict[int, bool] = {}
        self.counted: dict[int, set[int]] = {}

    def go(self, ring: dict[int, bool]) -> None:
        """Go outwards from these nodes, ring by ring.

        With each node stands whether it belongs here by itself: a start, or linked with a node inside.
        """
        starts = set(ring)
        while ring:
            self._load(ring.keys() - self.links.keys())
            onward: dict[int, bool] = {}
            for node, direct in ring.items():
                if rank(self.nodes[node].kind) < Rank.NAMING:
                    self._through_carried(node, direct, onward)
                elif node not in self.inside and (node in starts or self._joins(node)):
                    self._through_naming(node, onward)
            ring = onward

    def closed(self) -> Neighbourhood:
        """What has been gone into, with its rim."""
        links: dict[int, Link] = {}
        for node in self.carried:
            links |= self.links[node]
        for node in self.inside:
            links |= {link.id: link for link in self._naming_links(node) if _other(link, node) in self.inside}
        ends = {end for link in links.values() for end in (link.a, link.b)}
        nodes = ends | self.inside | self.carried.keys()
        return Neighbourhood(
            tuple(self.nodes[node] for node in sorted(nodes)),
            tuple(sorted(links.values(), key=in_order)),
            frozenset(self.inside),
            frozenset(self.carried),
        )

    def _load(self, missing: Collection[int]) -> None:
        if not missing:
            return
        nodes, links = self.links_of(sorted(missing))
        self.nodes.update((node.id, node) for node in nodes)
        self.links.update((node, {}) for node in missing)
        for link in links:
            for end in {link.a, link.b} & set(missing) if link.active and link.a != link.b else ():
                self.links[end][link.id] = link

    def _through_naming(self, node: int, onward: dict[int, bool]) -> None:
        self.inside.add(node)
        for link in self.links[node].values():
            if rank(self.nodes[_other(link, node)].kind) < Rank.NAMING:
                onward[_other(link, node)] = True
        for link in self._naming_links(node):
            if _other(link, node) not in self.inside:
                onward[_other(link, node)] = True

    def _through_carried(self, node: int, direct: bool, onward: dict[int, bool]) -> None:
        if node in self.carried and self.carried[node] >= direct:
            return
        self.carried[node] = direct
        others = [_other(link, node) for link in self.links[node].values()]
        ranks = [rank(self.nodes[other].kind) for other in others]
        if direct or Rank.NAMING not in ranks:
            for other, sort in zip(others, ranks, strict=True):
                if sort < Rank.NAMING:
                    onward.setdefault(other, False)

    def _joins(self, node: int) -> bool:
        """Whether a link that counts for both its ends leads from this naming node inside."""
        return any(
            _other(link, node) in self.inside and link.id in self._counted(_other(link, node))
            for link in self._naming_links(node)
        )

    def _naming_links(self, node: int) -> list[Link]:
        """The links with naming nodes that count for this node, and for the other end where that is known."""
        found = (self.links[node][link_id] for link_id in self._counted(node))
        return [
            link
            for link in found
            if _other(link, node) not in self.links or link.id in self._counted(_other(link, node))
        ]

    def _counted(self, node: int) -> set[int]:
        """The ids of a naming node's links with such: those made by hand, and the first automatic ones."""
        if node not in self.counted:
            own = [link for link in sorted(self.links[node].values(), key=in_order) if self._is_alike(link)]
            automatic = [link for link in own if link.evidence != BY_HAND][: self.limits.links]
            by_hand = [link for link in own if link.evidence == BY_HAND]
            self.counted[node] = {link.id for link in (*automatic, *by_hand)}
        return self.counted[node]

    def _is_alike(self, link: Link) -> bool:
        """Whether a link is between naming nodes or between account nodes."""
        one, other = rank(self.nodes[link.a].kind), rank(self.nodes[link.b].kind)
        return min(one, other) >= Rank.NAMING and one is other


def _other(link: Link, node: int) -> int:
    return link.b if link.a == node else link.a
