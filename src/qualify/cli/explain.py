"""``qualify explain``: why a lead has its score, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Moment, PlaybookOption, Tables, asked
from qualify.cli.init import DEFAULT
from qualify.cli.output import Document, iso, print_json
from qualify.cli.screen import Screen, grid, points, share
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qualify.cli.grids import Grid
    from qualify.runs import Explained, Explanation


@spread
def explain(
    context: typer.Context,
    tables: Tables,
    lead: Annotated[str, typer.Option("--lead", metavar="ID", help="Which lead.", show_default=False)],
    playbook: PlaybookOption = str(DEFAULT),
    *,
    moment: Moment,
    format_: Annotated[
        Document, typer.Option("--format", help="json goes alone to standard output.")
    ] = Document.TABLE,
    care: Care,
) -> None:
    """Show every line behind a lead's score.

    Each line says which rule it is, how often, how long ago, and what decay left of its points. The last
    line is the sum. Caps and bounds take points away on lines of their own. Rules that could not be judged,
    because something is not known, are listed below.

    Examples:
      qualify explain leads.csv events.csv --lead L000042
      qualify explain market -p b2b-saas --lead L000042 --as-of 2026-03-01
      qualify explain market --lead L000042 --format json | jq '.lines[] | select(.points < 0)'
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    check_targets(tables, care, {}, playbook, moment.previous)
    from qualify.runs import score as scored

    with screen.working() as step:
        run = scored(playbook, tables.sources(), **asked(tables, care, moment, step))
        found = run.explain(lead)
    if screen.aside:
        print_json(mapping_of(found))
    else:
        show(screen, found, run.playbook.time_zone)
    received.tell(screen, run.gathered, tables, care, now_was_meant=moment.as_of is None)
    received.insist(run.gathered, care)


def show(screen: Screen, found: Explanation, time_zone: str) -> None:
    """The ledger as a table whose last line is the sum, and what could not be judged."""
    from qualify import moments

    grade = f", grade {found.grade}" if found.grade else ""
    as_of = f"{moments.written(found.as_of, time_zone)} {time_zone}"
    screen.say(f"Lead {found.lead_id} as of {as_of}: {found.stage}{grade}", style="bold")
    screen.say()
    _show_lines(screen, found.counted, found.total, "total", found.as_of, time_zone)
    for name in [name for name in found.scores if name not in found.total_of]:
        lines = [line for line in found.lines if line.score == name]
        screen.say(f"\n{name} is not part of the total:")
        _show_lines(screen, lines, found.scores[name], name, found.as_of, time_zone)
    screen.say()
    screen.say("; ".join(f"{name} {points(value)}" for name, value in found.scores.items()) + ".")
    _show_unknown(screen, found)


def _show_unknown(screen: Screen, found: Explanation) -> None:
    if not found.unknown:
        screen.say("Every rule could be judged.")
        return
    screen.say(f"{share(found.information)} of the rules could be judged. Not known enough for:")
    for rule in found.unknown:
        screen.say(f"  {rule}")


def _show_lines(
    screen: Screen, lines: Sequence[Explained], total: Any, name: str, as_of: int, time_zone: str
) -> None:
    wide = _wide(lines, total, name, as_of, time_zone)
    screen.table(wide if screen.fits(wide) else _narrow(lines, total, name, as_of, time_zone))


_NUMBERS = ("times", "age", "raw", "decayed", "points")


def _wide(lines: Sequence[Explained], total: Any, name: str, as_of: int, time_zone: str) -> Grid:
    foot = {"line": name, "points": points(total)}
    table = grid(
        "score",
        "line",
        "times",
        "first",
        "last",
        "age",
        "raw",
        "decayed",
        "points",
        right=_NUMBERS,
        footer=foot,
    )
    for line in lines:
        behind = _behind(line, as_of, time_zone)
        table.add_row(line.score, line.what, *behind, points(line.points, sign=True))
    return table


def _behind(line: Explained, as_of: int, time_zone: str) -> list[str]:
    """Occurrences, first, last, age, raw, decayed; empty for what is no behaviour."""
    from qualify import moments

    if line.occurrences is None:
        return [""] * 6
    first, last = (moments.written(at, time_zone)[:10] for at in (line.first_at, line.last_at))
    age = "" if line.last_at is None else f"{moments.age_in_days(line.last_at, as_of):,} d"
    worth = ["" if value is None else points(value) for value in (line.raw, line.decayed)]
    return [f"{line.occurrences:,}", first, last, age, *worth]


def _narrow(lines: Sequence[Explained], total: Any, name: str, as_of: int, time_zone: str) -> Grid:
    """Two lines for a line, where one would not fit."""
    table = grid("score", "line", "points", right=("points",), footer={"line": name, "points": points(total)})
    for line in lines:
        times, first, last, age, raw, decayed = _behind(line, as_of, time_zone)
        span = first if first == last else f"{first} – {last}"
        behind = f"\n{times}× {span}, {age} ago: {raw} → {decayed}" if times else ""
        table.add_row(line.score, line.what + behind, points(line.points, sign=True))
    return table


def mapping_of(found: Explanation) -> dict[str, Any]:
    """The explanation as plain data, for JSON; moments are ISO texts."""
    from dataclasses import asdict

    plain = {**asdict(found), "as_of": iso(found.as_of)}
    plain["lines"] = [
        {**asdict(line), "first_at": iso(line.first_at), "last_at": iso(line.last_at)} for line in found.lines
    ]
    return plain
