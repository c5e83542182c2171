"""What has to be loaded to know who one person is, and what need not be."""

from __future__ import annotations

import pytest

from qualify.identity.graph import Limits
from qualify.identity.neighbourhood import neighbourhood
from qualify.identity.resolving import resolve
from tests.identity.cast import World


class Store:
    """A world that counts what is asked of it."""

    def __init__(self, world: World) -> None:
        self.by_id = {node.id: node for node in world.nodes.values()}
        self.links, self.asked = world.links, list[int]()

    def __call__(self, ids):
        self.asked += ids
        found = [link for link in self.links if {link.a, link.b} & set(ids)]
        return [
            self.by_id[end] for end in {end for link in found for end in (link.a, link.b)} | set(ids)
        ], found


@pytest.fixture
def fair() -> World:
    """Ann and ninety-nine others left their address on one screen; each has a user id and a browser."""
    world = World("mail:0", "browser:kiosk")
    for number in range(100):
        world.link("browser:kiosk", f"mail:{number}", at=number, why="form")
        world.link(f"mail:{number}", f"user:{number}", at=200)
        world.link(f"user:{number}", f"browser:{number}", at=200)
    return world


def test_others_on_a_shared_browser_are_not_followed(fair):
    store = Store(fair)
    near = neighbourhood([fair.node("mail:7")], store)
    names = {"mail:7", "user:7", "browser:7", "browser:kiosk"}
    assert set(store.asked) == {fair.node(name) for name in names}
    assert near.inside == {fair.node("mail:7"), fair.node("user:7")}


def test_an_event_on_a_shared_browser_brings_in_only_who_was_at_it(fair):
    store = Store(fair)
    kiosk = fair.node("browser:kiosk")
    near = neighbourhood([kiosk], store, at=42)
    assert near.inside == {fair.node("mail:42"), fair.node("user:42")}
    part, whole = resolve(near.nodes, near.links), fair.resolve()
    assert part.person_of(kiosk, 42) == whole.person_of(kiosk, 42)
    assert part.members(fair.node("mail:42")) == whole.members(fair.node("mail:42"))


def test_an_identifier_that_everybody_shares_does_not_pull_in_everybody():
    world = World("mail:default")
    for number in range(50):
        world.link(f"crm:{number}", "mail:default", at=number)
        world.link(f"crm:{number}", f"user:{number}", at=number)
    store = Store(world)
    near = neighbourhood([world.node("crm:40")], store, limits=Limits(links=10))
    assert near.inside == {world.node("crm:40"), world.node("user:40")}
    assert len(store.asked) == 3


def test_a_ring_is_asked_for_at_once(fair):
    calls = []
    store = Store(fair)

    def counted(ids):
        calls.append(ids)
        return store(ids)

    neighbourhood([fair.node("mail:7")], counted)
    assert len(calls) == 3, "the address; its user id and the screen; the browser"


def test_a_start_that_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        neighbourhood([1], lambda ids: ([], []))
