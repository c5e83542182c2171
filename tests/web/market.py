"""The simulated market as a stream of drafts and of what our own people wrote down, in the order of arrival."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from qualify.capture.model import Call, Draft, Identifier, Linked, Source
from qualify.market import Market
from qualify.web.database import insert, rows
from qualify.web.keeping.keep import keep
from qualify.web.keeping.marking import mark

SOURCE = Source(id=1, name="market", trusted=True)


def user(lead_id: str) -> Identifier:
    return Identifier("user_id", lead_id)


def browser(anonymous_id: str) -> Identifier:
    return Identifier("anonymous_id", anonymous_id)


def drafts(market: Market) -> list[Draft]:
    """Every lead, account, trait, event and link as a draft, in the order in which it became known."""
    accounts = {row["account_id"]: row for row in market.tables()["accounts"].to_pylist()}
    found = [*_people(market, accounts), *_traits(market), *_events(market), *_links(market)]
    return sorted(found, key=lambda draft: draft.received_at)


def _draft(
    message_id: str, kind: str, at: int, *who: Identifier, received: int | None = None, **more: Any
) -> Draft:
    return Draft(
        call=Call(type="track"), source=SOURCE, received_at=at if received is None else received,
        message_id=message_id, kind=kind, happened_at=at, subject=who[0], identifiers=list(who), **more,
    )  # fmt: skip


def _people(market: Market, accounts: Mapping[str, Any]) -> Iterator[Draft]:
    for row in market.tables()["leads"].to_pylist():
        at = _ms(row["created_at"])
        email = Identifier("email", row["email"].casefold())
        told = {name: value for name, value in row.items() if value is not None and isinstance(value, str)}
        traits = {name: told[name] for name in told if name not in ("lead_id", "account_id")}
        group = Identifier("group", row["account_id"]) if row["account_id"] else None
        account = accounts.get(row["account_id"], {})
        about = {
            name: account[name]
            for name in ("industry", "employees", "country", "seats")
            if account.get(name) is not None
        }
        link = Linked(user(row["lead_id"]), email, "identified")
        yield _draft(
            f"lead {row['lead_id']}", "identify", at, email, user(row["lead_id"]), links=[link], traits=traits,
            account=group, account_traits=about,
        )  # fmt: skip


def _traits(market: Market) -> Iterator[Draft]:
    for number, row in enumerate(market.tables()["traits"].to_pylist()):
        at = _ms(row["learned_at"])
        yield _draft(
            f"trait {number}", "identify", at, user(row["lead_id"]), traits={row["name"]: row["value"]}
        )


def _events(market: Market) -> Iterator[Draft]:
    for row in market.tables()["events"].to_pylist():
        who = user(row["lead_id"]) if row["lead_id"] else browser(row["anonymous_id"])
        at, received = _ms(row["happened_at"]), _ms(row["received_at"])
        properties = json.loads(row["properties"] or "{}")
        yield _draft(row["event_id"], row["kind"], at, who, received=received, properties=properties)


def _links(market: Market) -> Iterator[Draft]:
    for number, row in enumerate(market.tables()["links"].to_pylist()):
        ends = browser(row["anonymous_id"]), user(row["lead_id"])
        link = Linked(*ends, "identified")
        yield _draft(f"link {number}", "identify", _ms(row["learned_at"]), *reversed(ends), links=[link])


def tell(market: Market, until: int | None = None, since: int = 0) -> None:
    """Write what our own people said of the leads by then: answers, decisions and outcomes."""
    tables = market.tables()
    people = {
        value: (node, owner)
        for node, value, owner in rows("SELECT id, value, owner_id FROM identifier WHERE kind = 'user_id'")
    }
    news: dict[int, int] = {}

    def fact(row: Mapping[str, Any], moment: str) -> tuple[int, int, int, int, str] | None:
        at = _ms(row[moment])
        if row["lead_id"] not in people or at < since or (until is not None and at >= until):
            return None
        node, owner = people[row["lead_id"]]
        news[owner] = min(at, news.get(owner, at))
        return node, owner, at, at, "sales"

    common = "subject_id, owner_id, received_at, known_at, source"
    told = [
        (
            *whose,
            row["question"],
            row["value"] or "",
            _yes(row["satisfied"]),
            _ms(row["answered_at"]),
            _ms(row["expires_at"]),
            "",
        )
        for row in tables["answers"].to_pylist()
        if (whose := fact(row, "answered_at"))
    ]
    insert("answer", f"{common}, question, value, satisfied, answered_at, expires_at, asked_by", told)
    decided = [
        (*whose, row["decision"], _ms(row["decided_at"]), row["reason"] or "", row["decided_by"] or "")
        for row in tables["decisions"].to_pylist()
        if (whose := fact(row, "decided_at"))
    ]
    insert("decision", f"{common}, decision, decided_at, reason, decided_by", decided)
    closed = [
        (*whose, row["outcome"], _ms(row["closed_at"]), row["reason"] or "", None, "")
        for row in tables["outcomes"].to_pylist()
        if (whose := fact(row, "closed_at"))
    ]
    insert("outcome", f"{common}, outcome, closed_at, reason, amount, currency", closed)
    mark(news, until or 0)


def keep_all(found: list[Draft], size: int = 100) -> None:
    """Keep drafts some at a time, each batch at the moment of its last."""
    for start in range(0, len(found), size):
        batch = found[start : start + size]
        keep(batch, batch[-1].received_at)


def _yes(value: str | None) -> bool | None:
    return None if value is None else value == "yes"


def _ms(value: Any) -> Any:
    return None if value is None else round(value.timestamp() * 1000)
