"""People with all their facts, read from the store some at a time, as the one-lead path wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import transaction

from qualify.criteria.logic import Field
from qualify.identity.accounts import Account, Membership, account_of
from qualify.machine.settings import STANDARD, Settings
from qualify.scoring.occurring import FAR
from qualify.scoring.record import AnswerGiven, Decided, Event, Learnt, Values
from qualify.web.database import run_many, those
from qualify.web.keeping.marking import Mark, lock_the_houses, mark_each, of_accounts
from qualify.web.living.accounts import account_ids, known_account_ids, memberships
from qualify.web.living.labels import Labelled, Raw, labelled
from qualify.web.living.values import Fields, decoded, told, trait, trait_text

T = TypeVar("T")

# There are many of these, and made so they take half as long.
_event: Callable[[tuple[str, int, int, Values, str]], Event] = partial(tuple.__new__, Event)
_raw: Callable[[Sequence[Any]], Raw] = partial(tuple.__new__, Raw)


class Dated(NamedTuple, Generic[T]):
    """A fact, and from when on it is known of the person."""

    known_at: int
    fact: T


@dataclass
class Loaded:
    """A person with their facts, each with the moment from which on it is known to be theirs."""

    person_id: int
    created_at: int
    account_id: int | None
    emails: dict[str, int] = field(default_factory=dict)
    """Addresses, each with the moment since when it is known to be theirs; the newest last."""
    memberships: list[Membership] = field(default_factory=list)
    first_touch: tuple[int, str] | None = None
    """When they first came, and by which channel; of several at once, the one whose text comes first."""
    traits: dict[str, Any] = field(default_factory=dict)
    account_traits: list[Dated[Mapping[str, Any]]] = field(default_factory=list)
    learnt: list[Dated[Learnt]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    account_events: list[Event] = field(default_factory=list)
    answers: list[Dated[AnswerGiven]] = field(default_factory=list)
    decisions: list[Dated[Decided]] = field(default_factory=list)

    def moments(self) -> list[int]:
        """The moments at which a fact about the person became known that is no event: those say it themselves."""
        dated: list[Dated[Any]] = [*self.learnt, *self.answers, *self.decisions, *self.account_traits]
        return sorted({each.known_at for each in dated})


class People(NamedTuple):
    """People with their facts, what their events turned out to be, and who is of another account than before."""

    found: dict[int, Loaded]
    labels: Labelled
    rehoused: dict[int, int | None]
    """By person, the account that they were of before."""
    since: dict[int, int]
    """By person, from when on there is news of them, by what has come to light; of those of whom that was asked."""


def load(
    people: Iterable[int],
    fields: Fields,
    now: int,
    *,
    settings: Settings = STANDARD,
    since: Mapping[int, int] | None = None,
) -> People:
    """These people with their facts; those who are nobody any more are left out.

    Who belongs to another account by now is put into it. What colleagues do is read where it counts for ``fields``.
    ``since`` tells from when on there is news of each, if nobody will ask how they stood before the moment ahead of
    it: what their colleagues did is left out where it was too long ago to count.
    """
    found, labels = _read(people, fields, settings)
    rehoused = house(found, now)
    begins = _since(since or {}, found, labels, rehoused)
    from_when = -FAR if since is None else fields.shared.from_when(min(begins.values(), default=now) - 1)
    _read_accounts(found, fields, from_when)
    return People(found, labels, rehoused, begins)


def _since(
    since: Mapping[int, int], found: Mapping[int, Loaded], labels: Labelled, rehoused: Iterable[int]
) -> dict[int, int]:
    """From when on there is news: whose history turned out to be another is looked at from further back."""
    older = [(each.owner_id, each.known_at) for each in labels.changed]
    # Whose colleagues they are counts from the start.
    older += [(who, found[who].created_at) for who in rehoused if who in found]
    begins = dict(since)
    for who, moment in older:
        if moment < begins.get(who, -FAR):
            begins[who] = moment
    return begins


def looked_at(people: Iterable[int], fields: Fields, settings: Settings = STANDARD) -> Mapping[int, Loaded]:
    """The same, only to look: everybody in the account in which the worker put them, and nothing is written."""
    found, _ = _read(people, fields, settings)
    _read_accounts(found, fields, -FAR)
    return found


def _read(people: Iterable[int], fields: Fields, settings: Settings) -> tuple[dict[int, Loaded], Labelled]:
    ids = sorted(people)
    found = {who: Loaded(who, created_at, account) for who, created_at, account in those(_PEOPLE, ids)}
    _load_identifiers(found, ids)
    _load_learnt(found, ids, fields)
    labels = _load_events(found, ids, fields, settings)
    _load_told(found, ids, fields)
    return found, labels


def _read_accounts(found: Mapping[int, Loaded], fields: Fields, from_when: int) -> None:
    if fields.shared.asked:
        _load_colleagues(found, fields, from_when)
    _load_accounts(found)


def house(found: Mapping[int, Loaded], now: int) -> dict[int, int | None]:
    """Put people into the accounts that they belong to; by person who moved, the account before.

    It is written before colleagues are looked at, so that of two who come into an account at once one sees the
    other. What follows from it is written down with it: the worker may be killed before it gets there.

    Mostly everybody is where they belong: then nothing is locked. Whose account becomes a part of another just
    when it was looked at is marked by who does that, and looked at again.
    """
    whose = {
        who: _account_of(tuple(person.memberships), tuple(person.emails.items()))
        for who, person in found.items()
    }
    known = known_account_ids(whose)
    moving = {who: whose[who] for who in sorted(found) if not _lives_in(found[who], whose[who], known)}
    if not moving:
        return {}
    with transaction.atomic():
        # Telling who is left behind takes the whole lock, and whoever has a share of it would never get that.
        lock_the_houses(shared=all(found[who].account_id is None for who in moving))
        accounts = account_ids(moving, now)
        before = {who: found[who].account_id for who in moving if found[who].account_id != accounts[who]}
        run_many("UPDATE person SET account_id = %s WHERE id = %s", [(accounts[who], who) for who in before])
        if before:
            _tell_colleagues(found, before, now)
    for who in before:
        found[who].account_id = accounts[who]
    return before


@lru_cache(maxsize=4_000)
def _account_of(memberships: tuple[Membership, ...], emails: tuple[tuple[str, int], ...]) -> Account | None:
    """Whose account it is by what is given; it is looked up in long lists, and who is judged is mostly judged again."""
    return account_of(memberships, emails)


def _lives_in(person: Loaded, account: Account | None, known: Mapping[Account, int]) -> bool:
    """Whether the person is in the account that they belong to; one that is not there yet is to be made."""
    return person.account_id is None if account is None else known.get(account, 0) == person.account_id


def _tell_colleagues(found: Mapping[int, Loaded], before: Mapping[int, int | None], now: int) -> None:
    """Who was a colleague is judged anew; who is one now when the person is judged, from their first day on."""
    left: dict[int, int] = {}
    for who, account in before.items():
        if account is not None:
            left[account] = min(found[who].created_at, left.get(account, found[who].created_at))
    themselves = {who: Mark(found[who].created_at, many=0) for who in before}
    mark_each({**of_accounts(left), **themselves}, now)


_PEOPLE = "SELECT id, created_at, account_id FROM person WHERE id IN ({})"
_IDENTIFIERS = (
    "SELECT owner_id, value, first_seen, joined_at FROM identifier "
    "WHERE owner_id IN ({}) AND kind = 'email' ORDER BY id"
)
_EVENTS = (
    "SELECT id, owner_id, source_id, kind, happened_at, known_at, properties, context, machine FROM event "
    "WHERE owner_id IN ({})"
)
_OF_COLLEAGUES = (
    "SELECT owner_id, kind, happened_at, known_at, properties FROM event "
    "WHERE happened_at > %s AND machine IS NULL AND owner_id IN ({})"
)
_LEARNT = (
    "SELECT id, owner_id, learned_at, known_at, traits FROM learnt WHERE owner_id IN ({}) "
    "ORDER BY learned_at, id"
)
_ANSWERS = (
    "SELECT owner_id, question, value, satisfied, answered_at, expires_at, known_at FROM answer "
    "WHERE owner_id IN ({})"
)
# What was decided, and what came of it; what was taken back counts as if it had never been.
_DECISIONS = (
    "SELECT owner_id, decision, decided_at, known_at FROM ("
    "SELECT owner_id, decision, decided_at, known_at FROM decision WHERE taken_back_at IS NULL UNION ALL "
    "SELECT owner_id, outcome, closed_at, known_at FROM outcome WHERE taken_back_at IS NULL"
    ") AS made WHERE owner_id IN ({})"
)


def _load_identifiers(found: Mapping[int, Loaded], ids: Sequence[int]) -> None:
    for who, email, first_seen, joined_at in those(_IDENTIFIERS, ids):
        if who in found:
            found[who].emails[email] = max(first_seen, joined_at)


def _load_learnt(found: Mapping[int, Loaded], ids: Sequence[int], fields: Fields) -> None:
    for number, who, learned_at, known_at, text in those(_LEARNT, ids):
        if who not in found:
            continue
        person, traits = found[who], decoded(text)
        person.memberships += memberships(number, learned_at, traits)
        for name, value in traits.items():
            person.traits[name] = value
            for each in fields.of_trait(name):
                said = trait_text(value)
                folded = None if said is None else told(said)
                person.learnt.append(Dated(known_at, Learnt(each, learned_at, folded, trait(each, value))))


def _load_events(
    found: Mapping[int, Loaded], ids: Sequence[int], fields: Fields, settings: Settings
) -> Labelled:
    """The events of people; what is held to be machines' doing is left out."""
    seen = once(
        ("events", *ids, settings),
        lambda: labelled([_raw(row) for row in those(_EVENTS, ids)], settings),
    )
    reading, names = _Reading(fields.of_kind, fields.event), {who: str(who) for who in found}
    for event in seen.human:
        _, owner, _, kind, happened_at, known_at, properties, _, _ = event
        person = found.get(owner)
        if person is None:
            continue
        if '"channel"' in properties:
            _note_touch(person, event)
        if (asked := fields.kind(kind)) is not None:
            values = reading(asked, properties)
            person.events.append(_event((asked, happened_at, known_at, values, names[owner])))
    return seen


_here: ContextVar[dict[tuple[Any, ...], Any] | None] = ContextVar("what was read already", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Within this, what people did is read and labelled once, however many parts of a page look at it; only to look."""
    token = _here.set({})
    try:
        yield
    finally:
        _here.reset(token)


def once(what: tuple[Any, ...], read: Callable[[], T]) -> T:
    """What ``read`` gives; within :func:`read_once` it is asked only once for the same."""
    kept = _here.get()
    if kept is None:
        return read()
    if what not in kept:
        kept[what] = read()
    found: T = kept[what]
    return found


class _Reading:
    """Reads properties of events: people do the same things again and again, and parts of a page read the same."""

    def __init__(
        self, of_kind: Callable[[str], Sequence[Field]], event: Callable[[str, str], Values]
    ) -> None:
        self.of_kind, self.event = of_kind, event
        self.by_kind: dict[str, dict[str, Values]] = {}

    def __call__(self, kind: str, properties: str) -> Values:
        """The properties of an event of this kind, as read."""
        known = self.by_kind.get(kind)
        if known is None:
            looked = self.of_kind(kind)
            known = self.by_kind[kind] = once(("values", *looked), dict[str, Values])
        values = known.get(properties)
        if values is None:
            values = known[properties] = self.event(kind, properties)
        return values


def _note_touch(person: Loaded, event: Raw) -> None:
    """Keep the event where it is the first that brought them; as :mod:`qualify.web.looking.touches` tells it."""
    if person.first_touch is not None and event.happened_at > person.first_touch[0]:
        return
    channel = decoded(event.properties).get("channel")
    if channel and isinstance(channel, str):
        touch = event.happened_at, channel
        person.first_touch = touch if person.first_touch is None else min(touch, person.first_touch)


def _load_told(found: Mapping[int, Loaded], ids: Sequence[int], fields: Fields) -> None:
    for who, question, value, satisfied, answered_at, expires_at, known_at in those(_ANSWERS, ids):
        if who in found:
            values = fields.answer(value, satisfied)
            asked = fields.question(question)
            given = AnswerGiven(asked, answered_at, expires_at, told(value), values)
            found[who].answers.append(Dated(known_at, given))
    for who, decision, decided_at, known_at in those(_DECISIONS, ids):
        if who in found:
            found[who].decisions.append(Dated(known_at, Decided(decision, decided_at)))


def _load_colleagues(found: Mapping[int, Loaded], fields: Fields, from_when: int) -> None:
    """What everybody at the account did that counts for all of them; nobody's doings are known before the person is."""
    accounts = sorted({person.account_id for person in found.values() if person.account_id is not None})
    people = those("SELECT account_id, id, created_at FROM person WHERE account_id IN ({})", accounts)
    by_account: dict[int, list[Event]] = defaultdict(list)
    colleagues = {who: (by_account[account], created_at, str(who)) for account, who, created_at in people}
    asking = _OF_COLLEAGUES if fields.shared.looks_within else _OF_COLLEAGUES.replace("properties", "''")
    done = once((asking, from_when, *accounts), lambda: those(asking, sorted(colleagues), before=[from_when]))
    reading = _Reading(fields.shared.of_kind, fields.event_of_colleague)
    for who, kind, happened_at, known_at, properties in done:
        if (asked := fields.kind_of_colleagues(kind)) is not None:
            events, created_at, lead_id = colleagues[who]
            since = known_at if known_at > created_at else created_at
            events.append(_event((asked, happened_at, since, reading(asked, properties), lead_id)))
    for person in found.values():
        if person.account_id is not None:
            person.account_events = by_account[person.account_id]


def _load_accounts(found: Mapping[int, Loaded]) -> None:
    accounts = sorted({person.account_id for person in found.values() if person.account_id is not None})
    by_account: dict[int, list[Dated[Mapping[str, Any]]]] = defaultdict(list)
    statement = (
        "SELECT owner_id, known_at, traits FROM account_learnt WHERE owner_id IN ({}) ORDER BY learned_at, id"
    )
    for account, known_at, text in those(statement, accounts):
        by_account[account].append(Dated(known_at, decoded(text)))
    for person in found.values():
        if person.account_id is not None:
            person.account_traits = by_account[person.account_id]
