"""Links that calls brought: kept as facts, and the people they change regrouped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qualify.capture.model import Draft, Identifier, Linked
from qualify.identity.graph import is_carried
from qualify.web.database import insert, those
from qualify.web.keeping.nodes import Known
from qualify.web.keeping.people import regroup

Said = tuple[Linked, int, int, int]
"""A link as a call said it: when it was so, when we learnt it, and from which source."""


def said_by(drafts: Iterable[Draft]) -> list[Said]:
    """The links in these drafts, each once for a moment."""
    found: dict[tuple[Identifier, Identifier, int], Said] = {}
    for draft in drafts:
        for link in draft.links:
            said = (link, draft.happened_at, draft.received_at, draft.source.id)
            found.setdefault((link.one, link.other, draft.happened_at), said)
    return list(found.values())


def may_change(said: Sequence[Said], known: Mapping[Identifier, Known]) -> bool:
    """Whether these links may change who is who; a new identifier always may."""
    return any(not _settled(known.get(link.one), known.get(link.other)) for link, *_ in said)


def keep_links(said: Sequence[Said], known: Mapping[Identifier, Known], now: int) -> bool:
    """Keep the links, and regroup whom they change; whether any did."""
    paired = _already([each for each in said if not _by_time(known, each)], known)
    wanted = [each for each in said if _by_time(known, each) or _ends(each, known) not in paired]
    rows = [
        (*_ends(each, known), each[0].evidence, each[1], each[2], each[3])
        for each in wanted
        if known[each[0].one].id != known[each[0].other].id
    ]
    columns = "one_id, other_id, evidence, linked_at, known_at, source_id"
    told = "ON CONFLICT (one_id, other_id, linked_at) DO NOTHING RETURNING id, one_id, other_id"
    new = insert("link", columns, sorted(set(rows)), told)
    changing = {
        _ends(each, known) for each in wanted if not _settled(known[each[0].one], known[each[0].other])
    }
    starts = {end for _, one, other in new for end in (one, other) if (one, other) in changing}
    if starts:
        regroup(sorted(starts), now, new={row[0] for row in new})
    return bool(starts)


def _settled(one: Known | None, other: Known | None) -> bool:
    """Whether a link between these two can change nothing: they are one already and always were."""
    if one is None or other is None:
        return False
    return one.owner_id == other.owner_id and not one.contested and not other.contested


def _by_time(known: Mapping[Identifier, Known], said: Said) -> bool:
    """Whether when it was said matters: a browser belongs to one person after another."""
    link = said[0]
    return is_carried(known[link.one].kind) or is_carried(known[link.other].kind)


def _ends(said: Said, known: Mapping[Identifier, Known]) -> tuple[int, int]:
    """The two ids, the smaller first: which came first in the call says nothing."""
    one, other = known[said[0].one].id, known[said[0].other].id
    return (one, other) if one < other else (other, one)


def _already(said: Sequence[Said], known: Mapping[Identifier, Known]) -> set[tuple[int, int]]:
    """The pairs that are linked already, whenever that was said."""
    pairs = {_ends(each, known) for each in said}
    found = those("SELECT one_id, other_id FROM link WHERE one_id IN ({})", sorted({one for one, _ in pairs}))
    return {(one, other) for one, other in found} & pairs
