"""The half of a re-score that reads: a process of its own, which knows DuckDB and not Django.

It is told what to do in one line of JSON, and answers in lines: how far it is, the moves, the standings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from qualify.engines.compiling import Question
from qualify.engines.duck import Runner
from qualify.engines.quoting import literal, named
from qualify.files import gather
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.vocabulary import STAGES
from qualify.web.bulk.attaching import Place, attached
from qualify.web.bulk.protocol import AT_ONCE, Asked, Moved, Progress, Standings, Told
from qualify.web.bulk.reading import read_store

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

Row = tuple[Any, ...]


class Scored:
    """Everybody judged and moved, in DuckDB."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, layout: Layout, now: int, progress: Callable[[str], None]
    ) -> None:
        self.duck, self.layout, self.now = duck, layout, now
        sources = read_store(duck, [layout], now, settled=True)
        duck.execute(
            "CREATE OR REPLACE TEMP TABLE previous AS SELECT person_id AS lead_id, stage, since, "
            "CAST(cycle AS BIGINT) AS cycle, cycle_since FROM store.standing"
        )
        progress("gathering")
        gathered = gather(duck, layout, sources)
        question = Question("duckdb", gathered.present, key=gathered.key)
        self.runner = Runner(duck, layout, question, progress)
        self.key = "BIGINT" if gathered.key == "int64" else "VARCHAR"
        self.has_events = "events" in gathered.present
        self.runner.judge(now)
        self.moves = list(self._moved())
        self._collect()

    def _moved(self) -> Iterator[tuple[int, int, int, str, str, int]]:
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
        told = f"{{'rule': rule, 'line': line, 'told': CAST(json_array({columns}) AS VARCHAR)}}"
        # Each lead's few lines are sorted by themselves, which takes a third of sorting all of them in the aggregate.
        self.duck.execute(
            "CREATE OR REPLACE TEMP TABLE lines AS SELECT lead_id, "
            f"'[' || array_to_string(list_transform(list_sort(list({told})), lambda each: each.told), ',') || ']' "
            f"AS lines FROM ({ledger}) GROUP BY lead_id"
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


def main(told: BinaryIO, answers: BinaryIO) -> None:
    """Do what one line asks for."""
    asked = msgspec.json.decode(told.readline(), type=Asked)

    def say(what: Told) -> None:
        answers.write(msgspec.json.encode(what) + b"\n")
        answers.flush()

    duck = attached(Place(asked.kind, asked.name), asked.memory_limit)
    say(Progress("reading the store"))
    scored = Scored(duck, Layout(parse(asked.text)), asked.now, lambda step: say(Progress(step)))
    say(Moved(scored.moves))
    for part in scored.standings(asked.version):
        say(Standings(part))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
