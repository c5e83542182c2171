"""Whose call it is: identifiers in their one form, what the call links, and the organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, Literal

from qualify.capture.known import Known
from qualify.capture.model import Call, Draft, Dropped, Identifier, Json, Linked
from qualify.identity.normalising import normalise

Evidence = Literal["identified", "aliased", "form", "imported", "grouped"]

IMPORTS: Final = frozenset({"import", "csv", "xlsx", "crm"})
"""The kinds of sources whose links are known from a list."""


_UUID: Final = re.compile(r"(?!0{8}|f{8}|F{8})[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST: Final = 1_000  # no identifier is, and what is cached must be bounded
_IDS: Final = frozenset({"user_id", "anonymous_id"})


def identifier(kind: str, value: str, region: str | None = None) -> Identifier | None:
    """The identifier in its one form; None when it identifies nobody."""
    if len(value) == 36 and kind in _IDS and _UUID.fullmatch(value):
        return Identifier(
            kind, value
        )  # what most clients make: already in its one form, and never seen again
    return _normalised(kind, value, region) if len(value) <= _LONGEST else None


@lru_cache(maxsize=16_384)
def _normalised(kind: str, value: str, region: str | None) -> Identifier | None:
    normal = normalise(kind, value, region)
    return None if normal is None else Identifier(kind, normal)


def named(value: str) -> Identifier | None:
    """A user id; one that is an e-mail address is that."""
    return (identifier("email", value) if "@" in value else None) or identifier("user_id", value)


def identifiers(draft: Draft, known: Known) -> Dropped | None:
    """Everything that the call says the person goes by, strongest first; the first is its subject.

    A user id before a source's own id, an address, a telephone number and a browser. Junk (null, undefined, a
    template that was not filled in) identifies nobody. A group call may tell of the organisation alone.
    """
    found = _found(draft)
    if not found and draft.call.type == "group" and draft.call.group_id:
        return None  # of an organisation alone, as servers tell it
    if not found:
        return Dropped("identifiers", "no identifier", "no user id, anonymous id or address in the call")
    draft.identifiers = found
    draft.subject = found[0]
    return None


def _found(draft: Draft) -> list[Identifier]:
    call, region = draft.call, draft.source.region
    found: list[Identifier | None] = []
    if call.user_id:
        found.append(named(call.user_id))
    if call.external_id:
        found.append(identifier(f"external:{draft.source.name}", call.external_id))
    if call.email:
        found.append(identifier("email", call.email))
    if told := person_traits(call):
        for kind in ("email", "phone"):
            value = told.get(kind)
            if isinstance(value, str):
                found.append(identifier(kind, value, region if kind == "phone" else None))
    if call.anonymous_id:
        found.append(identifier("anonymous_id", call.anonymous_id))
    known = [one for one in found if one]
    return known if len(known) < 2 else list(dict.fromkeys(known))


def person_traits(call: Call) -> Json:
    """What the call says of the person: its traits and those in its context, where some clients put them."""
    around = call.context.get("traits")
    if not isinstance(around, dict):
        around = {}
    if call.type == "group" or not call.traits:
        return around
    return {**around, **call.traits} if around else call.traits


def links(draft: Draft, known: Known) -> Dropped | None:
    """What the call says is one person: all it goes by, and of an alias what they were called before.

    An alias does not say whether the former id was a user's or a browser's (and PostHog's not which of the two
    is the former), so the same text is linked as either.
    """
    subject = draft.subject
    if subject is None:
        return None
    if len(draft.identifiers) > 1:
        said: Evidence = _evidence(draft)
        draft.links = [Linked(subject, other, said) for other in draft.identifiers[1:]]
    if draft.call.previous_id:
        draft.links = [*draft.links, *_aliased(subject, draft.call.previous_id)]
    return None


def _evidence(draft: Draft) -> Evidence:
    if draft.source.kind in IMPORTS:
        return "imported"
    return "form" if draft.call.email else "identified"


def _aliased(subject: Identifier, previous: str) -> Iterator[Linked]:
    former = (named(previous), identifier("anonymous_id", previous))
    now = identifier("anonymous_id", subject.value) if subject.kind == "user_id" else None
    pairs = [(subject, former[0]), (subject, former[1]), (now, former[0])]
    for one, other in pairs:
        if one and other and one != other:
            yield Linked(one, other, "aliased")


def account(draft: Draft, known: Known) -> Dropped | None:
    """The organisation: of a group call its id and traits, else the company that the traits tell of.

    A domain among them is linked with the id: both are the organisation's. A name alone identifies none.
    """
    call = draft.call
    around = call.context
    if not (call.group_id or "company" in call.traits or "traits" in around or "groupId" in around):
        return None
    group_id, told = _organisation(call)
    group = identifier("group", group_id) if group_id else None
    site = told.get("domain") or told.get("website")
    domain = identifier("domain", site) if isinstance(site, str) else None
    draft.account = group or domain
    draft.account_traits = told if draft.account else {}
    if group and domain:
        draft.links = [*draft.links, Linked(group, domain, "grouped")]
    return None


def _organisation(call: Call) -> tuple[str | None, Json]:
    """The id and the traits of the organisation in a call, as they were sent."""
    if call.type == "group":
        return call.group_id, call.traits
    company = person_traits(call).get("company")
    told = company if isinstance(company, dict) else {}
    given = call.group_id or _id(told.get("id")) or _id(call.context.get("groupId"))
    return given, told


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) else str(value) if value.__class__ is int else None
