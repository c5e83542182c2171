"""The half of a re-score that reads: a process of its own, which knows DuckDB and not Django.

It is told what to do in one line of JSON, and answers in lines: how far it is, the moves, the standings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

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
from qualify.web.bulk.protocol import AT_ONCE, Asked, Progress, Standings, Told
from qualify.web.bulk.reading import read_store

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

Row = tuple[Any, ...]

PORTIONS: Final = 4
"""In how many portions the standings are put together: while one is written, DuckDB is at the next."""

_LINE: Final = "rule, line, n, first_at, last_at, raw, decayed, capped, points"
_LINES: Final = (
    # Each lead's few lines are sorted by themselves, which takes a third of sorting all of them in the aggregate.
    "SELECT lead_id, '[' || array_to_string(list_transform(list_sort(list("
    f"{{{{'rule': rule, 'line': line, 'told': CAST(json_array({_LINE}) AS VARCHAR)}}}}"
    ")), lambda each: each.told), ',') || ']' AS lines FROM ({ledger}) GROUP BY lead_id"
)


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
        self.duck.execute(
            f"CREATE OR REPLACE TEMP TABLE moves (lead_id {self.key}, place INTEGER, stage_from VARCHAR, "
            "stage_to VARCHAR, cycle BIGINT)"
        )
        self.has_moves = False
        self._move()
        self.duck.execute(f"CREATE OR REPLACE TEMP TABLE changing AS {self._next()}")

    def _move(self) -> None:
        """Steps until everybody rests: fills ``states`` and ``moves``."""
        self.duck.execute(f"ALTER TABLE previous ALTER lead_id TYPE {self.key}")
        for place in range(len(STAGES)):
            self.runner.move(self.now, resumed=True)
            moved = self.duck.execute(
                f"INSERT INTO moves SELECT s.lead_id, {place}, coalesce(p.stage, 'lead'), s.stage, s.cycle "
                "FROM states s LEFT JOIN previous p USING (lead_id) "
                "WHERE s.stage IS DISTINCT FROM coalesce(p.stage, 'lead') "
                "OR s.cycle IS DISTINCT FROM coalesce(p.cycle, 1)"
            ).fetchone()
            if not moved or not moved[0]:
                return
            self.has_moves = True
            self.duck.execute("CREATE OR REPLACE TEMP TABLE previous AS SELECT * FROM states")

    def _next(self) -> str:
        """For each lead a moment before which nothing of theirs can change: who looks then will know better.

        Everything ages by whole days since it happened; answers expire; minimum stays end.
        """
        now, own = int(self.now), ""
        parts = ["SELECT lead_id, CAST(NULL AS BIGINT) AS moment FROM leads WHERE FALSE"]
        if self.has_events:
            day = f"{now} + {DAY} - ({now} - happened_at) % {DAY}"
            parts.append("SELECT * FROM own")
            if any(tally.occurrences.whole_account for tally in self.layout.tallies):
                parts.append(
                    "SELECT l.lead_id, a.moment FROM leads l JOIN (SELECT account_id, min(moment) AS moment FROM own "
                    "JOIN leads USING (lead_id) WHERE account_id IS NOT NULL GROUP BY account_id) a USING (account_id)"
                )
            own = (
                f"WITH own AS MATERIALIZED (SELECT lead_id, min(CASE WHEN happened_at > {now} THEN happened_at "
                f"ELSE {day} END) AS moment FROM events GROUP BY lead_id) "
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
        return (
            f"{own}SELECT lead_id, min(moment) AS next_at FROM ({' UNION ALL '.join(parts)}) GROUP BY lead_id"
        )

    def standings(self, version: int, kind: str) -> Iterator[Standings]:
        """The standings and moves of everybody in the order of their ids, as a store of that kind takes them.

        The lines of the next people are put together while whoever is told writes those before.
        """
        parts = self.duck.execute(
            "SELECT min(who), max(who) FROM (SELECT CAST(lead_id AS BIGINT) AS who, row_number() OVER "
            f"(ORDER BY CAST(lead_id AS BIGINT)) - 1 AS place FROM judged) GROUP BY place // {AT_ONCE} ORDER BY 1"
        ).fetchall()
        told = self._as_text if kind == "postgres" else self._as_rows
        many = -(-len(parts) // PORTIONS)
        for start in range(0, len(parts), many or 1):
            some = parts[start : start + many]
            here = f"CAST(lead_id AS BIGINT) BETWEEN {some[0][0]} AND {some[-1][1]}"
            moves = self._moves(int(version), here) if self.has_moves else []
            for (first, last), rows in zip(some, told(int(version), here, some), strict=True):
                yield Standings(first, last, [move for move in moves if first <= move[0] <= last], **rows)

    def _standings(self, version: int, here: str) -> str:
        """The query of the standings of some people."""
        lines = _LINES.format(ledger=f"SELECT * FROM ({self.runner.sql('ledger', self.now)}) WHERE {here}")
        return (
            f"SELECT {', '.join(self._columns(version))} FROM (SELECT * FROM judged WHERE {here}) j "
            f"JOIN (SELECT * FROM states WHERE {here}) s USING (lead_id) LEFT JOIN ({lines}) l USING (lead_id) "
            f"LEFT JOIN (SELECT * FROM changing WHERE {here}) c USING (lead_id)"
        )

    def _columns(self, version: int) -> list[str]:
        """What the store keeps of a standing, in the order of its columns."""
        names = self.layout.score_names
        scores = ", ".join(f"{literal(name)}, {named(f'score__{name}')}" for name in names)
        unknown = ", ".join(
            f"CASE WHEN rule_{rule.number} IS NULL THEN {rule.number} END" for rule in self.layout.conditions
        )
        blind = [] if self.has_events else [r.number for r in self.layout.rules if r.tally is not None]
        return [
            "CAST(j.lead_id AS BIGINT) AS person_id", f"{version} AS version_id", f"{self.now} AS as_of", "j.total",
            "coalesce(j.grade, '') AS grade", "j.information", f"CAST(json_object({scores}) AS VARCHAR) AS scores",
            "coalesce(l.lines, '[]') AS lines",
            f"CAST(to_json(list_sort(list_filter([{unknown or 'NULL'}] || {blind}::INTEGER[], "
            "lambda n: n IS NOT NULL))) AS VARCHAR) AS unknown",
            "s.stage", "s.since", "s.cycle", "s.cycle_since", "c.next_at",
        ]  # fmt: skip

    def _moves(self, version: int, here: str) -> list[Row]:
        """The moves of some people, with how they are judged, as rows of their table."""
        speaking = (
            f"SELECT lead_id, rule FROM ({self.runner.sql('ledger', self.now)}) WHERE {here} "
            "AND lead_id IN (SELECT lead_id FROM moves) AND line IN ('rule', 'cap') "
            "GROUP BY lead_id, rule HAVING sum(points) > 0"
        )
        rules = "CAST(to_json(list_sort(list(rule))) AS VARCHAR) AS rules"
        return self.duck.execute(
            f"SELECT CAST(m.lead_id AS BIGINT), {self.now}, m.place, {version}, m.stage_from, m.stage_to, m.cycle, "
            "j.total, coalesce(j.grade, ''), coalesce(r.rules, '[]') "
            f"FROM (SELECT * FROM moves WHERE {here}) m JOIN judged j USING (lead_id) "
            f"LEFT JOIN (SELECT lead_id, {rules} FROM ({speaking}) GROUP BY lead_id) r USING (lead_id) ORDER BY 1, 3"
        ).fetchall()

    def _as_rows(self, version: int, here: str, parts: Sequence[Row]) -> Iterator[dict[str, Any]]:
        """A list of tuples for each part."""
        self.duck.execute(f"{self._standings(version, here)} ORDER BY person_id")
        for _ in parts:
            yield {"rows": self.duck.fetchmany(AT_ONCE)}

    def _as_text(self, version: int, here: str, parts: Sequence[Row]) -> Iterator[dict[str, Any]]:
        """A text for each part, put together by DuckDB: nobody else touches each row."""
        starts = [first for first, _ in parts]
        self.duck.execute(
            f"SELECT string_agg({as_copied()}, '') FROM ({self._standings(version, here)}) "
            f"ASOF JOIN (SELECT unnest({starts}::BIGINT[]) AS first) ON person_id >= first "
            "GROUP BY first ORDER BY first"
        )
        for _ in parts:
            [(text,)] = self.duck.fetchmany(1)
            yield {"text": text}


_COLUMNS: Final = (
    "person_id", "version_id", "as_of", "total", "grade", "information", "scores", "lines", "unknown", "stage", "since",
    "cycle", "cycle_since", "next_at",
)  # fmt: skip
_JSON: Final = ("scores", "lines", "unknown")


def as_copied() -> str:
    """The row of a standing as PostgreSQL's COPY reads it: an expression over its columns."""
    cells = [f"coalesce({_cell(name)}, chr(92) || 'N')" for name in _COLUMNS]
    return f"concat_ws(chr(9), {', '.join(cells)}) || chr(10)"


def _cell(name: str) -> str:
    """A column as text; with a backslash before each sign that would mean something there."""
    escaped = f"replace({name}, chr(92), chr(92) || chr(92))"
    if name in _JSON:  # which has no such sign but backslashes, and mostly none of these
        return f"CASE WHEN contains({name}, chr(92)) THEN {escaped} ELSE {name} END"
    if name != "grade":
        return f"CAST({name} AS VARCHAR)"
    for sign, letter in ((9, "t"), (10, "n"), (13, "r")):
        escaped = f"replace({escaped}, chr({sign}), chr(92) || '{letter}')"
    return escaped


def main(told: BinaryIO, answers: BinaryIO) -> None:
    """Do what one line asks for."""
    asked = msgspec.json.decode(told.readline(), type=Asked)

    def say(what: Told) -> None:
        answers.write(msgspec.json.encode(what) + b"\n")
        answers.flush()

    duck = attached(Place(asked.kind, asked.name), asked.memory_limit)
    say(Progress("reading the store"))
    scored = Scored(duck, Layout(parse(asked.text)), asked.now, lambda step: say(Progress(step)))
    for part in scored.standings(asked.version, asked.kind):
        say(part)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
