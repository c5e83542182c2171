"""From judged looks to stages: the scoring engine's own step, from one look to the next."""

from __future__ import annotations

from typing import Any, Final

import ibis

from qualify.learning.backtest.replaying import Replaying
from qualify.scoring.canonical import Columns
from qualify.scoring.expression import AS_OF, Scoring
from qualify.stages.expression import STATE, stepped

LOOKED_AT: Final = 4_343_434_343_434
"""Stands for the number of the look in compiled SQL."""

WALKED: Final[Columns] = {"no": "int64", "look": "int64", "stage": "string"}
"""The columns of the table ``walked``: the stage of each lead at each look."""


def step(replay: Replaying, *, resumed: bool) -> Any:
    """Each lead's state at the look :data:`LOOKED_AT`, whose moment is ``AS_OF``; ids are the leads' numbers.

    Only of the leads that have moved by then. Reads ``stirred``, and, when ``resumed``, ``previous``: the states at
    the look before.
    """
    kept: Columns = {name: kind for name, kind in replay.columns().items() if name != "lead_id"}
    table = ibis.table({"no": "int64", "look": "int64", **kept}, name="stirred")
    here = table.filter(table.look == ibis.literal(LOOKED_AT, "int64"))
    judged = here.select(here.no.name("lead_id"), *kept)
    scoring = Scoring(replay.layout, replay.tables, AS_OF, judged_as=judged)
    previous = ibis.table({**STATE, "lead_id": "int64"}, name="previous") if resumed else None
    return stepped(scoring, previous)
