"""What a replay left in the tables of a connection, taken into arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qualify.engines.compiling import text_of
from qualify.engines.quoting import listed
from qualify.files import Gathered
from qualify.playbook import Playbook
from qualify.runs.amounts import Worth
from qualify.stages.ladder import FIRST
from qualify.vocabulary import STAGES

if TYPE_CHECKING:
    from qualify.learning.backtest.looks import Looks
    from qualify.learning.backtest.replayed import Leads, Replayed


def empty(book: Playbook, handed: tuple[str, ...], shape: tuple[int, int]) -> Replayed:
    """A replay in which no lead is known yet."""
    import numpy as np

    from qualify.learning.backtest.replayed import UNKNOWN, Replayed

    stage, grade = (np.full(shape, UNKNOWN, dtype=np.int8) for _ in range(2))
    total, ready = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    return Replayed(book.playbook, book.fingerprint, handed, stage, total, grade, ready)


def take_judged(connection: Any, found: Replayed) -> None:
    """Put what the table ``replayed`` holds into the arrays; until they move, leads are in the first stage."""
    from qualify.learning.backtest.replayed import GRADES

    place = f"coalesce(CAST(list_position({_array(GRADES)}, grade) - 1 AS TINYINT), -1)"
    rows = _columns(connection, f"SELECT no, look, total, {place} AS grade, ready FROM replayed")
    where = rows["no"], rows["look"]
    found.total[where], found.grade[where], found.ready[where] = rows["total"], rows["grade"], rows["ready"]
    found.stage[where] = STAGES.index(FIRST)


def take_stages(connection: Any, found: Replayed) -> None:
    """Put what the table ``walked`` holds into the arrays."""
    place = f"CAST(list_position({_array(STAGES)}, stage) - 1 AS TINYINT)"
    rows = _columns(connection, f"SELECT no, look, {place} AS stage FROM walked")
    found.stage[rows["no"], rows["look"]] = rows["stage"]


def _array(texts: Sequence[str]) -> str:
    return f"[{listed(texts)[1:-1]}]"


def _columns(connection: Any, query: str) -> dict[str, Any]:
    """The columns of a query as arrays."""
    table = connection.sql(query).to_arrow_table()
    return {name: table.column(name).to_numpy() for name in table.column_names}


def past_leads(connection: Any, gathered: Gathered, looks: Looks, worth: Mapping[str, Worth]) -> Leads:
    """The leads of the replay (the table ``numbered``), and what came of them."""
    import ibis
    import numpy as np

    from qualify.learning.backtest.replayed import NEVER, Leads
    from qualify.learning.labels import endings
    from qualify.scoring.canonical import Columns

    decided: Columns = {"lead_id": gathered.key, "decision": "string", "decided_at": "int64"}
    ends = text_of(endings({"decisions": ibis.table(decided, name="decisions")}), "duckdb")
    query = (
        "SELECT CAST(lead_id AS VARCHAR) AS lead_id, since, created_at, "
        + ", ".join(f"coalesce({name}, {NEVER}) AS {name}" for name in ("won_at", "ended_at", "worked_at"))
        + f" FROM numbered LEFT JOIN ({ends}) USING (lead_id) ORDER BY no"
    )
    found = _columns(connection, query)
    ids = found.pop("lead_id")
    nothing = Worth(float("nan"))
    told = [worth.get(str(each), nothing) for each in ids] if worth else []
    if told:
        found["amount"] = np.array([each.amount for each in told])
        found["currency"] = np.array([each.currency for each in told], dtype=object)
    return Leads(ids=ids, moments=np.array(looks.moments), until=gathered.newest or looks[-1], **found)
