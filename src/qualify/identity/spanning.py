"""Owners one after another make spans, and each span knows since when it could be told.

Let a fact lie at moment t in a run of owner links of one person. At an earlier time of knowledge only some of
these links were known; of those, the newest with ``linked_at <= t`` counted (in the first run, failing that, the
first after t). ``joined_at`` is the earliest time from which on the one that counted led to this person, without a
gap. Taking links by how much they count, the least first: one whose owner was this person's already when the
link became known (it is *prompt*) leaves what could be told before it; any other begins anew.

A telephone line that changes hands is *unsteady*: what it says of one moment says nothing of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from qualify.identity.graph import Span

_NEVER: Final = 1 << 62


class Owning(NamedTuple):
    """An owner link as the owned node sees it: from ``linked_at`` on it is with ``owner``, known at ``known_at``."""

    linked_at: int
    id: int
    owner: int
    known_at: int


class _Piece(NamedTuple):
    """What one owner link gives: from ``since`` the person's, by links all known at ``joined_at``."""

    since: int | None
    person_id: int
    joined_at: int
    prompt: bool
    steady: bool

    def after(self, before: int) -> int:
        """Since when it can be told that a fact in this piece is the person's, if by lesser links ``before``."""
        return min(before, self.joined_at) if self.prompt else self.joined_at

    def beyond(self, before: int) -> int:
        """The same for a fact that lies outside this piece, while this is the link that counts."""
        return self.after(before) if self.steady else _NEVER


def along(entries: Sequence[Owning], spans_of: Callable[[int], Sequence[Span]]) -> list[Span]:
    """The spans that follow from owner links in order, where ``spans_of`` says whose an owner is over time.

    Neighbouring spans of one person are one span, unless one of them was known earlier.
    """
    if len(entries) == 1:
        return _by_one(entries[0], spans_of(entries[0].owner))
    made: list[Span] = []
    for _, pieces in groupby(_pieces(entries, spans_of), key=lambda piece: piece.person_id):
        for span in _told(list(pieces)):
            if made and made[-1].since == span.since:
                made.pop()  # of owners at the same moment the last one counts
            if not made or made[-1][1:] != span[1:]:
                made.append(span)
    return made


def _by_one(entry: Owning, owner: Sequence[Span]) -> list[Span]:
    """The spans of what only ever had one owner: the owner's, as most are."""
    return [Span(since, who, max(joined_at, entry.known_at)) for since, who, joined_at in owner]


def _told(run: Sequence[_Piece]) -> Iterator[Span]:
    """The spans of one run of a person's links, each with the moment since when it can be told."""
    later = _by_later(run)
    least, passes = _NEVER, True
    for piece, from_later in zip(run, later, strict=True):
        before = min(least, from_later) if passes else least
        yield Span(piece.since, piece.person_id, piece.after(before))
        least, passes = piece.beyond(least), passes and piece.prompt and piece.steady


def _by_later(run: Sequence[_Piece]) -> list[int]:
    """For each piece, since when the links after it tell what lies before them; only in the first run they do."""
    found = [_NEVER] * len(run)
    if run[0].since is None:
        for index in range(len(run) - 2, -1, -1):
            found[index] = run[index + 1].beyond(found[index + 1])
    return found


def _pieces(entries: Sequence[Owning], spans_of: Callable[[int], Sequence[Span]]) -> Iterator[_Piece]:
    """The owners' own spans, each cut to the time in which it is the owner."""
    last = len(entries) - 1
    for index, entry in enumerate(entries):
        since = entry.linked_at if index else None
        until = entries[index + 1].linked_at if index < last else None
        owner = spans_of(entry.owner)
        for span in _cut(owner, since, until):
            prompt = span.joined_at <= entry.known_at
            joined_at = max(span.joined_at, entry.known_at)
            yield _Piece(span.since, span.person_id, joined_at, prompt, len(owner) == 1)


def _cut(spans: Sequence[Span], since: int | None, until: int | None) -> Iterable[Span]:
    """The spans between two moments; the first of them begins at ``since``."""
    for index, span in enumerate(spans):
        following = spans[index + 1].since if index + 1 < len(spans) else None
        if since is not None and following is not None and following <= since:
            continue
        if until is not None and span.since is not None and span.since >= until:
            return
        begins = span.since if since is None or (span.since is not None and span.since > since) else since
        yield span._replace(since=begins)
