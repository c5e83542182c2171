"""A re-score of everybody under the playbook in force, as of the moment it was published, or of now.

Whoever is dirty, or whose time has come before that moment, is left to the worker, which folds through it;
so nothing that capture does meanwhile is lost or overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from qualify.engines.compiling import Question
from qualify.engines.duck import Runner
from qualify.engines.quoting import literal, named
from qualify.files import gather
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.vocabulary import STAGES
from qualify.web.bulk.attaching import attached
from qualify.web.bulk.reading import read_store
from qualify.web.database import Row, insert, rows, those
from qualify.web.keeping.marking import mark
from qualify.web.living.standings import MESSAGE, MOVE, REPLACED, STANDING, move_told

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]

AT_ONCE = 2_000
"""Standings written in one transaction: capture waits for the file no longer than these take."""


class Rescored(NamedTuple):
    """How many standings were written, how many moves there were, and how many people the worker judges."""

    written: int
    moves: int
    left: int


def rescore(
    now: int, progress: Progress = lambda what, done, of: None, memory_limit: str | None = None
) -> Rescored:
    """Judge everybody as of ``now`` under the playbook in force then, and write it.

    For a playbook that was just published, ``now`` is when it was: its publication is a moment of everybody's
    history. Raises nothing for a store without a playbook: there is nothing to do.
    """
    found = rows(
        "SELECT id, text, published_at FROM playbook_version WHERE published_at <= %s "
        "ORDER BY published_at DESC LIMIT 1",
        [now],
    )
    if not found:
        return Rescored(0, 0, 0)
    number, text, _ = found[0]
    layout = Layout(parse(text))
    progress("reading the store", 0, 1)
    duck = attached(memory_limit)
    try:
        return _written(_Scored(duck, layout, now, progress), number, now, progress)
    finally:
        duck.close()


class _Scored:
    """Everybody judged and moved, in DuckDB."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, layout: Layout, now: int, progress: Progress) -> None:
        self.duck, self.layout, self.now = duck, layout, now
        sources = read_store(duck, layout, now)
        duck.execute(
            "CREATE OR REPLACE TEMP TABLE previous AS SELECT person_id AS lead_id, stage, since, "
            "CAST(cycle AS BIGINT) AS cycle, cycle_since FROM store.standing"
        )
        progress("gathering", 0, 1)
        gathered = gather(duck, layout, sources)
        question = Question("duckdb", gathered.present, key=gathered.key)
        self.runner = Runner(duck, layout, question, lambda step: progress(step, 0, 1))
        self.key = "BIGINT" if gathered.key == "int64" else "VARCHAR"
        self.has_events = "events" in gathered.present
        self.runner.judge(now)
        self.moves = list(self._moved())
        self._collect()

    def _moved(self) -> Iterator[Row]:
        """Steps until everybody rests: the moves as rows, but for the version."""
        self.duck.execute("CREATE OR REPLACE TEMP TABLE began AS SELECT * FROM previous")
        self.duck.execute(f"ALTER TABLE previous ALTER lead_id TYPE {self.key}")
        for place in range(len(STAGES)):
            self.runner.move(self.now, resumed=True)
            moved = self.duck.execute(
                "SELECT CAST(s.lead_id AS BIGINT), coalesce(p.stage, 'lead'), s.stage, s.cycle FROM states s "
                "LEFT JOIN previous p USING (lead_id) WHERE s.stage IS DISTINCT FROM coalesce(p.stage, 'lead') "
                "OR s.cycle IS DISTINCT FROM coalesce(p.cycle, 1)"
            ).fetchall()
            if not moved:
                return
            for who, stage_from, stage_to, cycle in moved:
                yield who, self.now, place, stage_from, stage_to, cycle
            self.duck.execute("CREATE OR REPLACE TEMP TABLE previous AS SELECT * FROM states")

    def _collect(self) -> None:
        """One row for each lead, as the store keeps it."""
        ledger = self.runner.sql("ledger", self.now)
        columns = "rule, line, n, first_at, last_at, raw, decayed, capped, points"
        self.duck.execute(
            "CREATE OR REPLACE TEMP TABLE lines AS SELECT lead_id, "
            f"'[' || string_agg(CAST(json_array({columns}) AS VARCHAR), ',' ORDER BY rule, line) || ']' AS lines "
            f"FROM ({ledger}) GROUP BY lead_id"
        )
        self.duck.execute(f"CREATE OR REPLACE TEMP TABLE changing AS {self._next()}")

    def _next(self) -> str:
        """For each lead a moment before which nothing of theirs can change: who looks then will know better.

        Everything ages by whole days since it happened; answers expire; minimum stays end.
        """
        now = int(self.now)
        parts = ["SELECT lead_id, CAST(NULL AS BIGINT) AS moment FROM leads WHERE FALSE"]
        if self.has_events:
            day = f"{now} + {DAY} - ({now} - happened_at) % {DAY}"
            soonest = f"min(CASE WHEN happened_at > {now} THEN happened_at ELSE {day} END)"
            parts.append(f"SELECT lead_id, {soonest} AS moment FROM events GROUP BY lead_id")
            if any(tally.occurrences.whole_account for tally in self.layout.tallies):
                parts.append(
                    f"SELECT l.lead_id, a.moment FROM leads l JOIN (SELECT account_id, {soonest} AS moment FROM events "
                    "JOIN leads USING (lead_id) WHERE account_id IS NOT NULL GROUP BY account_id) a USING (account_id)"
                )
        if "answers" in self.runner.question.present:
            parts.append(f"SELECT lead_id, expires_at AS moment FROM answers WHERE expires_at > {now}")
            parts.append(
                f"SELECT lead_id, {now} + {DAY} - ({now} - answered_at) % {DAY} AS moment FROM answers "
                f"WHERE answered_at <= {now}"
            )
        for stage in self.layout.stages:
            if stage.stay:
                end = f"since + {stage.stay * DAY}"
                parts.append(
                    f"SELECT lead_id, {end} AS moment FROM states WHERE stage = '{stage.name}' AND {end} > {now}"
                )
        return f"SELECT lead_id, min(moment) AS next_at FROM ({' UNION ALL '.join(parts)}) GROUP BY lead_id"

    def standings(self, version: int) -> Iterator[list[Row]]:
        """The rows of standings, some at a time."""
        names = self.layout.score_names
        scores = ", ".join(f"{literal(name)}, {named(f'score__{name}')}" for name in names)
        unknown = ", ".join(
            f"CASE WHEN rule_{rule.number} IS NULL THEN {rule.number} END" for rule in self.layout.conditions
        )
        blind = [] if self.has_events else [r.number for r in self.layout.rules if r.tally is not None]
        self.duck.execute(
            f"SELECT CAST(j.lead_id AS BIGINT), {int(version)}, {int(self.now)}, j.total, coalesce(j.grade, ''), "
            f"j.information, CAST(json_object({scores}) AS VARCHAR), coalesce(l.lines, '[]'), "
            f"CAST(to_json(list_sort(list_filter([{unknown or 'NULL'}] || {blind}::INTEGER[], "
            "lambda n: n IS NOT NULL))) AS VARCHAR), "
            "s.stage, s.since, s.cycle, s.cycle_since, c.next_at "
            "FROM judged j JOIN states s USING (lead_id) LEFT JOIN lines l USING (lead_id) "
            "LEFT JOIN changing c USING (lead_id) ORDER BY 1"
        )
        while part := self.duck.fetchmany(AT_ONCE):
            yield part


def _written(scored: _Scored, version: int, now: int, progress: Progress) -> Rescored:
    """Write standings and moves back, but for people of whom there is news; those are left to the worker."""
    moves: dict[int, list[Row]] = {}
    for who, at, place, stage_from, stage_to, cycle in scored.moves:
        moves.setdefault(who, []).append((who, at, place, version, stage_from, stage_to, cycle))
    [(total,)] = rows("SELECT count(*) FROM person")
    written = moved = left = 0
    for part in scored.standings(version):
        with transaction.atomic():
            here = _there([row[0] for row in part])
            stale = _stale(sorted(here), now)
            fresh = [row for row in part if row[0] in here and row[0] not in stale]
            insert("standing", STANDING, fresh, f"ON CONFLICT (person_id) DO UPDATE SET {REPLACED}")
            new = [move for row in fresh for move in moves.get(row[0], ())]
            insert("move", MOVE, new)
            insert("message", MESSAGE, [move_told("lead.moved", move, now) for move in new])
            mark(dict.fromkeys(stale, now), now, own=False)
        written, moved, left = written + len(fresh), moved + len(new), left + len(stale)
        progress("writing", written + left, total)
    return Rescored(written, moved, left)


def _stale(people: Sequence[int], now: int) -> set[int]:
    """Those of whom there is news, or whose time had come before."""
    dirty = those("SELECT person_id FROM dirty WHERE person_id IN ({})", people)
    late = f"(next_at <= {int(now)} OR as_of > {int(now)})"
    due = those(f"SELECT person_id FROM standing WHERE person_id IN ({{}}) AND {late}", people)
    return {who for (who,) in (*dirty, *due)}


def _there(people: Sequence[int]) -> set[int]:
    """Those who are still somebody."""
    return {who for (who,) in those("SELECT id FROM person WHERE id IN ({})", people)}
