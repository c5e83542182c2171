"""Training rows hold what was known by then, as scoring knows it, and nothing that came later."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from qualify import score
from qualify.files import Sources
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.runs.learning import observed

START = 20_000 * DAY
NOW = START + 400 * DAY
BOOK = parse(
    """\
playbook: Ours
product: {events: [used]}
scores:
  fit:
    rules:
      - {points: 10, name: software, when: {trait: industry, is: software}}
      - {points: 5, name: grown up, when: {used: active_days, at_least: 2, within: 30 days}}
  engagement:
    half_life: 20 days
    rules:
      - {points: 8, name: prices, cap: 30, when: {did: visited, where: {page: /pricing}, within: 60 days}}
      - {points: 3, name: colleagues, counts: once, when: {did: visited, by: account, at_least: 3, within: 40 days}}
"""
)


def company(seed=0, leads=60):
    """A small company's tables: leads of 20 accounts over a year, what they did, and what came of them."""
    chance = np.random.default_rng(seed)
    ids = [f"L{each:02}" for each in range(leads)]
    created = START + chance.integers(0, 300 * DAY, leads)
    who = chance.integers(0, leads, 800)
    happened = created[who] + chance.integers(-20 * DAY, 120 * DAY, 800)
    closed = created + chance.integers(5 * DAY, 80 * DAY, leads)
    won = chance.random(leads) < 0.4
    return {
        "leads": pa.table(
            {
                "lead_id": ids,
                "account_id": [f"A{each % 20}" for each in range(leads)],
                "created_at": created,
                "industry": chance.choice(["software", "retail"], leads),
            }
        ),
        "events": pa.table(
            {
                "lead_id": [ids[each] for each in who],
                "kind": chance.choice(["visited", "used"], 800),
                "page": chance.choice(["/pricing", "/blog"], 800),
                "happened_at": happened,
                "received_at": happened + chance.integers(0, 3 * DAY, 800),
            }
        ),
        "traits": pa.table(
            {"lead_id": ids, "name": ["size"] * leads, "value": [str(each) for each in chance.integers(1, 99, leads)], "learned_at": created + 9 * DAY}
        ),
        "outcomes": pa.table({"lead_id": ids[:50], "outcome": ["won" if each else "lost" for each in won[:50]], "closed_at": closed[:50]}),
    }  # fmt: skip


def learnt_from(tables, **more):
    return observed(Sources(**tables), BOOK, horizon_days=30, until=NOW, **more)


TABLES = company()


@pytest.fixture(scope="module")
def found():
    return learnt_from(TABLES)


@pytest.fixture(scope="module")
def seen(found):
    return found.evidence


def flat(evidence):
    return {
        name: [
            None if u else (c.levels[v] if c.levels else float(v))
            for v, u in zip(c.values, c.unknown, strict=True)
        ]
        for name, c in evidence.columns.items()
    }


def test_facts_from_after_the_decision_time_move_no_feature(seen):
    last = {seen.lead_ids[code]: int(seen.at[seen.lead == code].max()) for code in np.unique(seen.lead)}
    later = list(last)
    more = {
        **TABLES,
        "events": pa.concat_tables(
            [
                TABLES["events"],
                pa.table({"lead_id": later, "kind": ["visited"] * len(later), "page": ["/pricing"] * len(later),
                          "happened_at": [last[each] + 1 for each in later], "received_at": [last[each] + 1 for each in later]}),
                # done before, but heard of only after
                pa.table({"lead_id": later, "kind": ["used"] * len(later), "page": ["/blog"] * len(later),
                          "happened_at": [last[each] - DAY for each in later], "received_at": [last[each] + 1 for each in later]}),
            ]
        ),
        "traits": pa.concat_tables(
            [TABLES["traits"], pa.table({"lead_id": later, "name": ["size"] * len(later), "value": ["1000"] * len(later), "learned_at": [last[each] + 1 for each in later]})]
        ),
    }  # fmt: skip
    again = learnt_from(more).evidence
    mine = [seen.lead_ids[code] for code in seen.lead]
    whose = [again.lead_ids[code] for code in again.lead]
    # Colleagues' later events may be earlier than another lead's decision time: those columns are theirs by right.
    before, after = flat(seen), flat(again)
    assert mine == whose and (seen.at == again.at).all() and (seen.won == again.won).all()
    before.pop("colleagues"), after.pop("colleagues")
    assert before == after


@pytest.mark.slow
def test_todays_total_is_the_one_that_scoring_gives_as_of_that_moment(seen):
    tables = {name: TABLES[name] for name in ("leads", "events", "traits")}
    for row in (57, len(seen) - 1):
        run = score(BOOK, as_of=int(seen.at[row]), **tables)
        totals = {each["lead_id"]: float(each["total"]) for each in run.scores.to_pylist()}
        assert seen.today[row] == totals[seen.lead_ids[seen.lead[row]]]


def test_labels_respect_time(seen):
    outcomes = {row["lead_id"]: row for row in TABLES["outcomes"].to_pylist()}
    for code, at, won in zip(seen.lead, seen.at, seen.won, strict=True):
        outcome = outcomes[seen.lead_ids[code]]  # leads without an outcome have no row at all
        assert at < outcome["closed_at"] and at + 30 * DAY <= NOW
        assert won == (outcome["outcome"] == "won" and outcome["closed_at"] <= at + 30 * DAY)


@pytest.mark.slow
def test_undecided_leads_are_counted_not_lost(found):
    assert found.counts["never_worked"] == 10 and found.counts["won"] + found.counts["lost"] == 50


def test_open_leads_are_looked_at_each_week(seen):
    rows = seen.at[seen.lead == seen.lead[0]]
    assert (np.diff(np.sort(rows)) == 7 * DAY).all()


def test_every_lead_is_seen_at_its_beginning_decided_or_not(found):
    arriving = found.arriving
    begun = dict(
        zip(TABLES["leads"]["lead_id"].to_pylist(), TABLES["leads"]["created_at"].to_pylist(), strict=True)
    )
    assert {
        arriving.lead_ids[code]: int(at) for code, at in zip(arriving.lead, arriving.at, strict=True)
    } == begun


def test_what_is_watched_alone_is_counted_as_anybody_would_count_it(seen):
    events = TABLES["events"].to_pylist()
    counted = flat(seen)
    for row, (code, at) in enumerate(zip(seen.lead, seen.at, strict=True)):
        used = [
            each["happened_at"]
            for each in events
            if each["lead_id"] == seen.lead_ids[code]
            and each["kind"] == "used"
            and max(each["happened_at"], each["received_at"]) <= at
        ]
        assert counted["times used"][row] == len(used)
        assert counted["times used in 30 days"][row] == sum(each > at - 30 * DAY for each in used)
        assert counted["days since used"][row] == (-((at - max(used)) // DAY) if used else None)


def test_of_each_lead_the_row_that_is_learnt_from_can_be_drawn_before_any_is_looked_at(found):
    drawn, all_drawn = learnt_from(TABLES, one_each=True), found.evidence.one_each()
    assert len(drawn.evidence) == len(all_drawn) < len(found.evidence)
    assert drawn.evidence.fingerprint == all_drawn.fingerprint
    assert (drawn.evidence.today == all_drawn.today).all()
    assert drawn.arriving.fingerprint == found.arriving.fingerprint
