"""Two small tools on graphs: sets that grow together, and the moment by which each node was reached."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from qualify.identity.graph import ALWAYS, Link


class Groups:
    """Disjoint sets of nodes (union-find); a node that was never joined is a set of its own."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def of(self, node: int) -> int:
        """The node that stands for this node's set; which of the set it is says nothing."""
        parent = self._parent
        top = node
        while (above := parent.get(top, top)) != top:
            parent[top] = top = parent.get(above, above)
        return top

    def join(self, one: int, other: int) -> int:
        """Make one set of two and return the node that stands for it."""
        one, other = self.of(one), self.of(other)
        self._parent[other] = one
        return one


def adjacent(links: Iterable[Link]) -> dict[int, list[tuple[int, int]]]:
    """By node, the nodes it is linked with, each with the link's ``known_at``."""
    found: dict[int, list[tuple[int, int]]] = {}
    for link in links:
        found.setdefault(link.a, []).append((link.b, link.known_at))
        found.setdefault(link.b, []).append((link.a, link.known_at))
    return found


def reached(start: int, beside: Mapping[int, Iterable[tuple[int, int]]]) -> dict[int, int]:
    """By node that can be reached from ``start``, the moment by which links that connect the two were known.

    Of several ways there the one known earliest counts, and a way is known when its last link is: the
    minimax path, found as Prim's algorithm finds a spanning tree. ``start`` itself is reached
    :data:`~qualify.identity.graph.ALWAYS`.
    """
    found: dict[int, int] = {}
    waiting = [(ALWAYS, start)]
    while waiting:
        known, node = heapq.heappop(waiting)
        if node in found:
            continue
        found[node] = known
        for other, at in beside.get(node, ()):
            if other not in found:
                heapq.heappush(waiting, (max(known, at), other))
    return found
