"""The simulated market as drafts: what a company's clients would have sent, in the order in which it came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from qualify.capture.channels import DEFAULT
from qualify.capture.model import Call, Draft, Identifier, Linked, Source
from qualify.capture.steps.where import host_of
from qualify.identity.normalising import normal_phone, registrable_domain
from qualify.market import Market

_CALL = Call(type="track")
_ABOUT = ("industry", "employees", "country", "funding", "technologies", "seats")


def user(lead_id: str) -> Identifier:
    """A lead, as the market calls it."""
    return Identifier("user_id", lead_id)


def browser(anonymous_id: str) -> Identifier:
    """A browser, as the market calls it."""
    return Identifier("anonymous_id", anonymous_id)


class Drafts:
    """Makes drafts of a market's tables, all from one source."""

    def __init__(self, market: Market, source: Source) -> None:
        self.tables = market.tables()
        self.source = source

    def all(self) -> list[Draft]:
        """Every lead, account, trait, event and link, in the order in which it became known."""
        found = [*self.accounts(), *self.people(), *self.traits(), *self.events(), *self.links()]
        return sorted(found, key=lambda draft: draft.received_at)

    def _draft(
        self,
        message_id: str,
        kind: str,
        at: int,
        subject: Identifier | None,
        known_at: int | None = None,
        **more: Any,
    ) -> Draft:
        return Draft(
            call=_CALL, source=self.source, received_at=at if known_at is None else known_at,
            message_id=message_id, kind=kind, happened_at=at, subject=subject,
            identifiers=[subject] if subject else [], **more,
        )  # fmt: skip

    def accounts(self) -> Iterator[Draft]:
        """What is known of organisations."""
        for row in self.tables["accounts"].to_pylist():
            group, domain = Identifier("group", row["account_id"]), registrable_domain(row["domain"] or "")
            told = {name: row[name] for name in _ABOUT if row[name] is not None}
            links = [Linked(group, Identifier("domain", domain), "grouped")] if domain else []
            yield self._draft(
                f"account {row['account_id']}", "group", milliseconds(row["created_at"]), None, links=links,
                account=group, account_traits={**told, "company": row["name"]},
            )  # fmt: skip

    def people(self) -> Iterator[Draft]:
        """Leads, as they were entered."""
        for row in self.tables["leads"].to_pylist():
            who = user(row["lead_id"])
            traits = {
                name: value for name, value in row.items()
                if isinstance(value, str) and name not in ("lead_id", "account_id")
            }  # fmt: skip
            group = Identifier("group", row["account_id"]) if row["account_id"] else None
            yield self._draft(
                f"lead {row['lead_id']}", "identify", milliseconds(row["created_at"]), who,
                links=[Linked(who, other, "form") for other in _others(row)], traits=traits, account=group,
            )  # fmt: skip

    def traits(self) -> Iterator[Draft]:
        """What was learnt later."""
        for number, row in enumerate(self.tables["traits"].to_pylist()):
            at, told = milliseconds(row["learned_at"]), {row["name"]: row["value"]}
            yield self._draft(f"trait {number}", "identify", at, user(row["lead_id"]), traits=told)

    def events(self) -> Iterator[Draft]:
        """What they did; of who came from elsewhere, by which channel."""
        for row in self.tables["events"].to_pylist():
            who = user(row["lead_id"]) if row["lead_id"] else browser(row["anonymous_id"])
            yield self._draft(
                row["event_id"], row["kind"], milliseconds(row["happened_at"]), who,
                milliseconds(row["received_at"]), properties=_touched(json.loads(row["properties"] or "{}")),
            )  # fmt: skip

    def links(self) -> Iterator[Draft]:
        """Which browser turned out to be whose."""
        for number, row in enumerate(self.tables["links"].to_pylist()):
            who, other = user(row["lead_id"]), browser(row["anonymous_id"])
            at = milliseconds(row["learned_at"])
            yield self._draft(f"link {number}", "identify", at, who, links=[Linked(who, other, "identified")])


def _touched(properties: dict[str, Any]) -> dict[str, Any]:
    """What a client says of a page view, with the channel that the pipeline would tell from it."""
    led, came_from = properties.get("utm"), properties.get("referrer")
    if led or came_from:
        told = {f"utm_{name}": text for name, text in (led or {}).items()}
        properties["channel"] = DEFAULT.channel(told, told, host_of(came_from or ""))
    return properties


def _others(row: Mapping[str, Any]) -> Iterator[Identifier]:
    if row["email"]:
        yield Identifier("email", row["email"].casefold())
    if row["phone"] and (phone := normal_phone(row["phone"], row["country"])):
        yield Identifier("phone", phone)


def milliseconds(value: Any) -> int:
    """A moment of the market as epoch milliseconds."""
    found: int = round(value.timestamp() * 1000)
    return found
