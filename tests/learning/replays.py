"""Small worlds replayed: by the replay's statements on DuckDB, and lead by lead, look by look, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qualify.engines.duck import connect
from qualify.learning.backtest.looks import Looks
from qualify.learning.backtest.replayed import GRADES, UNKNOWN, Leads, Replayed
from qualify.runs.backtesting import replay
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State
from qualify.vocabulary import STAGES
from tests.scoring.engines import Duck
from tests.scoring.world import World, canonical_columns

PRESENT = frozenset({"leads", "accounts", "traits", "events", "answers", "decisions"})
HANDED = ("mql", "pql")


@dataclass
class Facts:
    """As much of what was gathered as a replay asks for."""

    present: frozenset[str] = PRESENT
    key: str = "string"


def replayed(world: World, looks: Looks) -> Replayed:
    """The world's replay by its statements."""
    engine = Duck()
    engine.connection = connection = connect(threads=1)
    for name, columns in canonical_columns(world).items():
        engine.put(name, dict(columns), world.tables[name])
    gathered: Any = Facts()
    return replay(connection, world.layout, gathered, looks, HANDED)


def one_by_one(world: World, looks: Looks) -> dict[tuple[str, int], tuple[str, int, str | None]]:
    """Stage, total and grade of each lead at each look, by the path that judges one lead at a time."""
    judge, ladder, found = Judge(world.layout), Ladder(world.layout), {}
    for record in world.records():
        state = State.at_first(record.created_at)
        for number, moment in enumerate(looks):
            if record.created_at <= moment:
                judged = judge(record, moment)
                state = ladder.step(state, judged, record.newest_decision(moment))
                found[record.lead_id, number] = state.stage, judged.total, judged.grade
    return found


def cells(world: World, found: Replayed, looks: Looks) -> dict[tuple[str, int], tuple[str, int, str | None]]:
    """The same of a replay: its rows are the leads that are known by the last look, in the order of their ids."""
    known = sorted(row["lead_id"] for row in world.tables["leads"] if row["created_at"] <= looks[-1])
    assert found.stage.shape == (len(known), len(looks))
    return {
        (lead, look): (
            STAGES[found.stage[row, look]],
            int(found.total[row, look]),
            GRADES[found.grade[row, look]] if found.grade[row, look] >= 0 else None,
        )
        for row, lead in enumerate(known)
        for look in range(len(looks))
        if found.stage[row, look] != UNKNOWN
    }


def made(
    stages: list[list[str]],
    *,
    totals: list[list[int]] | None = None,
    ready: list[list[bool]] | None = None,
    handed: tuple[str, ...] = HANDED,
) -> Replayed:
    """A replay as written: a row of stages for each lead ('' before it was known)."""
    stage = np.array(
        [[STAGES.index(each) if each else UNKNOWN for each in row] for row in stages], dtype=np.int8
    )
    total = np.zeros(stage.shape, dtype=np.int64) if totals is None else np.array(totals, dtype=np.int64)
    may = np.zeros(stage.shape, dtype=np.bool_) if ready is None else np.array(ready, dtype=np.bool_)
    return Replayed("made", "f" * 12, handed, stage, total, np.full(stage.shape, -1, dtype=np.int8), may)


def leads(moments: list[int], until: int, **columns: list[int]) -> Leads:
    """Leads as written; what is left out never came about, and everybody came before the first look."""
    count = len(next(iter(columns.values())))
    from qualify.learning.backtest.replayed import NEVER

    never = [NEVER] * count
    given = {
        "created_at": [moments[0] - 1] * count,
        "won_at": never,
        "ended_at": never,
        "worked_at": never,
        **columns,
    }
    arrays: dict[str, Any] = {name: np.array(values, dtype=np.int64) for name, values in given.items()}
    looks = np.array(moments, dtype=np.int64)
    since = np.searchsorted(looks, arrays["created_at"]).astype(np.int64)
    ids = np.array([f"l{number}" for number in range(count)], dtype=object)
    return Leads(ids=ids, moments=looks, since=since, until=until, **arrays)
