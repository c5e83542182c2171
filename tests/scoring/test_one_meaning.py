"""One meaning, every engine, both paths: the same playbook gives the same numbers to the last digit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from qualify.moments import DAY
from qualify.scoring.record import Record
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State
from tests.scoring.engines import (
    Duck,
    Engine,
    Postgres,
    Spark,
    Sqlite,
    filled,
    lines_of,
    scores_of,
    states_of,
)
from tests.scoring.world import NOW, World, moments, worlds

# An example takes a second, most of it compiling; shrinking one would take minutes, so it is left out here.
QUICK: Any = {
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}
few = settings(max_examples=max(3, settings().max_examples // 30), **QUICK)
many = settings(max_examples=20, **QUICK)


def by_judge(world: World, moment: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Scores and lines by the one-lead path, in the engines' form."""
    judge = Judge(world.layout)
    scores, lines = {}, {}
    for record in world.records():
        if record.created_at > moment:
            continue
        judged = judge(record, moment)
        scores[record.lead_id] = (*judged.scores.values(), judged.total, judged.grade, judged.information)
        if judged.lines:
            lines[record.lead_id] = sorted(map(tuple, judged.lines), key=str)
    return scores, lines


def agrees(engine: Engine, world: World, moment: int) -> None:
    """The engine says what the one-lead path says."""
    filled(engine, world)
    scores, lines = by_judge(world, moment)
    assert scores_of(engine, world.layout, moment) == scores
    assert lines_of(engine, world.layout, moment) == lines


@few
@given(world=worlds(), moment=moments)
def test_duckdb_and_the_one_lead_path_agree(world: World, moment: int) -> None:
    agrees(Duck(), world, moment)


@pytest.mark.slow
@few
@given(world=worlds(), moment=moments)
def test_sqlite_and_the_one_lead_path_agree(world: World, moment: int) -> None:
    agrees(Sqlite(), world, moment)


@pytest.mark.slow
@pytest.mark.postgres
def test_postgresql_and_the_one_lead_path_agree(postgres_url: str) -> None:
    @few
    @given(world=worlds(), moment=moments)
    def agree(world: World, moment: int) -> None:
        agrees(Postgres(postgres_url), world, moment)

    agree()


@pytest.mark.spark
@pytest.mark.slow
def test_spark_and_the_one_lead_path_agree(spark: Any) -> None:
    @settings(max_examples=4, **QUICK)
    @given(world=worlds(), moment=moments)
    def agree(world: World, moment: int) -> None:
        agrees(Spark(spark), world, moment)

    agree()


@pytest.mark.slow
@many
@given(world=worlds(), moment=moments)
def test_duckdb_and_sqlite_agree_on_many_worlds(world: World, moment: int) -> None:
    agrees(Duck(), world, moment)
    agrees(Sqlite(), world, moment)


def folded(engine: Engine, world: World, steps: list[int], *, in_steps: bool = False) -> None:
    """Stages folded over the moments come out the same in SQL as lead by lead."""
    filled(engine, world)
    judge, ladder = Judge(world.layout), Ladder(world.layout)
    states: dict[str, State] = {}
    previous: list[dict[str, Any]] | None = None
    for moment in steps:
        for record in world.records():
            if record.created_at <= moment:
                states[record.lead_id] = _moved(judge, ladder, record, states.get(record.lead_id), moment)
        found = states_of(engine, world.layout, moment, previous, in_steps=in_steps)
        assert found == {lead: (lead, s.stage, s.since, s.cycle, s.cycle_since) for lead, s in states.items()}
        previous = [
            dict(zip(("lead_id", "stage", "since", "cycle", "cycle_since"), row, strict=True))
            for row in found.values()
        ]


def _moved(judge: Judge, ladder: Ladder, record: Record, state: State | None, moment: int) -> State:
    before = state or State.at_first(record.created_at)
    return ladder.step(before, judge(record, moment), record.newest_decision(moment))


STEPS = [NOW - days * DAY for days in (61, 31, 30, 8, 7, 1, 0)]


@pytest.mark.slow
@settings(max_examples=2, **QUICK)
@given(world=worlds(staged=True))
def test_stages_fold_the_same_on_duckdb(world: World) -> None:
    folded(Duck(), world, STEPS, in_steps=True)


@pytest.mark.slow
@settings(max_examples=6, **QUICK)
@given(world=worlds(staged=True))
def test_stages_fold_the_same_on_duckdb_and_sqlite_in_many_worlds(world: World) -> None:
    folded(Duck(), world, STEPS)
    folded(Sqlite(), world, STEPS)


@pytest.mark.slow
@pytest.mark.postgres
def test_stages_fold_the_same_on_postgresql(postgres_url: str) -> None:
    @settings(max_examples=2, **QUICK)
    @given(world=worlds(staged=True))
    def fold(world: World) -> None:
        folded(Postgres(postgres_url), world, STEPS)

    fold()
