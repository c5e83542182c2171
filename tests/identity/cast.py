"""Identifiers with short names, links written as sentences, and drawn graphs of both."""

from __future__ import annotations

from hypothesis import strategies as st

from qualify.identity.graph import Link, Node, Rank, rank
from qualify.identity.resolving import Resolution, resolve

KINDS = {
    "mail": "email",
    "user": "user_id",
    "crm": "external:crm",
    "browser": "anonymous_id",
    "phone": "phone",
}


class World:
    """A small graph: ``world.link("browser:a", "mail:ann", at=5)``; nodes get ids in the order they are named."""

    def __init__(self, *names: str) -> None:
        self.nodes: dict[str, Node] = {}
        self.links: list[Link] = []
        for name in names:
            self.node(name)

    def node(self, name: str) -> int:
        if name not in self.nodes:
            sort, _, value = name.partition(":")
            kind = KINDS.get(sort, sort)
            value = f"{value}@firm.example" if kind == "email" else value
            self.nodes[name] = Node(len(self.nodes) + 1, kind, value, 0)
        return self.nodes[name].id

    def link(
        self, one: str, other: str, at: int = 0, known: int | None = None, why: str = "identified"
    ) -> Link:
        known = at if known is None else known
        made = Link(len(self.links) + 1, self.node(one), self.node(other), why, at, known)
        self.links.append(made)
        return made

    def resolve(self) -> Resolution:
        return resolve(self.nodes.values(), self.links)

    def person(self, name: str, at: int = 10**6) -> str:
        """The name of the node whose id the person has."""
        found = self.resolve().person_of(self.node(name), at).person_id
        return next(name for name, node in self.nodes.items() if node.id == found)

    def known(self, name: str, at: int = 10**6) -> int:
        return self.resolve().person_of(self.node(name), at).joined_at

    def spans(self, name: str) -> list[tuple[int | None, str, int]]:
        names = {node.id: name for name, node in self.nodes.items()}
        return [(since, names[who], known) for since, who, known in self.resolve().spans(self.node(name))]

    def reasons(self) -> list[str]:
        return [held.reason for held in self.resolve().held]

    def people(self) -> int:
        return len(self.resolve().people)


DRAWN_KINDS = ("email", "user_id", "external:crm", "anonymous_id", "phone")
EVIDENCE = ("identified", "identified", "aliased", "form", "merged")


@st.composite
def graphs(
    draw, most_nodes: int = 9, most_links: int = 14, kinds=DRAWN_KINDS
) -> tuple[list[Node], list[Link]]:
    """Nodes of all kinds of person, some role addresses, and links between any of them at crowded moments."""
    kinds = draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=most_nodes))
    roles = draw(st.lists(st.booleans(), min_size=len(kinds), max_size=len(kinds)))
    nodes = [
        Node(at, kind, f"info@f{at}.example" if role and kind == "email" else f"n{at}@f.example", 0)
        for at, (kind, role) in enumerate(zip(kinds, roles, strict=True), start=1)
    ]
    ends = st.integers(1, len(nodes))
    moments = st.integers(1, 8)
    drawn = draw(
        st.lists(
            st.tuples(ends, ends, st.sampled_from(EVIDENCE), moments, moments, st.booleans()),
            max_size=most_links,
        )
    )
    links = [
        Link(at, one, other, why, linked, known, active or at % 3 > 0)
        for at, (one, other, why, linked, known, active) in enumerate(drawn, start=1)
    ]
    return nodes, links


def naming(nodes: list[Node]) -> set[int]:
    return {node.id for node in nodes if rank(node.kind) is Rank.NAMING}
