"""What holds for every graph of identifiers and links."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.identity.graph import DEFAULT_LIMITS, Limits, Link, Node, Rank, rank
from qualify.identity.neighbourhood import neighbourhood
from qualify.identity.resolving import Resolution, resolve
from tests.identity.cast import graphs, naming

TIGHT = Limits(emails=2, user_ids=2, links=3, bundle=3)
LIMITS = st.sampled_from([DEFAULT_LIMITS, TIGHT])


def everything(found: Resolution, nodes: list[Node]):
    spans = {node.id: found.spans(node.id) for node in nodes}
    return spans, found.held, found.people, [found.members(person) for person in found.people]


@pytest.mark.slow
@given(graphs(), LIMITS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(graph, limits, chance: random.Random):
    nodes, links = graph
    shuffled = [turned(link, chance) for link in chance.sample(links, len(links))]
    here = resolve(nodes, links, limits)
    there = resolve(chance.sample(nodes, len(nodes)), shuffled, limits)
    assert everything(here, nodes)[0] == everything(there, nodes)[0]
    assert [held.link.id for held in here.held] == [held.link.id for held in there.held]


def turned(link: Link, chance: random.Random) -> Link:
    return link._replace(a=link.b, b=link.a) if chance.random() < 0.5 else link


@given(graphs(), LIMITS)
def test_saying_a_thing_twice_says_no_more(graph, limits):
    nodes, links = graph
    assert everything(resolve(nodes * 2, links * 2, limits), nodes) == everything(
        resolve(nodes, links, limits), nodes
    )


@given(graphs(), LIMITS, st.data())
def test_a_merge_that_is_split_again_never_happened(graph, limits, data):
    nodes, links = graph
    one, other = data.draw(st.integers(1, len(nodes))), data.draw(st.integers(1, len(nodes)))
    merge = Link(len(links) + 1, one, other, "merged", data.draw(st.integers(1, 9)), 9)
    before = resolve(nodes, links, limits)
    undone = resolve(nodes, [*links, merge._replace(active=False)], limits)
    assert everything(undone, nodes) == everything(before, nodes)


@given(graphs(), LIMITS)
def test_no_carried_node_ever_makes_two_people_one(graph, limits):
    nodes, links = graph
    named = naming(nodes)
    alone = [link for link in links if {link.a, link.b} <= named]
    with_carried, without = resolve(nodes, links, limits), resolve(nodes, alone, limits)
    for node in named:
        assert with_carried.person_of(node, 5) == without.person_of(node, 5)


@given(graphs(), LIMITS)
def test_a_person_is_named_after_its_oldest_node(graph, limits):
    nodes, links = graph
    found = resolve(nodes, links, limits)
    for person in found.people:
        named = [node for node in found.members(person) if node in naming(nodes)]
        assert person in found.members(person)
        assert person == min(named or [person])


@given(graphs(), LIMITS, st.data())
def test_a_neighbourhood_tells_the_same_as_the_whole(graph, limits, data):
    nodes, links = graph
    start = data.draw(st.integers(1, len(nodes)))
    at = data.draw(st.none() | st.integers(0, 9))
    near = neighbourhood([start], asked_of(nodes, links), at, limits)
    whole, part = resolve(nodes, links, limits), resolve(near.nodes, near.links, limits)
    if at is not None:
        assert part.person_of(start, at) == whole.person_of(start, at)
    else:
        assert part.spans(start) == whole.spans(start)
    whole_people = {whole.person_of(node, 0).person_id for node in near.inside}
    if at is not None:
        whole_people.add(whole.person_of(start, at).person_id)
    for person in whole_people:
        assert part.members(person) == whole.members(person)
        for node in whole.members(person):
            assert theirs(part, node, person) == theirs(whole, node, person)


@given(graphs(), LIMITS, st.data())
def test_a_neighbourhood_holds_the_same_links(graph, limits, data):
    nodes, links = graph
    start = data.draw(st.integers(1, len(nodes)))
    near = neighbourhood([start], asked_of(nodes, links), None, limits)
    inside = [
        held for held in resolve(nodes, links, limits).held if {held.link.a, held.link.b} <= near.inside
    ]
    here = [
        held
        for held in resolve(near.nodes, near.links, limits).held
        if {held.link.a, held.link.b} <= near.inside
    ]
    assert [held for held in inside if held.reason != "too_many_links"] == here


def theirs(found: Resolution, node: int, person: int):
    """The stretches of a node's time that are a person's: since, until, known."""
    spans = found.spans(node)
    ends = [span.since for span in spans[1:]] + [None]
    return [
        (span.since, end, span.joined_at)
        for span, end in zip(spans, ends, strict=True)
        if span.person_id == person
    ]


def asked_of(nodes: list[Node], links: list[Link]):
    """What a store answers: these nodes' active links, and the nodes at both their ends."""
    by_id = {node.id: node for node in nodes}

    def links_of(ids):
        found = [link for link in links if link.active and {link.a, link.b} & set(ids)]
        ends = {end for link in found for end in (link.a, link.b)} | set(ids)
        return [by_id[end] for end in ends], found

    return links_of


@given(graphs(kinds=("email", "user_id", "anonymous_id")), st.integers(1, 8))
def test_nothing_is_told_earlier_than_it_was_known(graph, as_of):
    """A past day's answer from today's resolution is what that day's own resolution said."""
    nodes, links = graph
    carried = {node.id for node in nodes} - naming(nodes)
    links = [link for link in links if not {link.a, link.b} <= carried]
    generous = Limits(emails=99, user_ids=99)
    nodes = [node._replace(value=f"n{node.id}@f.example") for node in nodes]
    now = resolve(nodes, links, generous)
    then = resolve(nodes, [link for link in links if link.known_at <= as_of], generous)
    for node in nodes:
        for at in range(10):
            person, joined_at = now.person_of(node.id, at)
            if joined_at <= as_of:
                assert then.person_of(node.id, at).person_id == then.person_of(person, at).person_id


@given(graphs())
def test_everybody_is_somebody_at_every_moment(graph):
    nodes, links = graph
    found = resolve(nodes, links)
    for node in nodes:
        spans = found.spans(node.id)
        assert spans[0].since is None
        begins = [span.since for span in spans[1:] if span.since is not None]
        assert begins == sorted(set(begins)) and len(begins) == len(spans) - 1
        for at in range(10):
            last = [span for span in spans if span.since is None or span.since <= at][-1]
            assert found.person_of(node.id, at) == (last.person_id, last.joined_at)
            assert node.id in found.members(last.person_id)


@given(graphs())
def test_a_persons_members_are_carried_or_named_alike(graph):
    nodes, links = graph
    found = resolve(nodes, links)
    listed = [node for person in found.people for node in found.members(person)]
    named = [node.id for node in nodes if rank(node.kind) is Rank.NAMING]
    assert sorted(node for node in listed if node in named) == sorted(named), "a naming node is one person's"
