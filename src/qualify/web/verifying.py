"""Is what is shown what the playbook says? Some people judged a second time, by the other way there is.

The worker judges one person in plain Python. Here the same playbook, as SQL, judges the same facts in the
store's own database, in a transaction that is rolled back; totals and every line of the ledger must be equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from qualify.scoring.canonical import columns, score_column
from qualify.scoring.record import Record, Values
from qualify.web import seam
from qualify.web.database import rows, those
from qualify.web.living.loading import Loaded, load
from qualify.web.living.recording import Recorder
from qualify.web.living.versions import Versions

_LINE = ("rule", "line", "n", "first_at", "last_at", "raw", "decayed", "capped", "points")


class Difference(NamedTuple):
    """A person whose standing is not what the playbook says."""

    person_id: int
    what: str
    stored: Any
    judged: Any


@dataclass(frozen=True)
class Verified:
    """How many people were looked at, and where the two ways differ."""

    people: int
    differences: list[Difference]


def verify(now: int, most: int = 200, people: Iterable[int] | None = None) -> Verified:
    """Judge people in SQL and compare with their standings; of those that hold at ``now``, ``most`` at random.

    Whoever waits to be judged is left out: their standing is known to be old.
    """
    versions = Versions()
    versions.refresh()
    if not versions.ordered:
        return Verified(0, [])
    current = versions.since(now)[0]
    chosen = list(people) if people is not None else _sample(now, int(current.version), most)
    layout = current.judge.layout
    fields = versions.asked([current]).by(current)
    with transaction.atomic():
        loaded = load(chosen, fields, now, settings=versions.labels).found
        records = {who: Recorder(person, fields)(now) for who, person in loaded.items()}
        _put(layout, loaded, records)
        scores = seam.asked(layout, "scores", now)
        ledger = seam.asked(layout, "ledger", now)
        transaction.set_rollback(True)
    return Verified(len(loaded), list(_compared(layout, scores, ledger, sorted(loaded))))


def _sample(now: int, version: int, most: int) -> list[int]:
    found = rows(
        "SELECT person_id FROM standing WHERE version_id = %s AND (next_at IS NULL OR next_at > %s) "
        "AND NOT EXISTS (SELECT 1 FROM dirty WHERE dirty.person_id = standing.person_id) "
        "ORDER BY random() LIMIT %s",
        [version, now, most],
    )
    return [who for (who,) in found]


def _put(layout: Any, loaded: Mapping[int, Loaded], records: Mapping[int, Record]) -> None:
    """The canonical tables of these people, with their colleagues' events, as temporary tables."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("leads", "accounts", "traits", "events", "answers", "decisions")
    }
    for who, record in records.items():
        tables["leads"].append(
            {"lead_id": record.lead_id, "account_id": record.account_id, "created_at": record.created_at}
        )
        tables["traits"] += [_learnt(record.lead_id, fact) for fact in record.learnt]
        tables["answers"] += [{"lead_id": record.lead_id, **_answer(answer)} for answer in record.answers]
        tables["decisions"] += [
            {"lead_id": record.lead_id, "decision": made.decision, "decided_at": made.decided_at}
            for made in record.decisions
        ]
        tables["events"] += [_event(event) for event in loaded[who].events]
    _put_accounts(tables, records)
    for name, kinds in columns(layout).items():
        seam.put(name, kinds, tables[name])


def _put_accounts(tables: dict[str, list[dict[str, Any]]], records: Mapping[int, Record]) -> None:
    """Accounts with what is known of them, and colleagues who are not judged themselves, for what they did."""
    seen: set[str] = set()
    judged = {record.lead_id for record in records.values()}
    strangers: dict[str, tuple[str, int]] = {}
    for record in records.values():
        if record.account_id is None or record.account_id in seen:
            continue
        seen.add(record.account_id)
        traits = _columns_of(record.account_traits)
        tables["accounts"].append({"account_id": record.account_id, "created_at": 0, **traits})
        for event in record.account_events:
            if event.lead_id not in judged:
                strangers.setdefault(event.lead_id, (record.account_id, 0))
                tables["events"].append(_event(event))
    for lead, (account, created_at) in strangers.items():
        tables["leads"].append({"lead_id": lead, "account_id": account, "created_at": created_at})


def _columns_of(values: Values) -> dict[str, Any]:
    return {field.column: value for field, value in values.items()}


def _learnt(lead: str, fact: Any) -> dict[str, Any]:
    kind = "number" if fact.field.is_number else "text"
    return {
        "lead_id": lead, "trait": fact.field.column, "told": fact.told, kind: fact.value,
        "learned_at": fact.learned_at,
    }  # fmt: skip


def _event(event: Any) -> dict[str, Any]:
    known_at = max(event.happened_at, event.known_at)
    common = {
        "lead_id": event.lead_id,
        "kind": event.kind,
        "happened_at": event.happened_at,
        "known_at": known_at,
    }
    return {**common, **_columns_of(event.properties)}


def _answer(answer: Any) -> dict[str, Any]:
    return {
        "question": answer.question, "told": answer.told, "answered_at": answer.answered_at,
        "expires_at": answer.expires_at, **_columns_of(answer.values),
    }  # fmt: skip


def _compared(
    layout: Any,
    scores: Sequence[Mapping[str, Any]],
    ledger: Sequence[Mapping[str, Any]],
    people: Sequence[int],
) -> Iterable[Difference]:
    by_lead = {row["lead_id"]: row for row in scores}
    lines: dict[str, list[list[Any]]] = {}
    for row in ledger:
        lines.setdefault(row["lead_id"], []).append([row[name] for name in _LINE])
    stored = those(
        "SELECT person_id, total, grade, scores, lines FROM standing WHERE person_id IN ({})", people
    )
    for who, total, grade, told, written in stored:
        row = by_lead[str(who)]
        ours = sorted(lines.get(str(who), []), key=lambda line: (line[0], line[1]))
        judged = {name: row[score_column(name)] for name in layout.score_names}
        for what, one, other in (
            ("total", total, row["total"]),
            ("grade", grade, row["grade"] or ""),
            ("scores", msgspec.json.decode(told), judged),
            ("lines", msgspec.json.decode(written), ours),
        ):
            if one != other:
                yield Difference(who, what, one, other)
