"""DuckDB: the engine for files and frames. Runs a playbook's statements over canonical tables, step by step.

tallied   one row for each lead and tally
judged    one wide row for each lead
states    the stage of each lead
scores    what people read: points with decimals, grade, stage, information
ledger    what people read: the lines behind each score
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qualify.engines.compiling import Question, What, as_of, statement
from qualify.engines.quoting import literal, named
from qualify.errors import QualifyError
from qualify.scoring.layout import Layout
from qualify.scoring.naming import line_names

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str], None]


def connect(
    memory_limit: str | None = None, threads: int | None = None, folder: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection of its own, in memory; spills to ``folder`` beyond ``memory_limit`` (as ``1GB``).

    Without ``folder`` it spills to the system's folder for what is temporary: DuckDB would take the one we stand in.
    """
    import duckdb

    folder = folder or Path(tempfile.gettempdir(), f"qualify-{os.getpid()}")

    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    # It would be written to the standard output, between the lines of whoever speaks there to another process.
    connection.execute("SET enable_progress_bar = false")
    for name, value in (("memory_limit", memory_limit), ("threads", threads), ("temp_directory", folder)):
        if value is not None:
            try:
                connection.execute(f"SET {name} = '{str(value).replace(chr(39), '')}'")
            except duckdb.Error as error:
                raise QualifyError(f"{name} {value!r} is not understood; write it as 1GB or 800MB") from error
    return connection


class Runner:
    """Runs one playbook over the canonical tables of one connection, for any number of moments."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        layout: Layout,
        question: Question,
        progress: Progress = lambda step: None,
    ) -> None:
        self.connection, self.layout, self.question, self.progress = connection, layout, question, progress

    def judge(self, moment: int) -> None:
        """Fill ``tallied`` and ``judged`` for that moment."""
        if self.counts_events:
            self.progress("counting events")
            self._fill("tallied", moment)
        self.progress("judging leads")
        self._fill("judged", moment)

    def move(self, moment: int, *, resumed: bool) -> None:
        """Fill ``states`` for that moment; from the states in ``previous`` when ``resumed``."""
        self.progress("moving stages")
        self._fill("states", moment, resumed=resumed)

    @property
    def counts_events(self) -> bool:
        """Whether there is anything to count."""
        return "events" in self.question.present and bool(self.layout.tallies)

    def _fill(self, what: What, moment: int, *, resumed: bool = False) -> None:
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {what} AS {self.sql(what, moment, resumed=resumed)}"
        )

    def sql(self, what: What, moment: int, *, resumed: bool = False) -> str:
        """The statement that answers ``what`` at that moment."""
        asked = Question(**{**vars(self.question), "staged": True, "resumed": resumed})
        return as_of(statement(self.layout, what, asked), moment)

    def publish(self, moment: int) -> None:
        """Make the views ``scores`` and ``ledger`` that people read."""
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW scores AS {self._scores()}")
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE line_names (line VARCHAR, rule INTEGER, score VARCHAR, label VARCHAR)"
        )
        rows = (
            f"({literal(line)}, {rule}, {literal(score)}, {literal(label)})"
            for line, rule, score, label in line_names(self.layout)
        )
        self.connection.execute(f"INSERT INTO line_names VALUES {', '.join(rows)}")
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW ledger AS {self._ledger(moment)}")

    def _scores(self) -> str:
        columns = {name: named(f"score__{name}") for name in self.layout.score_names}
        points = [f"{_points(f'judged.{column}')} AS {named(name)}" for name, column in columns.items()]
        return (
            f"SELECT judged.lead_id, judged.account_id, {', '.join(points)}, {_points('judged.total')} AS total, "
            "judged.grade, states.stage, judged.information, "
            "to_timestamp(nullif(states.since, 0) / 1000.0) AS stage_since, states.cycle, "
            "to_timestamp(nullif(states.cycle_since, -1) / 1000.0) AS cycle_since "
            "FROM judged JOIN states USING (lead_id)"
        )

    def _ledger(self, moment: int) -> str:
        points = ", ".join(f"{_points(name)} AS {name}" for name in ("raw", "decayed", "capped", "points"))
        moments = ", ".join(f"to_timestamp({name} / 1000.0) AS {name}" for name in ("first_at", "last_at"))
        return (
            f"SELECT lead_id, score, line, label AS rule, n AS occurrences, {moments}, {points}, rule AS number "
            f"FROM ({self.sql('ledger', moment)}) JOIN line_names USING (line, rule)"
        )


def _points(column: str) -> str:
    return f"CAST(CAST({column} AS DECIMAL(16, 0)) * 0.01 AS DECIMAL(18, 2))"
