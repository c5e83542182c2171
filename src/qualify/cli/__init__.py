"""The command line: one file for each command, none of them imported until it runs.

Exit codes: 0 fine; 1 something the user can mend; 2 a command written wrongly; 3 rows were rejected and
``--strict`` was given; 70 a bug; 130 interrupted.
"""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from qualify import __version__
from qualify.cli.failures import Forgiving, calmly
from qualify.cli.helping import page
from qualify.cli.screen import Screen

__all__ = ["app", "main"]

app = typer.Typer(
    name="qualify",
    cls=Forgiving,
    # Plain help: boxes would double the time that `qualify --help` takes, and help is read in pipes too.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qualify {__version__}")
        raise typer.Exit


def qualify(
    context: typer.Context,
    quiet: Annotated[
        bool,
        typer.Option("-q", "--quiet", help="Show results, warnings and errors only; no notes, no progress."),
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; so does NO_COLOR=1.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Say the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Who is qualified, why, to the last hundredth of a point, for today or for any past day.

    One text file, the playbook, says what a good lead is. Qualify scores a table of leads and a table of
    what they did by it, and shows the lines behind every score.

    Start here:
      qualify demo                                       see all of it on a simulated market
      qualify init                                       write a playbook to start from
      qualify check playbook.yaml leads.csv events.csv   is it right, and does it fit the data?
      qualify score leads.csv events.csv                 who is qualified
      qualify explain leads.csv events.csv --lead L17    why that one
      qualify plan old.yaml new.yaml leads.csv events.csv   what a change would do
      qualify backtest playbook.yaml leads.csv events.csv outcomes.csv   how well it would have done
      qualify learn leads.csv events.csv outcomes.csv    what past outcomes say of your rules

    Exit codes: 0 fine, 1 something that you can mend, 2 a command written wrongly,
    3 rows were rejected and --strict was given, 130 interrupted.
    """
    context.obj = Screen(quiet=quiet, no_color=no_color)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.callback(help=page(qualify))(qualify)


_GARBAGE = (100_000, 50, 100)
"""How seldom Python looks for cycles: most of what a command makes, playbook and tables, lives as long as it does."""


def main() -> None:
    """Run the command that was typed, and end the process with its exit code."""
    gc.set_threshold(*_GARBAGE)
    try:
        with calmly():
            app(prog_name="qualify")
    finally:
        # Python would look through all of it once more for cycles, for a tenth of the time that it takes to score.
        gc.freeze()
