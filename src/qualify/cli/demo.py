"""``qualify demo``: all of it, on a simulated market."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import application, explain, ranking, simulate
from qualify.cli.facts import Step
from qualify.cli.init import starter
from qualify.cli.screen import Screen, points
from qualify.errors import QualifyError

if TYPE_CHECKING:
    from qualify.runs import Explanation, Run

SHOWN = 10
FOLDER = Path("demo")
STARTER = "b2b-saas"
DAYS = 365
SEED = 7
LISTEN = "qualify.web.serving.server:check_port"
LOAD = "qualify.web.commands.demonstrating:load_demo"
SERVE = "qualify.web.commands.demonstrating:serve_demo"
AHEAD = 90
"""Days before the market's end as of which the score is tested: enough for deals to close after it."""


def demo(
    context: typer.Context,
    leads: Annotated[int, typer.Option("--leads", min=20, help="How many leads the market has.")] = 2_000,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder for the market and the playbook.")
    ] = FOLDER,
    serve: Annotated[
        bool,
        typer.Option("--serve/--no-serve", help="Then run the application with the market in its store."),
    ] = False,
    host: Annotated[str, typer.Option("--host", help="The address to serve it at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port to serve it at; 0: any that is free.")
    ] = 8000,
) -> None:
    """See all of it on a simulated market.

    Simulates the market, scores it, explains the best lead, and tests the score against what came. Writes
    the market and a playbook to the folder `demo`. Change the playbook and run it again: the demo keeps
    your change.

    With --serve it loads a market that ends today into the store (./qualify-data, or where QUALIFY_DATA
    says), judges everybody, says what to try, and serves it until Ctrl-C. The second time it only serves.

    Examples:
      qualify demo
      qualify demo --leads 20000
      qualify demo --serve
    """
    screen: Screen = context.obj
    if serve and port:
        application.found(LISTEN)(host, port)  # better now than when all the work is done
    market, playbook = output / "market", output / "playbook.yaml"
    with screen.working() as step:
        step(f"simulating {leads:,} leads over {DAYS} days")
        _prepare(output, market, playbook, leads)
        past, run = _scored(market, playbook, step)
    best = _show(screen, past, run)
    if serve:
        _serve(screen, leads, host, port)
    else:
        _next(screen, output, best)


def _prepare(folder: Path, market: Path, playbook: Path, leads: int) -> None:
    """Write the market, and the playbook unless there is one."""
    if folder.exists() and not folder.is_dir():
        raise QualifyError(f"{folder} is a file; name a folder with -o")
    simulate.clear(market, force=True)
    simulate.written(market, leads, DAYS, SEED, "parquet")
    if not playbook.exists():
        playbook.write_text(starter(STARTER), encoding="utf-8")


def _scored(market: Path, playbook: Path, step: Step) -> tuple[Run, Run]:
    """The market as of some months before its end, and as of its end."""
    from qualify.market.simulation import END
    from qualify.moments import DAY, moment
    from qualify.runs import score

    end = moment(END.isoformat() + "T00:00:00") - 1
    past = score(playbook, market, as_of=end - AHEAD * DAY, progress=step)
    return past, score(playbook, market, as_of=end, progress=step)


def _show(screen: Screen, past: Run, run: Run) -> str:
    """Everything about both runs; returns the lead that is explained."""
    _chapter(screen, "The most qualified leads")
    screen.say(ranking.headline(run, run.funnel()))
    best = str((ranking.show_best(screen, run, SHOWN) or run.top(1))[0]["lead_id"])
    _chapter(screen, f"Why {best} is first, line by line")
    found = run.explain(best)
    explain.show(screen, found, run.playbook.time_zone)
    screen.say(_adds_up(found))
    _chapter(screen, "The funnel")
    ranking.show_funnel(screen, run.funnel())
    _chapter(screen, f"Was the score any good? {AHEAD} days earlier, it could not know what came")
    ranking.show_conversion(screen, past)
    return best


def _adds_up(found: Explanation) -> str:
    total = sum(line.points for line in found.counted)
    return f"The {len(found.counted)} lines add up to {points(total)}, the total is {points(found.total)}."


def _chapter(screen: Screen, title: str) -> None:
    screen.say()
    screen.say(title, style="bold")
    screen.say("=" * len(title))


def _serve(screen: Screen, leads: int, host: str, port: int) -> None:
    """Run the application with such a market in its store."""
    with screen.working() as step:
        here = application.found(LOAD)(leads, step)
    _chapter(screen, "The application, with such a market in its store")
    application.found(SERVE)(host, port, here)


def _next(screen: Screen, folder: Path, lead: str) -> None:
    """What to try next."""
    market, playbook = folder / "market", folder / "playbook.yaml"
    _chapter(screen, "Try next")
    for command, what in (
        (f"qualify check {playbook} --prose", "read the playbook as sales would"),
        (f"qualify score {market} -p {playbook} --as-of 2026-06-30", "the same market on a past day"),
        (
            f"qualify history {market} -p {playbook} --lead {lead} --since 2026-06-01 --as-of latest",
            "how it got there",
        ),
        (f"cp {playbook} draft.yaml", "change some points in the draft, then see who would move:"),
        (f"qualify plan {playbook} draft.yaml {market} --as-of latest", ""),
    ):
        screen.say(f"  {command}")
        if what:
            screen.say(f"      {what}", style="dim")
