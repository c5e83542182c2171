"""``python -m bench.backtest [LEADS [ROUNDS]]``: a year of weeks replayed over a simulated market, step by step.

One playbook, then two beside each other, so many times (once), then what a year of weeks takes when every week is scored
anew. CPU seconds hold on a machine that others use too; wall seconds only on a quiet one: the load is printed.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import cpu
from qualify.files import Sources
from qualify.market import simulate, write_market
from qualify.moments import grid
from qualify.playbook import load
from qualify.runs.backtesting import YEAR, backtest
from qualify.runs.run import prepared

FOLDER = Path(tempfile.gettempdir()) / "qualify-bench"
BOOK = "b2b-saas"
HEAD = "| step | CPU s | wall s |\n| --- | ---: | ---: |"


class Watch:
    """Prints what each step took when the next one begins."""

    def __init__(self) -> None:
        self.begun, self.name = (time.perf_counter(), cpu()), ""

    def __call__(self, step: str) -> None:
        now = time.perf_counter(), cpu()
        if self.name:
            print(
                f"| {self.name} | {now[1] - self.begun[1]:.1f} | {now[0] - self.begun[0]:.1f} |", flush=True
            )
        self.begun, self.name = now, step


def market(leads: int) -> Path:
    """A market of that size over a year, made once and kept in the temporary folder."""
    folder = FOLDER / f"market-{leads}"
    if not (folder / "outcomes.parquet").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_market(simulate(leads, 365, 7), folder, "parquet")
    return folder


def replayed(folder: Path, against: str | None) -> None:
    """A backtest as the command does it, from reading the files to the figures."""
    watch, before, started = Watch(), cpu(), time.perf_counter()
    found = backtest(BOOK, Sources.folder(folder), against=against, capacity=200, progress=watch)
    watch("")
    spent, wall = cpu() - before, time.perf_counter() - started
    print(f"| all, {len(found.leads.moments)} looks | {spent:.1f} | {wall:.1f} |\n")


def week_by_week(folder: Path, weeks: int = 3) -> None:
    """What judging the last weeks one by one takes, stretched to a year of them; the first weeks are cheaper."""
    run = prepared(load(BOOK), Sources.folder(folder), as_of="latest")
    moments = grid(run.as_of - YEAR, run.as_of, "week")
    chosen = moments[:: max(1, len(moments) // weeks)]
    before = cpu()
    for moment in chosen:
        run.runner.judge(moment)
        run.runner.move(moment, resumed=False)
    each = (cpu() - before) / len(chosen)
    print(f"| every week scored anew ({len(moments)} × {each:.2f} s) | {each * len(moments):.1f} | |")


def main() -> None:
    """Print the table."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = market(leads)
    print(f"{leads:,} leads, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for _ in range(rounds):
        print(HEAD)
        replayed(folder, None)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"at most {most:,} MB\n\n{HEAD}")
        replayed(folder, BOOK)
    week_by_week(folder)
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
