"""``python -m bench [--full]``: the figures of docs/reference/speed.md, as Markdown tables."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import by_hand, one_lead
from bench.data import MOMENT, made
from bench.measure import cpu, interleaved, table
from qualify.engines.compiling import Question, as_of, statement
from qualify.engines.duck import Runner, connect
from qualify.engines.statements import DIALECTS
from qualify.playbook import load
from qualify.runs.run import write_table
from qualify.scoring.layout import Layout

PLAYBOOK = Path(__file__).parent / "playbook.yaml"
PRESENT = frozenset({"leads", "events"})
HEAD = "| case | CPU s | wall s | CPU, to the first |\n| --- | ---: | ---: | ---: |"


def opened(paths: dict[str, Path], memory_limit: str | None = None) -> Any:
    """A connection that sees the files."""
    connection = connect(memory_limit)
    for name, path in paths.items():
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    return connection


def totals_and_ledger(paths: dict[str, Path], rounds: int) -> None:
    """Totals and the full ledger against SQL written by hand; the rows must be equal."""
    connection, layout = opened(paths), Layout(load(PLAYBOOK))
    runner = Runner(connection, layout, Question("duckdb", PRESENT, slices=True))
    folder = Path(tempfile.mkdtemp(prefix="qualify-ledger-"))
    composed = as_of(statement(layout, "scores", Question("duckdb", PRESENT, slices=True)), MOMENT)

    def kept(name: str, text: str) -> Callable[[], object]:
        return lambda: connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {text}")

    def ledger() -> None:
        runner.judge(MOMENT)
        write_table(connection, runner.sql("ledger", MOMENT), folder / "ledger.parquet")

    hand = {"by hand, long": kept("long_", by_hand.long()), "by hand, wide": kept("wide_", by_hand.wide())}
    ours = {
        "totals, one statement": kept("composed", composed),
        "totals, staged": lambda: runner.judge(MOMENT),
    }
    times = interleaved({**hand, **ours, "totals and ledger to Parquet": ledger}, rounds)
    _equal(connection, "long_", "wide_", "composed")
    print(HEAD, *table(times, min(hand, key=lambda name: min(times[name].cpu))), sep="\n")


def _equal(connection: Any, first: str, *others: str) -> None:
    """Fail unless the tables hold the same rows."""
    for other in others:
        names = "lead_id, score__fit, score__engagement, total, grade, information"
        left = f"SELECT {names} FROM {first} EXCEPT SELECT {names} FROM {other}"
        differs = connection.execute(f"SELECT count(*) FROM ({left})").fetchone()[0]
        assert differs == 0, f"{differs} rows of {first} are not in {other}"


def compiling() -> None:
    """How long each dialect's statements take to compile, nothing kept."""
    os.environ["QUALIFY_CACHE"] = "off"
    print("| dialect | scores, CPU s | ledger, CPU s |\n| --- | ---: | ---: |")
    for dialect in DIALECTS:
        spent = []
        for what in ("scores", "ledger"):
            layout, before = Layout(load(PLAYBOOK)), cpu()
            statement(layout, what, Question(dialect, PRESENT))
            spent.append(cpu() - before)
        print(f"| {dialect} | {spent[0]:.2f} | {spent[1]:.2f} |")


def main() -> None:
    """Print every table."""
    sizes = [(100_000, 2_000_000)] + ([(1_000_000, 20_000_000)] if "--full" in sys.argv else [])
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    )
    for leads, events in sizes:
        started = time.perf_counter()
        paths = made(leads, events)
        print(f"\n## {leads:,} leads, {events:,} events (made in {time.perf_counter() - started:.0f} s)\n")
        totals_and_ledger(paths, rounds=5 if events < 5_000_000 else 3)
    print("\n## One lead at a time\n")
    one_lead.main()
    print("\n## Compiling 22 rules\n")
    compiling()
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
