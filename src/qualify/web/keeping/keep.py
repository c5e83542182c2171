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
from qualify.web.keeping.linking import Changing, keep_links, may_change, said_by
from qualify.web.keeping.marking import Mark, both, lock_the_houses, marks_of, of_accounts, put_in_line
from qualify.web.keeping.nodes import Known, found_or_made, there
from qualify.web.keeping.people import Now, lock_the_graph, whole
from qualify.web.keeping.rows import Owner, keep_rows, key_of_call
from qualify.web.keeping.sightings import keep_sightings


class Kept(NamedTuple):
    """How many drafts were new, and which of them (by their place) were there already."""

    new: int
    duplicates: tuple[int, ...]


class _Guess:
    """Whether links will change who is who, as those of the drafts before did: most batches bring somebody new, or
    few do. Who guesses wrong waits once for others, or begins once more; what is kept is the same.
    """

    changing = False


def keep(drafts: Sequence[Draft], now: int, asides: Sequence[Aside] = ()) -> Kept:
    """Keep drafts, each message once, whatever happens; all of them or, when this raises, none."""
    try:
        return untangled(lambda: _keep(drafts, now, asides, changing=_Guess.changing))
    except Changing:
        return untangled(lambda: _keep(drafts, now, asides, changing=True))


def _keep(drafts: Sequence[Draft], now: int, asides: Sequence[Aside], *, changing: bool) -> Kept:
    first: dict[bytes, Draft] = {}
    twice = []
    keys = []
    for place, draft in enumerate(drafts):
        key = key_of_call(draft)
        keys.append(key)
        if key in first:
            twice.append(place)
        else:
            first[key] = draft
    with transaction.atomic():
        news: dict[int, Mark] = {}
        known, born = _identified(drafts, now, changing, news)
        owner_at = _Owners(known)
        kept = keep_rows(list(first.items()), owner_at)
        new = [(key, draft) for key, draft in first.items() if key in kept.new]
        keep_consents([draft for _, draft in new if draft.consent], owner_at)
        keep_sightings(new)
        put_in_line(both(news, marks_of(born), marks_of(kept.dirty), of_accounts(kept.accounts)), now)
        put_aside(asides)
    if len(new) < len(first):
        again = set(twice)
        twice = [place for place, key in enumerate(keys) if place in again or key not in kept.new]
    return Kept(len(drafts) - len(twice), tuple(twice))


def _identified(
    drafts: Sequence[Draft], now: int, changing: bool, news: dict[int, Mark]
) -> tuple[Mapping[Identifier, Known], dict[int, int]]:
    """The identifiers in the drafts, with whose they are once their links are kept; and who is new, since when.

    Somebody can be new without a fact: a call may name people besides the one whose it is.

    Whom links change is put into ``news``.

    ``changing`` says that the links may change who is who. Raises :class:`~qualify.web.keeping.linking.Changing` when
    it does not, and they may.
    """
    wanted = _wanted(drafts)
    said = said_by(drafts)
    linking = bool(said) and not is_sqlite()
    if linking:
        lock_the_graph(shared=not changing)
    if any(draft.account is not None and draft.account_traits for draft in drafts):
        lock_the_houses()  # their people are marked at the end, when rows are locked
    found = None
    if linking:
        found = there(wanted, held=False)  # who changes whose they are holds the graph
        _Guess.changing = may_change(said, found)
        if _Guess.changing and not changing:
            raise Changing  # nothing is written yet: begin anew, alone
    known, new = found_or_made(wanted, found)
    alone = changing or not linking
    if said and (written := keep_links(said, known, now, {each.id for each in new}, news, alone=alone)):
        changed = {who: each for who, each in known.items() if each.id in written}
        known = {**known, **{who: _as_written(each, written[each.id]) for who, each in changed.items()}}
    made = {each.id for each in new if each.names_a_person}
    return known, {
        each.id: each.first_seen for each in known.values() if each.id in made and each.owner_id == each.id
    }


def _as_written(each: Known, now: Now) -> Known:
    """An identifier as it is once the people are regrouped."""
    if now.owner_id is None or now.joined_at is None:
        return each._replace(contested=now.contested)
    return each._replace(owner_id=now.owner_id, joined_at=now.joined_at, contested=now.contested)


def _wanted(drafts: Sequence[Draft]) -> dict[Identifier, int]:
    """Every identifier in the drafts, with the earliest moment at which we got to know of it."""
    found: dict[Identifier, int] = {}
    for draft in drafts:
        at = draft.received_at
        for each in _named(draft):
            if found.get(each, LATEST) > at:
                found[each] = at
                if each[0] == "email" and (company := _company(each[1])) is not None:
                    found[company] = min(at, found.get(company, at))
    return found


def _named(draft: Draft) -> Sequence[Identifier]:
    """Every identifier in a draft, some of them perhaps several times."""
    named, subject, account = draft.identifiers, draft.subject, draft.account
    links = draft.links
    if account is None and len(links) < len(named) and subject is named[0]:
        told = all(link[0] is subject and link[1] in named for link in links)
        if told:
            return named  # as it nearly always is
    others = [each for each in (subject, account) if each is not None]
    return [*named, *others, *(end for link in links for end in (link.one, link.other))]


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
        self.always: dict[Identifier, Owner] = {}
        """Those of identifiers that only ever were one person's."""

    def __call__(self, subject: Identifier, at: int) -> Owner:
        found = self.always.get(subject)
        return found or self._owner(subject, at)

    def _owner(self, subject: Identifier, at: int) -> Owner:
        node = self.known[subject]
        person, joined_at = (node.owner_id, node.joined_at) if not node.contested else whole(node.id, at)
        owner = Owner(node.id, person, joined_at, node.names_a_person or person != node.id)
        if not node.contested:
            self.always[subject] = owner
        return owner
