"""Drafts into the store, in one transaction: identifiers, links, rows, marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import transaction

from qualify.capture.model import Draft, Identifier
from qualify.identity.accounts import account_domain
from qualify.moments import LATEST
from qualify.web.database import is_sqlite, untangled
from qualify.web.keeping.aside import Aside, put_aside
from qualify.web.keeping.consents import keep_consents
from qualify.web.keeping.linking import keep_links, may_change, said_by
from qualify.web.keeping.marking import Mark, both, lock_the_houses, mark_each, marks_of, of_accounts
from qualify.web.keeping.nodes import Known, found_or_made, there
from qualify.web.keeping.people import lock_the_graph, whole
from qualify.web.keeping.rows import Owner, keep_rows, key_of_call
from qualify.web.keeping.sightings import keep_sightings


class Kept(NamedTuple):
    """How many drafts were new, and which of them (by their place) were there already."""

    new: int
    duplicates: tuple[int, ...]


class _Changing(Exception):
    """The links were to change nothing when they were looked at, and now they do."""


def keep(drafts: Sequence[Draft], now: int, asides: Sequence[Aside] = ()) -> Kept:
    """Keep drafts, each message once, whatever happens; all of them or, when this raises, none."""
    try:
        return untangled(lambda: _keep(drafts, now, asides, changing=False))
    except _Changing:
        return untangled(lambda: _keep(drafts, now, asides, changing=True))


def _keep(drafts: Sequence[Draft], now: int, asides: Sequence[Aside], *, changing: bool) -> Kept:
    keyed = [(key_of_call(draft), draft) for draft in drafts]
    with transaction.atomic():
        news: dict[int, Mark] = {}
        known, born = _identified(drafts, now, changing, news)
        first: dict[bytes, Draft] = {}
        for key, draft in keyed:
            first.setdefault(key, draft)
        kept = keep_rows(list(first.items()), _Owners(known))
        keep_consents([first[key] for key in first if key in kept.new], _Owners(known))
        keep_sightings((key, draft) for key, draft in first.items() if key in kept.new)
        mark_each(both(news, marks_of(born), marks_of(kept.dirty), of_accounts(kept.accounts)), now)
        put_aside(asides)
    seen: set[bytes] = set()
    twice = []
    for place, (key, _) in enumerate(keyed):
        if key not in kept.new or key in seen:
            twice.append(place)
        seen.add(key)
    return Kept(len(drafts) - len(twice), tuple(twice))


def _identified(
    drafts: Sequence[Draft], now: int, changing: bool, news: dict[int, Mark]
) -> tuple[Mapping[Identifier, Known], dict[int, int]]:
    """The identifiers in the drafts, with whose they are once their links are kept; and who is new, since when.

    Somebody can be new without a fact: a call may name people besides the one whose it is.

    Whom links change is put into ``news``.

    ``changing`` says that the links may change who is who; else it is looked at. Raises :class:`_Changing`.
    """
    wanted = _wanted(drafts)
    said = said_by(drafts)
    if said and not is_sqlite():
        changing = changing or may_change(said, there(wanted, held=False))
        lock_the_graph(shared=not changing)
    if any(draft.account is not None and draft.account_traits for draft in drafts):
        lock_the_houses()  # their people are marked at the end, when rows are locked
    known, new = found_or_made(wanted)
    if said and not is_sqlite() and not changing and may_change(said, known):
        raise _Changing  # somebody was quicker: begin anew, alone
    if said and keep_links(said, known, now, {each.id for each in new}, news):
        known = there(wanted)
    made = {each.id for each in new if each.names_a_person}
    return known, {
        each.id: each.first_seen for each in known.values() if each.id in made and each.owner_id == each.id
    }


def _wanted(drafts: Sequence[Draft]) -> dict[Identifier, int]:
    """Every identifier in the drafts, with the earliest moment at which we got to know of it."""
    found: dict[Identifier, int] = {}
    for draft in drafts:
        named = {*draft.identifiers, draft.subject, draft.account}
        for link in draft.links:
            named.add(link.one)
            named.add(link.other)
        at = draft.received_at
        for each in named:
            if each is not None and found.get(each, LATEST) > at:
                found[each] = at
                if each.kind == "email" and (company := _company(each.value)) is not None:
                    found[company] = min(at, found.get(company, at))
    return found


@lru_cache(maxsize=50_000)
def _company(email: str) -> Identifier | None:
    """The company that an address is of. The worker needs it; made here, it is made when the address is first
    seen, and not when the worker comes to it.
    """
    domain = account_domain(email)
    return None if domain is None else Identifier("domain", domain)


class _Owners:
    """Whose a fact on an identifier is at a moment."""

    def __init__(self, known: Mapping[Identifier, Known]) -> None:
        self.known = known

    def __call__(self, subject: Identifier, at: int) -> Owner:
        node = self.known[subject]
        person, joined_at = (node.owner_id, node.joined_at) if not node.contested else whole(node.id, at)
        named = node.names_a_person or person != node.id
        return Owner(node.id, person, joined_at, named)
