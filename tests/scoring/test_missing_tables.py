"""Whoever has no answers, no events or no accounts gets the same scores as whoever has empty tables of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.engines.compiling import Question, What, as_of, statement
from qualify.playbook import Playbook
from qualify.scoring.canonical import TABLES
from qualify.scoring.layout import Layout
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State
from tests.scoring.engines import LINE, STATE, Duck, filled
from tests.scoring.world import NOW, World, worlds

OPTIONAL = sorted(set(TABLES) - {"leads"})

ASKED = [
    {"answer": "need", "is": "software"}, {"answer": "need", "is_not": "software"}, {"answer": "need", "contains": "s"},
    {"answer": "need", "is_known": False}, {"answer": "need", "satisfied": True}, {"answer": "budget", "at_least": 9},
    {"none_of": [{"answer": "need", "is": "software"}]}, {"answer": "need"},
]  # fmt: skip


def without(world: World, missing: list[str]) -> World:
    """The world with nothing in these tables."""
    return replace(world, tables={**world.tables, **{table: [] for table in missing}})


def agrees(world: World, missing: list[str]) -> None:
    """DuckDB, which never heard of these tables, says what the one-lead path says of leads of whom nothing is in them."""
    engine, layout = Duck(), world.layout
    filled(engine, world)
    for table in missing:
        engine.connection.execute(f"DROP TABLE {table}")

    def asked(what: What) -> list[dict[str, Any]]:
        question = Question("duckdb", frozenset(TABLES) - set(missing))
        return engine.run(as_of(statement(layout, what, question), NOW))

    judge, ladder = Judge(layout, sees_events="events" not in missing), Ladder(layout)
    scores, lines, states = {}, list[tuple[Any, ...]](), {}
    for record in without(world, missing).records():
        if record.created_at > NOW:
            continue
        judged = judge(record, NOW)
        lead = record.lead_id
        scores[lead] = (*judged.scores.values(), judged.total, judged.grade, judged.information)
        lines += [(lead, *line) for line in judged.lines]
        state, before = State.at_first(record.created_at), None
        while state != before:
            before, state = state, ladder.step(state, judged, record.newest_decision(NOW))
        states[lead] = (lead, state.stage, state.since, state.cycle, state.cycle_since)
    names = [*(f"score__{name}" for name in layout.score_names), "total", "grade", "information"]
    assert {row["lead_id"]: tuple(row[name] for name in names) for row in asked("scores")} == scores
    assert sorted((tuple(row[name] for name in ("lead_id", *LINE)) for row in asked("ledger")), key=str) == (
        sorted(lines, key=str)
    )
    assert {row["lead_id"]: tuple(row[name] for name in STATE) for row in asked("states")} == states


def test_without_answers_nothing_is_known_of_any_question() -> None:
    rules = [{"points": number + 1, "name": str(number), "when": when} for number, when in enumerate(ASKED)]
    written = {"playbook": "asks", "scores": {"first": {"rules": rules}}}
    layout = Layout(Playbook.model_validate(written))
    leads = [{"lead_id": f"l{number}", "account_id": None, "created_at": 0} for number in range(2)]
    agrees(World(layout.book, layout, {"leads": leads, **{table: [] for table in OPTIONAL}}), ["answers"])


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(world=worlds(staged=True), missing=st.lists(st.sampled_from(OPTIONAL), min_size=1, unique=True))
def test_a_table_that_is_not_there_is_as_an_empty_one(world: World, missing: list[str]) -> None:
    agrees(world, missing)
