"""``qualify simulate``: a market whose truth is known, as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli.screen import Screen
from qualify.errors import QualifyError

if TYPE_CHECKING:
    from qualify.market import Market

FOLDER = Path("market")


class MarketFormat(StrEnum):
    """The file formats of a market."""

    PARQUET = "parquet"
    CSV = "csv"


def simulate(
    context: typer.Context,
    leads: Annotated[int, typer.Option("--leads", min=1, help="How many leads.")] = 1_000,
    days: Annotated[int, typer.Option("--days", min=1, help="Over how many days.")] = 365,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same market.")] = 1,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")] = FOLDER,
    format_: Annotated[
        MarketFormat, typer.Option("--format", help="The files' format.")
    ] = MarketFormat.PARQUET,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a market that is there.")] = False,
) -> None:
    """Simulate the market of a B2B software company.

    Writes its leads, accounts, traits, events, links, answers, decisions, outcomes and costs. The folder
    `truth` inside holds what the company does not know: each lead's real fit and intent, the machine behind
    an event, the true effect of each behaviour. No score may look at it.

    Examples:
      qualify simulate
      qualify simulate --leads 100000 --days 365 --seed 7 -o big
      qualify score market -p b2b-saas --as-of latest
    """
    screen: Screen = context.obj
    clear(output, force)
    with screen.working() as step:
        step(f"simulating {leads:,} leads over {days:,} days")
        market = written(output, leads, days, seed, format_.value)
    counts = ", ".join(f"{table.num_rows:,} {name}" for name, table in market.tables().items())
    screen.say(f"Wrote a market from {market.start} to {market.end} to {output}: {counts}.")
    screen.note(f"Next: qualify score {output} -p b2b-saas --as-of latest")


def clear(folder: Path, force: bool) -> None:
    """Make room for a market: remove the files of an earlier one when forced, else raise ``QualifyError``."""
    if folder.exists() and not folder.is_dir():
        raise QualifyError(f"{folder} is a file; name a folder")
    found = [folder / f"{name}{ending}" for name in _TABLES for ending in (".parquet", ".csv")]
    found = [path for path in found if path.exists()]
    if found and not force:
        raise QualifyError(
            f"{folder} holds {found[0].name} already; name another folder, or overwrite with --force"
        )
    for path in found:  # a leads.csv beside a new leads.parquet would be read as a second table
        path.unlink()


def written(folder: Path, leads: int, days: int, seed: int, format_: str) -> Market:
    """Simulate a market and write it to the folder."""
    from qualify.market import simulate as simulated
    from qualify.market import write_market

    market = simulated(leads, days, seed)
    write_market(market, folder, "csv" if format_ == "csv" else "parquet")
    return market


_TABLES = (
    "leads accounts traits events links answers decisions outcomes costs truth/leads truth/events".split()
)
