"""``qualify plan``: what a change of the playbook would do, before it is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Moment, Tables, asked
from qualify.cli.output import Document, check_writable, iso, print_json
from qualify.cli.ranking import when
from qualify.cli.screen import Screen, grid, points
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets

if TYPE_CHECKING:
    from qualify.runs import Plan
    from qualify.runs.planning import RuleChange

EXAMPLES = 5
"""Leads named as examples."""

RULES = 10
"""Changed rules that are shown."""


@spread
def plan(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", show_default=False, help="The playbook in use.")],
    new: Annotated[
        str, typer.Argument(metavar="NEW", show_default=False, help="The playbook with the change.")
    ],
    tables: Tables,
    *,
    moment: Moment,
    who: Annotated[bool, typer.Option("--who", help="List every lead that would move.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write the leads that would move to a .csv, .parquet or .json file.",
        ),
    ] = None,
    format_: Annotated[
        Document, typer.Option("--format", help="json goes alone to standard output.")
    ] = Document.TABLE,
    care: Care,
) -> None:
    """Show who would move if one playbook replaced another.

    From which stage to which, how many, who, and because of which rules.

    Examples:
      qualify plan playbook.yaml draft.yaml leads.csv events.csv
      qualify plan playbook.yaml draft.yaml market --as-of latest --who
      qualify plan playbook.yaml draft.yaml market -o movers.csv
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    check_writable(output)
    check_targets(tables, care, {"-o": output}, old, new, moment.previous)
    from qualify.runs import plan as planned

    with screen.working() as step:
        found = planned(old, new, tables.sources(), **asked(tables, care, moment, step))
        if output is not None:
            found.write(output)
    if screen.aside:
        from qualify.runs.planning import mapping_of

        print_json({**mapping_of(found), "as_of": iso(found.new.as_of)})
    else:
        show(screen, found, who)
    received.tell(screen, found.new.gathered, tables, care, now_was_meant=moment.as_of is None)
    if output is not None:
        screen.note(f"wrote the leads that would move to {output}")
    received.insist(found.new.gathered, care)


def show(screen: Screen, found: Plan, who: bool) -> None:
    """The moves, the rules that did it, and examples (or everybody)."""
    old, new = found.old.playbook, found.new.playbook
    everybody = found.moved + found.stayed
    screen.say(f"From {old.playbook} ({old.fingerprint}) to {new.playbook} ({new.fingerprint})", style="bold")
    screen.say(f"as of {when(found.new, found.new.as_of)}:")
    screen.say(
        f"{found.moved:,} of {everybody:,} leads would change their stage, {found.changed:,} their total."
    )
    if found.explored is not None:
        screen.say(
            f"About {found.explored:.1f} leads a week below the line would be drawn at random and worked."
        )
    if found.moves:
        _show_moves(screen, found)
    if found.rules:
        _show_rules(screen, found.rules)
    if found.moves:
        _show_movers(screen, found, None if who else EXAMPLES)


def _show_moves(screen: Screen, found: Plan) -> None:
    table = grid("from", "to", "leads", "because of", right=("leads",))
    for move in found.moves:
        because = "; ".join(_said(rule) for rule in move.rules) or "conditions of stages, not points"
        table.add_row(move.before, move.after, f"{move.leads:,}", because)
    screen.say()
    screen.table(table)


def _said(rule: RuleChange) -> str:
    return f"{rule.rule} ({points(rule.change, sign=True)} for {rule.leads:,})"


def _show_rules(screen: Screen, rules: list[RuleChange]) -> None:
    table = grid("rule whose points change", "leads", "on average", right=("leads", "on average"))
    for rule in rules[:RULES]:
        table.add_row(rule.rule, f"{rule.leads:,}", points(rule.change, sign=True))
    screen.say()
    screen.table(table)
    if len(rules) > RULES:
        screen.say(f"and {len(rules) - RULES:,} more")


def _show_movers(screen: Screen, found: Plan, most: int | None) -> None:
    table = grid(
        "lead", "from", "to", "total before", "after", "strongest rule", right=("total before", "after")
    )
    movers = found.movers if most is None else found.movers.slice(0, most)
    for row in movers.to_pylist():
        totals = [points(row[name]) for name in ("total_before", "total_after")]
        table.add_row(
            str(row["lead_id"]),
            row["stage_before"],
            row["stage_after"],
            *totals,
            row["strongest_rule"] or "–",
        )
    screen.say()
    screen.table(table)
    if most is not None and found.moved > most:
        screen.say(f"These are examples; --who lists all {found.moved:,}, -o FILE writes them.")
