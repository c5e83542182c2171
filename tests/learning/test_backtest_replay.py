"""A replay says of every lead at every look what judging it by itself, look by look, says."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.learning.backtest.looks import MOST_LOOKS, Looks
from qualify.learning.backtest.replayed import UNKNOWN
from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.runs import backtesting
from qualify.scoring.layout import Layout
from qualify.vocabulary import STAGES
from tests.learning.replays import cells, one_by_one, replayed
from tests.scoring.world import NOW, Tables, World, moments, worlds

# Compiling takes most of an example; shrinking one would take minutes, so it is left out.
unshrunk = (Phase.explicit, Phase.reuse, Phase.generate)
many = settings(max_examples=60, suppress_health_check=list(HealthCheck), phases=unshrunk)

weekly = st.sampled_from([NOW - day * DAY for day in range(0, 84, 7)])


def looks_on_distinct_days(drawn: list[int]) -> Looks:
    by_day = {moment // DAY: moment for moment in drawn}
    return Looks(list(by_day.values()))


some_looks = st.lists(st.one_of(moments, weekly), min_size=2, max_size=8).map(looks_on_distinct_days)


@pytest.mark.slow
@many
@given(world=worlds(staged=True), looks=some_looks)
def test_a_replay_is_what_judging_one_lead_at_a_time_gives_whatever_the_playbook(
    world: World, looks: Looks
) -> None:
    assert cells(world, replayed(world, looks), looks) == one_by_one(world, looks)


# ── a world by hand in which everything happens that a replay has to get right ──────────────────────

BOOK: dict[str, Any] = {
    "playbook": "by hand",
    "product": {"events": ["used"]},
    "scores": {
        "fit": {"rules": [{"points": 20, "name": "large", "when": {"trait": "employees", "at_least": 50}}]},
        "engagement": {
            "half_life": 7,
            "bounds": {"at_most": 60},
            "rules": [
                {"points": 8, "cap": 24, "name": "prices", "when": {"did": "visited", "within": 30}},
                {
                    "points": 12,
                    "counts": "once",
                    "half_life": "none",
                    "name": "demo",
                    "when": {"did": "asked"},
                },
                {"points": -5, "name": "quiet", "when": {"quiet_for": 14}},
                {"points": 6, "name": "days", "when": {"used": "active_days", "at_least": 2, "within": 14}},
                {
                    "points": 3,
                    "cap": 9,
                    "name": "ours",
                    "when": {"did": "visited", "by": "account", "within": 14},
                },
                {
                    "points": 10,
                    "counts": "once",
                    "name": "asked, then used",
                    "when": {"sequence": ["asked", "used"], "apart_at_most": 7, "within": 60},
                },
            ],
        },
    },
    "stages": {
        "iql": {
            "enter": {"score": "engagement", "at_least": 6},
            "leave": {"score": "engagement", "below": 3},
        },
        "mql": {
            "enter": [{"score": "fit", "at_least": 20}, {"score": "engagement", "at_least": 12}],
            "leave": {"score": "engagement", "below": 6},
            "stay_at_least": 7,
        },
        "sal": {"enter": {"decision": "accepted"}},
        "customer": {"enter": {"decision": "won"}},
        "recycled": {
            "enter": {"decision": ["rejected", "lost"]},
            "leave": {"came_back": {"did": ["visited", "asked"]}},
            "stay_at_least": 7,
        },
    },
}
WEEKS = Looks([NOW - 7 * DAY * weeks for weeks in range(9, -1, -1)])


def ago(days: float) -> int:
    return NOW - int(days * DAY)


def made_world() -> World:
    book = Playbook.model_validate(BOOK)
    layout = Layout(book)
    employees = next(field.column for field in layout.trait_fields)

    def lead(name: str, account: str | None, days: float, size: float | None) -> dict[str, Any]:
        created = 0 if days < 0 else ago(days)
        return {"lead_id": name, "account_id": account, "created_at": created, employees: size}

    def event(name: str, kind: str, days: float, later: float = 0) -> dict[str, Any]:
        row = {"lead_id": name, "kind": kind, "happened_at": ago(days), "known_at": ago(days - later)}
        return {**row, **{field.column: None for field in layout.event_fields}}

    tables: Tables = {
        "leads": [lead("ada", "acme", 61, 80.0), lead("ben", "acme", 40, None), lead("cleo", None, -1, None)],
        "accounts": [{"account_id": "acme", "created_at": ago(33), employees: 500.0}],
        "traits": [
            {
                "lead_id": "ada",
                "trait": employees,
                "told": told,
                "text": None,
                "number": size,
                "learned_at": ago(days),
            }
            for told, size, days in (("10", 10.0, 40), ("90", 90.0, 20), (None, None, 8))
        ],
        "events": [
            *(event("ada", "visited", days) for days in (60, 59.5, 43, 42, 41.9, 15, 14, 3)),
            *(event("ada", "asked", days) for days in (50, 44)),
            *(event("ada", "used", days) for days in (43.5, 42.6, 35)),
            event("ben", "visited", 45),
            event("ben", "visited", 30, later=9),
            event("ben", "asked", 29),
            event("ben", "used", 28, later=15),
            event("cleo", "asked", 62),
            event("cleo", "visited", 10),
        ],
        "answers": [],
        "decisions": [
            {"lead_id": "ada", "decision": "accepted", "decided_at": ago(36)},
            {"lead_id": "ada", "decision": "lost", "decided_at": ago(29)},
            {"lead_id": "ben", "decision": "rejected", "decided_at": ago(26)},
            {"lead_id": "cleo", "decision": "won", "decided_at": ago(1)},
        ],
    }
    return World(book, layout, tables)


@pytest.fixture(scope="module")
def world() -> World:
    """The same for all tests: what it compiles to is kept with its layout."""
    return made_world()


@pytest.mark.slow
def test_windows_decay_accounts_sequences_decisions_and_late_facts_are_those_of_one_lead_at_a_time(
    world: World,
) -> None:
    alone = one_by_one(world, WEEKS)
    assert {stage for stage, _, _ in alone.values()} == {"lead", "iql", "mql", "sal", "customer", "recycled"}
    assert cells(world, replayed(world, WEEKS), WEEKS) == alone


@pytest.mark.slow
def test_a_replay_in_chunks_is_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "AT_ONCE", 10)
    assert cells(world, replayed(world, WEEKS), WEEKS) == one_by_one(world, WEEKS)


@pytest.mark.slow
def test_facts_that_come_later_never_change_an_earlier_look(world: World) -> None:
    cut = WEEKS.moments[5]
    before = deepcopy(world.tables)
    for table, moment in (
        ("events", "known_at"),
        ("traits", "learned_at"),
        ("decisions", "decided_at"),
        ("accounts", "created_at"),
    ):
        before[table] = [row for row in before[table] if row[moment] <= cut]
    assert len(before["events"]) < len(world.tables["events"])
    early = cells(world, replayed(World(world.book, world.layout, before), WEEKS), WEEKS)
    late = cells(world, replayed(world, WEEKS), WEEKS)
    known = {key: value for key, value in late.items() if key[1] <= 5}
    assert known == {key: value for key, value in early.items() if key[1] <= 5}
    assert late != early


@pytest.mark.slow
def test_who_would_be_handed_over_is_so_though_sales_was_quicker(world: World) -> None:
    found = replayed(world, WEEKS)
    stages = [[STAGES[code] if code != UNKNOWN else "" for code in row] for row in found.stage]
    ada = stages[0]
    at_sal = [look for look, stage in enumerate(ada) if stage == "sal"]
    assert at_sal
    assert [bool(found.flagged[0, look]) for look in at_sal] == [
        bool(found.ready[0, look]) for look in at_sal
    ]
    assert not found.flagged[0, [look for look, stage in enumerate(ada) if stage == "recycled"]].any()


# ── looks ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_fact_is_known_at_the_first_look_that_is_not_before_it() -> None:
    looks = Looks([10 * DAY, 20 * DAY, 30 * DAY])
    assert [
        looks.first_at_or_after(moment) for moment in (0, 10 * DAY, 10 * DAY + 1, 30 * DAY, 30 * DAY + 1)
    ] == [0, 0, 1, 2, 3]


def test_looks_that_cannot_be_taken_are_refused() -> None:
    with pytest.raises(ValueError, match="0 looks"):
        Looks([])
    with pytest.raises(ValueError, match="two looks on one day"):
        Looks([DAY, DAY + 5])
    with pytest.raises(ValueError, match=f"1 to {MOST_LOOKS}"):
        Looks([day * DAY for day in range(MOST_LOOKS + 1)])


def test_the_tables_of_looks_hold_every_day_between_the_first_and_the_last() -> None:
    tables = {name: rows for name, _, rows in Looks([2 * DAY + 5, 5 * DAY]).tables()}
    assert json.loads(json.dumps(tables)) == {
        "looks": [[0, 2 * DAY + 5], [1, 5 * DAY]],
        "days": [[2, 0, 2 * DAY + 5], [3, 1, None], [4, 1, None], [5, 1, 5 * DAY]],
    }
