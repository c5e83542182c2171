"""What a change of the playbook would do, seen from more sides: by segment, by score, by week."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qualify.moments import DAY
from qualify.reading.countries import country
from qualify.vocabulary import LADDER, OFF_LADDER

if TYPE_CHECKING:
    import duckdb

    from qualify.runs.planning import Plan
    from qualify.runs.run import Run

SEGMENTS = ("country", "industry", "source", "lead_source")
"""Traits by which people ask who moves."""

LARGEST = 12
"""Values of a trait that are told apart; the rest is told together."""

BARS = 24
"""About so many bars a distribution has."""

WEEKS = 4
"""Weeks for which both playbooks are played through."""

FOR_SALES = ("mql", "pql", "sal", "sql", "customer")
"""Where a lead is when sales has something to do with it, or had."""


def sides(found: Plan, duck: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The segments of those who move, the distribution of totals before and after, and new leads by week.

    ``duck`` is the connection on which the store is attached. The plan's own results are spent afterwards: playing
    the weeks through fills its tables anew.
    """
    from qualify.runs.planning import explored_a_week

    everybody = found.new.connection.sql(_EVERYBODY).to_arrow_table()
    before = found.old.connection.sql("SELECT lead_id, grade AS grade_before FROM scores").to_arrow_table()
    duck.register("judged_by_both", everybody)
    duck.register("grades_before", before)
    duck.execute(_PLACED)
    told = {
        "leads": everybody.num_rows,
        "segments": _segments(duck),
        "distribution": _distribution(duck),
        "grades": _grades(duck),
        "explored": [explored_a_week(found.old), explored_a_week(found.new)],
    }
    return {**told, "weeks": _weeks(found)}


_EVERYBODY = (
    "SELECT d.lead_id, d.stage_before, d.stage_after, d.total_before, d.total_after, s.grade AS grade_after "
    "FROM differences d JOIN scores s USING (lead_id)"
)

_RANK = " ".join(
    f"WHEN '{stage}' THEN {place}" for place, stage in enumerate([*reversed(OFF_LADDER), *LADDER], start=-2)
)

_PLACED = f"""
CREATE OR REPLACE TEMP TABLE placed AS
SELECT j.*, b.grade_before, p.traits,
    CASE j.stage_after {_RANK} END > CASE j.stage_before {_RANK} END AS rises
FROM judged_by_both j LEFT JOIN grades_before b USING (lead_id)
LEFT JOIN (SELECT id AS lead_id, CAST(traits AS JSON) AS traits FROM store.person) p
  ON CAST(p.lead_id AS VARCHAR) = CAST(j.lead_id AS VARCHAR)
"""


def _segments(duck: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """For each trait that somebody has: its values with how many leads have them, rise and fall."""
    found = []
    for trait in SEGMENTS:
        rows = _alike(
            duck.execute(
                f"SELECT nullif(trim(traits->>'$.{trait}'), '') AS value, count(*), {_MOVED} FROM placed GROUP BY 1"
            ).fetchall(),
            country if trait == "country" else str.casefold,
        )
        if any(value for value, *_ in rows):
            found.append({"name": trait, "values": _largest(rows)})
    grades = duck.execute(
        f"SELECT coalesce(grade_after, ''), count(*), {_MOVED} FROM placed GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if any(grade for grade, *_ in grades):
        found.append({"name": "grade", "values": [list(row) for row in grades]})
    return found


_MOVED = (
    "count(*) FILTER (stage_before <> stage_after AND rises) AS up, "
    "count(*) FILTER (stage_before <> stage_after AND NOT rises) AS down"
)


def _alike(rows: list[tuple[Any, ...]], read: Callable[[str], str | None]) -> list[tuple[Any, ...]]:
    """One row for all that are spelt differently and mean the same; those with most moves first."""
    together: dict[str | None, list[Any]] = {}
    for value, *counts in sorted(rows, key=lambda row: -row[1]):
        known = together.setdefault(value and (read(value) or value), [value, 0, 0, 0])
        known[1:] = [so_far + more for so_far, more in zip(known[1:], counts, strict=True)]
    return sorted(map(tuple, together.values()), key=lambda row: (-row[2] - row[3], -row[1], row[0] or ""))


def _largest(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Value, leads, up, down; those that matter least are put together under None."""
    named = [list(row) for row in rows if row[0] is not None]
    rest = [list(row) for row in rows if row[0] is None] + named[LARGEST:]
    told = [[str(row[0])[:80], *row[1:]] for row in named[:LARGEST]]
    return told + ([[None, *(sum(row[place] for row in rest) for place in (1, 2, 3))]] if rest else [])


def _distribution(duck: duckdb.DuckDBPyConnection) -> list[list[float]]:
    """From how many points on, and how many leads have so many before and after."""
    least, most = duck.execute(
        "SELECT min(least(total_before, total_after)), max(greatest(total_before, total_after)) FROM placed"
    ).fetchone() or (None, None)
    if least is None:
        return []
    step = next(size for size in _STEPS if (float(most) - float(least)) / size <= BARS)
    rows = duck.execute(
        f"SELECT bar * {step}, sum(b), sum(a) FROM ("
        f"SELECT floor(total_before / {step}) AS bar, 1 AS b, 0 AS a FROM placed UNION ALL "
        f"SELECT floor(total_after / {step}), 0, 1 FROM placed) GROUP BY bar ORDER BY bar"
    ).fetchall()
    return [[float(start), int(before), int(after)] for start, before, after in rows]


_STEPS = [digit * 10**power for power in range(8) for digit in (1, 2, 5)]


def _grades(duck: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """Each grade, and how many leads have it before and after."""
    rows = duck.execute(
        "SELECT grade, sum(b), sum(a) FROM (SELECT grade_before AS grade, 1 AS b, 0 AS a FROM placed UNION ALL "
        "SELECT grade_after, 0, 1 FROM placed) WHERE coalesce(grade, '') <> '' GROUP BY grade ORDER BY grade"
    ).fetchall()
    return [[grade, int(before), int(after)] for grade, before, after in rows]


def _weeks(found: Plan) -> list[list[int]]:
    """For each of the last weeks its end, and how many leads would have come to sales by the old and the new."""
    old, new = _played(found.old), _played(found.new)
    return [[moment, old[moment], new[moment]] for moment in sorted(old)]


def _played(run: Run) -> dict[int, int]:
    """Stages moved through the last weeks; by the end of each, how many leads came to sales.

    All stand as they would have stood before the first of these weeks; what was known then is what counts.
    """
    connection, runner, came = run.connection, run.runner, {}
    connection.execute("DROP TABLE IF EXISTS previous")
    for back in range(WEEKS, -1, -1):
        moment = run.as_of - back * 7 * DAY
        runner.judge(moment)
        runner.move(moment, resumed=back < WEEKS)
        if back < WEEKS:
            row = connection.execute(_CAME).fetchone()
            came[moment] = int(row[0]) if row else 0
        connection.execute("CREATE OR REPLACE TEMP TABLE previous AS SELECT * FROM states")
    return came


_WITH_SALES = ", ".join(f"'{stage}'" for stage in FOR_SALES)
_CAME = (
    "SELECT count(*) FROM states s LEFT JOIN previous p USING (lead_id) "
    f"WHERE s.stage IN ({_WITH_SALES}) AND coalesce(p.stage, 'lead') NOT IN ({_WITH_SALES})"
)
