"""Links that calls brought: kept as facts, and the people they change regrouped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

from qualify.capture.model import Draft, Identifier, Linked
from qualify.identity.graph import is_carried
from qualify.web.database import insert, those
from qualify.web.keeping.marking import Mark
from qualify.web.keeping.nodes import Known
from qualify.web.keeping.people import Now, regroup

HOUR = 3_600_000

_COLUMNS = "one_id, other_id, evidence, linked_at, known_at, source_id, hour"

# Clients say with every call whose browser it is. Of what is said of two identifiers within an hour of the
# clock the earliest is kept, in whatever order it arrives.
_EARLIER = (
    "ON CONFLICT (one_id, other_id, hour) DO UPDATE SET linked_at = excluded.linked_at "
    "WHERE excluded.linked_at < link.linked_at RETURNING id, one_id, other_id"
)

Said = tuple[Linked, int, int, int]
"""A link as a call said it: when it was so, when we learnt it, and from which source."""


def said_by(drafts: Iterable[Draft]) -> list[Said]:
    """The links in these drafts, each once for a moment."""
    found: dict[tuple[Identifier, Identifier, int], Said] = {}
    linking = [draft for draft in drafts if draft.links]
    for draft in sorted(linking, key=lambda draft: draft.received_at):
        at = draft.happened_at
        for link in draft.links:
            found.setdefault((link[0], link[1], at), (link, at, draft.received_at, draft.source.id))
    return list(found.values())


def may_change(said: Sequence[Said], known: Mapping[Identifier, Known]) -> bool:
    """Whether these links may change who is who; a new identifier always may."""
    return any(not _settled(known.get(link.one), known.get(link.other)) for link, *_ in said)


class Changing(Exception):
    """Links were to change nothing, and they do."""


class _Placed(NamedTuple):
    """A link with its two ends by id, whether it matters when it was said, and whether it can change nothing."""

    said: Said
    ends: tuple[int, int]
    timed: bool
    settled: bool


def keep_links(
    said: Sequence[Said],
    known: Mapping[Identifier, Known],
    now: int,
    fresh: Set[int] = frozenset(),
    news: dict[int, Mark] | None = None,
    *,
    alone: bool = True,
) -> dict[int, Now]:
    """Keep the links, and regroup whom they change; by identifier, what is written of it now. ``fresh`` ones have
    no facts yet.

    Who is to be judged anew is put into ``news``, if that is given, to be marked at the end. Raises :class:`Changing`
    when somebody is changed and nobody is to be, as we are not ``alone`` with who is who.
    """
    placed = [_placed(each, known) for each in said]
    rows = _rows(placed)
    changing = {each.ends for each in placed if not each.settled}
    before = _as_they_were([place for place in rows if not fresh & {*place[:2]}]) if changing else {}
    # In the order in which they were learnt: whatever hangs on that must not hang on how calls were batched.
    kept = insert(
        "link", _COLUMNS, sorted(rows.values(), key=lambda row: (row[4], row[:2], row[3])), _EARLIER
    )
    changing |= _for_the_first_time(
        {(one, other) for _, one, other in kept} - changing, {row[0] for row in kept}
    )
    starts = {end for _, one, other in kept for end in (one, other) if (one, other) in changing}
    if not starts:
        return {}
    if not alone:
        raise Changing
    came = (number for number, one, other in kept if number in before or (one, other) in changing)
    changed = {number: before.get(number) for number in came}
    return regroup(sorted(starts), now, changed, fresh=fresh, news=news)


def _placed(said: Said, known: Mapping[Identifier, Known]) -> _Placed:
    """The two ids, the smaller first: which came first in the call says nothing."""
    one, other = known[said[0].one], known[said[0].other]
    ends = (one.id, other.id) if one.id < other.id else (other.id, one.id)
    # A browser belongs to one person after another: then it matters when that was said.
    return _Placed(said, ends, is_carried(one.kind) or is_carried(other.kind), _settled(one, other))


def _rows(placed: Sequence[_Placed]) -> dict[tuple[int, int, int], tuple[Any, ...]]:
    """The links as rows, by their ends and hour; what is no matter of time is said once."""
    paired = _already({each.ends for each in placed if not each.timed})
    rows: dict[tuple[int, int, int], tuple[Any, ...]] = {}
    for (link, linked_at, known_at, source), ends, timed, _ in placed:
        if ends[0] == ends[1] or (not timed and ends in paired):
            continue
        paired.add(ends)
        place = (*ends, linked_at // HOUR)
        first = rows.get(place)
        if first is None:
            rows[place] = (*ends, link.evidence, linked_at, known_at, source, place[2])
        elif linked_at < first[3]:  # as the statement below does when they come one after the other
            rows[place] = (*first[:3], linked_at, *first[4:])
    return rows


def _as_they_were(places: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """Of the links that are kept for these ends and hours already, when each was so, as we knew until now."""
    wanted, hours = set(places), [hour for _, _, hour in places]
    if not places:
        return {}
    statement = (
        "SELECT id, one_id, other_id, hour, linked_at FROM link "
        f"WHERE one_id IN ({{}}) AND hour BETWEEN {min(hours):d} AND {max(hours):d}"
    )
    found = those(statement, sorted({one for one, _, _ in places}))
    return {number: linked_at for number, *place, linked_at in found if tuple(place) in wanted}


def _settled(one: Known | None, other: Known | None) -> bool:
    """Whether a link between these two that are linked already can change nothing: they always were one."""
    if one is None or other is None:
        return False
    return one.owner_id == other.owner_id and not one.contested and not other.contested


def _for_the_first_time(pairs: Set[tuple[int, int]], links: Set[int]) -> set[tuple[int, int]]:
    """The pairs between which only these links are in force. A browser that followed another one goes by its own link
    from now on, and that is known since now; so it is somebody's in another way, even if it was theirs already.
    """
    if not pairs:
        return set()
    found = those(
        "SELECT one_id, other_id, id FROM link WHERE severed_at IS NULL AND one_id IN ({})",
        sorted({one for one, _ in pairs}),
    )
    return set(pairs) - {(one, other) for one, other, number in found if number not in links}


def _already(pairs: Set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pairs that are linked already, whenever that was said."""
    if not pairs:
        return set()
    found = those("SELECT one_id, other_id FROM link WHERE one_id IN ({})", sorted({one for one, _ in pairs}))
    return {(one, other) for one, other in found} & pairs
