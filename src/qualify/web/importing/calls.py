"""Rows as calls: a lead is an identify call, an event a track call; each with the id that makes it one."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import blake2b
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from qualify.capture.model import Call, Draft, Identifier, Linked
from qualify.capture.steps.who import identifier
from qualify.identity.normalising import registrable_domain
from qualify.reading.text import bare, fold, is_missing
from qualify.web.importing.columns import SKIP, Columns
from qualify.web.importing.moments import Moments
from qualify.web.importing.sheets import Row


class Made(NamedTuple):
    """A row as a call, and when we got to know of it (None: now)."""

    call: Call
    known_at: int | None = None
    account_id: str = ""


class Refused(Exception):
    """A row that cannot be used: why, and what was found."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(reason)
        self.reason, self.found = reason, found[:200]


class Calls:
    """Makes calls of a file's rows.

    ``history`` says that what a row tells was known when it happened, and not only now. A row's message id
    follows from the file and its line, or of an event from its own id or its content: so a file that was
    broken off is imported again without harm, and two exports that overlap hold no event twice.
    """

    def __init__(
        self, columns: Columns, sample: list[Row], digest: str, *, history: bool, time_zone: ZoneInfo
    ) -> None:
        self.columns, self.digest, self.history = columns, digest, history
        self.places = {meaning: columns.place(meaning) for meaning in columns.meanings if meaning != SKIP}
        self.moments = {
            name: Moments((row.cells[place] for row in sample), time_zone)
            for name in ("created_at", "happened_at", "received_at", "closed_at")
            if (place := self.places.get(name)) is not None
        }
        self.lead_is_user = self._headed("lead_id", "userid")
        self.seen: Counter[bytes] = Counter()

    def _headed(self, meaning: str, spelled: str) -> bool:
        place = self.places.get(meaning)
        return place is not None and bare(self.columns.header[place]) == spelled

    def make(self, row: Row) -> Made:
        """The row as a call; raises :class:`Refused`."""
        told = self.told(row)
        return self._event(told) if self.columns.table == "events" else self._lead(told, row.line)

    def told(self, row: Row) -> dict[str, str]:
        """What the row says, by what its columns are read as; raises :class:`Refused` for a row that is broken."""
        if row.wrong:
            raise Refused(row.wrong, " | ".join(row.cells)[:200])
        return {
            name: cell
            for name, place in self.places.items()
            if place is not None and (cell := row.cells[place].strip())
        }

    def _lead(self, told: dict[str, str], line: int) -> Made:
        lead_id, account_id = told.pop("lead_id", ""), told.pop("account_id", "")
        created_at = self.moment(told, "created_at")
        if not (lead_id or told.get("email") or told.get("phone")):
            raise Refused("no id, e-mail address or telephone number")
        call = Call(
            type="identify",
            message_id=f"import {self.digest} {line}",
            traits=dict(told),
            email=told.get("email"),
            timestamp=created_at if self.history else None,
            **self.named(lead_id),
        )
        return Made(call, created_at if self.history else None, account_id)

    def _event(self, told: dict[str, str]) -> Made:
        kind, lead_id = told.pop("kind", ""), told.pop("lead_id", "")
        happened_at, received_at = self.moment(told, "happened_at"), self.moment(told, "received_at")
        email, anonymous_id = told.pop("email", None), told.pop("anonymous_id", None)
        event_id = told.pop("event_id", "")
        if not kind:
            raise Refused("nothing says what happened")
        if happened_at is None:
            raise Refused("nothing says when it happened")
        if not (lead_id or email or anonymous_id):
            raise Refused("nothing says who did it")
        call = Call(
            type="track",
            event=kind,
            email=email,
            anonymous_id=anonymous_id,
            properties=_properties(told),
            timestamp=happened_at,
            **self.named(lead_id),
        )
        call.message_id = event_id or self._of_content(call)
        return Made(call, max(happened_at, received_at or happened_at) if self.history else None)

    def named(self, lead_id: str) -> dict[str, Any]:
        """How the row's own key names the person: as an address, as a user, or as an id at the source."""
        if not lead_id:
            return {}
        return {"user_id": lead_id} if "@" in lead_id or self.lead_is_user else {"external_id": lead_id}

    def _of_content(self, call: Call) -> str:
        """What an event without an id is known by: the n-th that says the same."""
        said = [call.event, call.user_id, call.external_id, call.email, call.anonymous_id, call.timestamp]
        content = json.dumps([said, call.properties], sort_keys=True, default=str).encode()
        digest = blake2b(content, digest_size=16).digest()
        self.seen[digest] += 1
        return f"content {digest.hex()} {self.seen[digest]}"

    def moment(self, told: dict[str, str], name: str) -> int | None:
        """The moment that a column says, taken out of what is told; None when it is empty or a word for not known.

        Raises :class:`Refused`.
        """
        text = told.pop(name, "")
        found = self.moments[name].read(text) if text else None
        if found is None and is_missing(fold(text)):
            return None
        if found is None:
            raise Refused(f"{name} is no moment between 1970 and 2100", text)
        return found


def _properties(told: dict[str, str]) -> dict[str, Any]:
    """The columns that are nothing else, and what the column of properties holds."""
    text = told.pop("properties", "")
    if not text:
        return dict(told)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("properties is no JSON", text) from error
    if not isinstance(found, dict):
        raise Refused("properties is no JSON object", text)
    return {**told, **found}


def into_account(draft: Draft, account_id: str) -> None:
    """Put the person into the account that the row names; a domain in the row is that account's."""
    external = f"external_account:{draft.source.name}"
    known = identifier(external, account_id) if account_id else None
    site = draft.traits.get("domain") or draft.traits.get("website")
    registered = registrable_domain(site) if isinstance(site, str) else None
    domain = Identifier("domain", registered) if registered else None
    draft.account = known or domain
    if known and domain:
        draft.links = [*draft.links, Linked(known, domain, "grouped")]
