"""What a change of the playbook would do, before it is made: who moves, from where to where, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualify.handoff.exploring import PATIENCE
from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.runs.interruption import interruptible
from qualify.runs.run import Run, score, write_table
from qualify.vocabulary import LADDER, STAGES

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = 3
"""Rules that are named as the cause of a move."""


@dataclass(frozen=True)
class Move:
    """Leads that would go from one stage to another, and the rules whose points changed most for them."""

    before: str
    after: str
    leads: int
    rules: list[RuleChange]


@dataclass(frozen=True)
class RuleChange:
    """A rule (as ``score: name``), for how many leads its points change, and by how much on average."""

    rule: str
    leads: int
    change: Decimal


@dataclass(frozen=True)
class Plan:
    """The consequences of using ``new`` instead of ``old``: both runs, and what differs."""

    old: Run
    new: Run
    moves: list[Move]
    rules: list[RuleChange]
    changed: int
    stayed: int

    @property
    def moved(self) -> int:
        """How many leads change their stage."""
        return sum(move.leads for move in self.moves)

    @cached_property
    def explored(self) -> float | None:
        """How many leads below the line a week the new playbook would have worked at random, about."""
        return explored_a_week(self.new)

    @property
    def movers(self) -> pa.Table:
        """Every lead that changes its stage: totals and stages before and after, and the rule that did most."""
        return self.new.connection.sql(_IN_ORDER).to_arrow_table()

    def write(self, path: str | Path) -> None:
        """Write the movers to a ``.parquet``, ``.csv`` or ``.json`` (one object a line) file."""
        write_table(self.new.connection, _IN_ORDER, path)

    def __str__(self) -> str:
        """The plan as text."""
        leads = f"{self.moved:,} of {self.moved + self.stayed:,} leads"
        head = f"{leads} would change their stage; {self.changed:,} their total."
        moves = [
            f"  {move.before} → {move.after}: {move.leads:,} ({_said(move.rules)})" for move in self.moves
        ]
        return "\n".join([head, *moves])

    def _repr_html_(self) -> str:
        """The plan as a table, for notebooks."""
        from qualify.runs.showing import html_plan

        return html_plan(self)


def explored_a_week(run: Run) -> float | None:
    """About how many leads below the line a week would be worked at random; None where the playbook says nothing of it.

    Of the leads that came in the last weeks, those who are below the line now, a week later at the least.
    """
    section = run.playbook.handoff
    if section is None or section.explore is None:
        return None
    least = min(LADDER.index(each) for each in section.at)
    below = ", ".join(f"'{stage}'" for stage in LADDER[:least])
    until = run.as_of - PATIENCE
    rows = run.connection.execute(
        f"SELECT count(*) FROM scores s JOIN leads l USING (lead_id) WHERE s.stage IN ({below}) "
        f"AND l.created_at > {until - _WEEKS * 7 * DAY} AND l.created_at <= {until}"
    ).fetchone()
    return (rows[0] if rows else 0) / _WEEKS * section.explore / 100


_WEEKS = 4
"""Weeks by whose leads it is told how many there are in one."""


def _said(rules: list[RuleChange]) -> str:
    named = [f"{rule.rule} {rule.change:+.2f} for {rule.leads:,}" for rule in rules]
    return "; ".join(named) if named else "by its conditions, not by points"


def plan(
    old: Playbook | str | Path,
    new: Playbook | str | Path,
    leads: Any,
    events: Any = None,
    **options: Any,
) -> Plan:
    """Score the same facts by both playbooks and say what differs.

    The options are those of :func:`~qualify.runs.run.score`.
    """
    before = score(old, leads, events, **options)
    after = score(new, leads, events, **{**options, "as_of": before.as_of})
    with interruptible(before.connection), interruptible(after.connection):
        return _planned(before, after)


def _planned(before: Run, after: Run) -> Plan:
    connection = after.connection
    connection.register(
        "scores_before", before.connection.sql("SELECT lead_id, total, stage FROM scores").to_arrow_table()
    )
    lines = f"SELECT lead_id, {_NAMED} AS rule, sum(points) AS points FROM ledger GROUP BY ALL"
    connection.register("ledger_before", before.connection.sql(lines).to_arrow_table())
    connection.execute(_DIFFERENCES)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW ledger_after AS {lines}")
    connection.execute(_LINES)
    connection.execute(_MOVERS)
    changed, stayed = connection.execute(
        "SELECT count(*) FILTER (total_before <> total_after), count(*) FILTER (stage_before = stage_after) "
        "FROM differences"
    ).fetchone() or (0, 0)
    return Plan(before, after, _moves(connection), _rules(connection, "TRUE"), changed, stayed)


_NAMED = "score || ': ' || rule"

_DIFFERENCES = """
CREATE OR REPLACE TEMP TABLE differences AS
SELECT lead_id, a.total AS total_before, b.total AS total_after, a.stage AS stage_before, b.stage AS stage_after
FROM scores_before a JOIN scores b USING (lead_id)
"""

_LINES = """
CREATE OR REPLACE TEMP TABLE line_changes AS
SELECT lead_id, rule, coalesce(b.points, 0) - coalesce(a.points, 0) AS change
FROM ledger_before a FULL JOIN ledger_after b USING (lead_id, rule)
WHERE coalesce(b.points, 0) <> coalesce(a.points, 0)
"""

_MOVERS = """
CREATE OR REPLACE TEMP VIEW movers AS
SELECT d.lead_id, stage_before, stage_after, total_before, total_after, total_after - total_before AS change,
       c.rule AS strongest_rule, c.change AS strongest_change
FROM differences d
LEFT JOIN (
    SELECT *, row_number() OVER (PARTITION BY lead_id ORDER BY abs(change) DESC, rule) AS place FROM line_changes
) c
  ON c.lead_id = d.lead_id AND c.place = 1
WHERE stage_before <> stage_after
"""


_IN_ORDER = "SELECT * FROM movers ORDER BY stage_before, stage_after, change DESC, lead_id"


def _moves(connection: Any) -> list[Move]:
    rows = connection.execute(
        "SELECT stage_before, stage_after, count(*) FROM differences WHERE stage_before <> stage_after GROUP BY ALL"
    ).fetchall()
    rows.sort(key=lambda row: (STAGES.index(row[0]), STAGES.index(row[1])))
    return [
        Move(
            before,
            after,
            leads,
            _rules(connection, f"stage_before = '{before}' AND stage_after = '{after}'")[:_SHOWN],
        )
        for before, after, leads in rows
    ]


def _rules(connection: Any, which: str) -> list[RuleChange]:
    rows = connection.execute(
        f"SELECT rule, count(*), avg(change) FROM line_changes JOIN differences USING (lead_id) WHERE {which} "
        "GROUP BY rule ORDER BY sum(abs(change)) DESC, rule"
    ).fetchall()
    return [RuleChange(rule, leads, Decimal(str(round(change, 2)))) for rule, leads, change in rows]


def mapping_of(plan_: Plan) -> Mapping[str, Any]:
    """The plan as plain data, for JSON."""
    return {
        "as_of": plan_.new.as_of,
        "moved": plan_.moved,
        "changed": plan_.changed,
        "stayed": plan_.stayed,
        "explored_a_week": plan_.explored,
        "moves": [
            {
                "before": move.before,
                "after": move.after,
                "leads": move.leads,
                "rules": [
                    {"rule": rule.rule, "leads": rule.leads, "change": float(rule.change)}
                    for rule in move.rules
                ],
            }
            for move in plan_.moves
        ],
    }
