"""Whom the playbook fits: what was counted last, of which version, and when."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from qualify.web.database import rows, those
from qualify.web.looking.phrases import kept_words

KEPT = 40
"""The newest counts that are looked through."""


class Matched(NamedTuple):
    """Whom a version fits. ``result`` is what :func:`qualify.web.bulk.matching.counted` found, None before it did;
    ``state`` that of the newest count that was asked for.
    """

    state: str = ""
    said: str = ""
    counted_at: int | None = None
    result: dict[str, Any] | None = None

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in ("waiting", "running")


def matched(version_id: int) -> Matched:
    """The newest count of a version."""
    found = rows(
        "SELECT state, detail FROM work WHERE kind = 'match' AND parameters = %s ORDER BY id DESC LIMIT %s",
        [json.dumps({"version": version_id}), KEPT],
    )
    if not found:
        return Matched()
    state, said = found[0][0], kept_words(found[0][1])
    for each, detail in found:
        if each == "done":
            result = msgspec.json.decode(detail)
            return Matched(state, "" if state == "done" else said, int(result["as_of"]), result)
    return Matched(state, said)


def rule_counts(found: Matched) -> list[int]:
    """To how many leads each rule gives points, in the order written; nothing before it was counted."""
    return [] if found.result is None else list(found.result["rules"])


ABOUT = ("industry", "employees", "country")
"""What an ideal customer is mostly told by."""


def about_accounts(leads: list[int]) -> dict[int, dict[str, Any]]:
    """By lead, what is known of their account (and, where it is silent, of themselves)."""
    people = those("SELECT id, account_id, traits FROM person WHERE id IN ({})", leads)
    accounts = sorted({account for _who, account, _traits in people if account is not None})
    told: dict[int, dict[str, Any]] = {}
    for account, traits in those(
        "SELECT owner_id, traits FROM account_learnt WHERE owner_id IN ({}) ORDER BY learned_at, id", accounts
    ):
        told.setdefault(account, {}).update(json.loads(traits))
    found = {}
    for who, account, traits in people:
        known = {**json.loads(traits), **told.get(account, {})}
        found[who] = {name: known[name] for name in ABOUT if known.get(name) not in (None, "")}
    return found
