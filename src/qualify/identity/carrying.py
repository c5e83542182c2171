"""Browsers and telephone lines belong to one person at a time.

A carried identifier's **owner links** are its links with naming identifiers; a browser that has none of these
goes by its links with telephone lines instead. Its facts at moment t are the owner's in the newest owner link
with ``linked_at <= t``; before the first, the first owner's: what somebody did before they said who they are
is theirs. Through a telephone line they are whoever's the line is at t.

One without owner links **follows**: it takes the owner links of those of its own sort that it is linked with
(an alias of one browser to another), directly or by way of others without owners. Where there are none
either, those that are linked with one another are one visitor, whose id is the smallest of theirs.

So a carried identifier passes its facts on, but never makes two people one: a thousand visitors who leave
their e-mail on one screen at a fair are a thousand people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from qualify.identity.graph import ALWAYS, BY_HAND, Belonging, Held, Limits, Link, Node, Rank, Span, rank
from qualify.identity.groups import Groups, reached
from qualify.identity.spanning import Owning, along

Spans = dict[int, list[Span]]


class _Sorted(NamedTuple):
    """One rank's links: by node those that own it, and those among its own sort, all in order."""

    owning: dict[int, list[Owning]]
    alike: list[Link]


def carry(
    nodes: Mapping[int, Node], links: Sequence[Link], named: Mapping[int, Belonging], limits: Limits
) -> tuple[Spans, list[Held]]:
    """By carried node, whose its facts are over time; and the links that were held.

    ``links`` are active, with a carried node at one end or both, in order; ``named`` says whose each naming
    node is.
    """
    spans: Spans = {}
    held: list[Held] = []

    def spans_of(owner: int) -> Sequence[Span]:
        return spans[owner] if owner in spans else [Span(None, *named[owner])]

    for sort in (Rank.LINE, Rank.BROWSER):
        owning, alike = owner_links(nodes, links, sort)
        spans |= {node: along(entries, spans_of) for node, entries in owning.items()}
        beside, loose = _bundled(alike, owning, limits.bundle)
        held += loose
        spans |= _followers(beside, owning, spans_of)
        spans |= _visitors([node.id for node in nodes.values() if rank(node.kind) is sort], spans, beside)
    return spans, held


def owner_links(nodes: Mapping[int, Node], links: Iterable[Link], sort: Rank) -> _Sorted:
    """The links of the carried nodes of one rank: those with the highest rank above it own, the lower ones not."""
    found: dict[int, tuple[Rank, list[Owning]]] = {}
    alike = []
    for link in links:
        one, other = rank(nodes[link.a].kind), rank(nodes[link.b].kind)
        if one is other:
            alike += [link] if one is sort else []
            continue
        lower, owner = (link.a, link.b) if one < other else (link.b, link.a)
        if min(one, other) is sort:
            high = max(one, other)
            entry = Owning(link.linked_at, link.id, owner, link.known_at)
            kept = found.get(lower)
            if kept is None or high > kept[0]:
                found[lower] = (high, [entry])
            elif high is kept[0]:
                kept[1].append(entry)
    return _Sorted({node: entries for node, (_, entries) in found.items()}, alike)


Beside = dict[int, list[tuple[int, int]]]


def _bundled(alike: Iterable[Link], owned: Mapping[int, object], limit: int) -> tuple[Beside, list[Held]]:
    """By node, the ownerless ones of its sort that its links lead to; and the links that would tie too many."""
    sets, sizes = Groups(), dict[int, int]()
    beside: Beside = {}
    held = []
    for link in alike:
        loose = [node for node in (link.a, link.b) if node not in owned]
        tops = {sets.of(node) for node in loose}
        size = sum(sizes.get(top, 1) for top in tops) + (len(loose) == 1)
        if size > limit and link.evidence != BY_HAND and (len(tops) == 2 or len(loose) == 1):
            sentence = f"it would tie {size} browsers or lines together; more than {limit} is too many"
            held.append(Held(link, "too_many_browsers", sentence))
            continue
        if tops:
            sizes[sets.join(min(tops), max(tops))] = size
        for node, other in ((link.a, link.b), (link.b, link.a)):
            if other not in owned:
                beside.setdefault(node, []).append((other, link.known_at))
    return beside, held


def _followers(
    beside: Beside, owning: Mapping[int, list[Owning]], spans_of: Callable[[int], Sequence[Span]]
) -> Spans:
    """The spans of those without owner links that are linked with some that have them."""
    taken: dict[int, list[Owning]] = {}
    for owned in sorted(owning.keys() & beside.keys()):
        for follower, known in reached(owned, beside).items():
            if follower != owned:
                later = (entry._replace(known_at=max(entry.known_at, known)) for entry in owning[owned])
                taken.setdefault(follower, []).extend(later)
    return {node: along(sorted(entries), spans_of) for node, entries in taken.items()}


def _visitors(carried: Iterable[int], spans: Mapping[int, object], beside: Beside) -> Spans:
    """The spans of those that nobody owns: each is a person of its own, or one with those linked with it."""
    found: Spans = {}
    for node in sorted(carried):
        if node in spans or node in found:
            continue
        if node not in beside:
            found[node] = [Span(None, node, ALWAYS)]
        else:
            found |= {member: [Span(None, node, at)] for member, at in reached(node, beside).items()}
    return found
