"""``qualify drift``: what changed lately."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qualify.cli import received
from qualify.cli.facts import Care, Tables
from qualify.cli.init import DEFAULT
from qualify.cli.labelling import (
    Book,
    Format,
    Labelling,
    Outcomes,
    book_and_place,
    kept_choices,
    observe,
)
from qualify.cli.output import Document, print_json
from qualify.cli.screen import Screen
from qualify.cli.spreading import spread
from qualify.cli.targets import check_targets
from qualify.errors import InputError

if TYPE_CHECKING:
    from qualify.learning.drift import Watch
    from qualify.learning.leaks import Choices
    from qualify.learning.watching import Held
    from qualify.runs.learning import Observed


@spread
def drift(
    context: typer.Context,
    tables: Tables,
    outcomes_file: Outcomes = None,
    playbook: Book = None,
    *,
    labelling: Labelling,
    days: Annotated[
        int, typer.Option("--days", metavar="DAYS", min=1, help="The last so many days against those before.")
    ] = 90,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="What `learn --model` wrote.  [learnt of the leads before]",
        ),
    ] = None,
    format_: Format = Document.TABLE,
    care: Care,
) -> None:
    """Say what changed lately.

    One sentence each, and nothing when nothing did. Compares what was known of the leads that came in the last days
    with those before, their scores, and which kinds of event arrive; and holds what was foretold of the leads decided
    last against what came of them.

    Examples:
      qualify drift leads.csv events.csv outcomes.csv
      qualify drift market --days 60 --format json
      qualify drift market -p playbook.yaml --model model.json
    """
    screen: Screen = context.obj
    screen.aside = format_ is Document.JSON
    check_targets(tables, care, {}, outcomes_file, playbook or DEFAULT, model)
    with screen.working() as step:
        book, place = book_and_place(playbook)
        held = None if model is None else _stored(model)
        found = observe(tables, outcomes_file, labelling, care, book, step)
        step("looking for what changed")
        watch = _watch(found, days, held, kept_choices(place))
    if format_ is Document.JSON:
        alarms = [vars(alarm) for alarm in watch.alarms]
        print_json({"before": watch.before, "after": watch.after, "alarms": alarms, "psi": dict(watch.psi)})
    else:
        _show(screen, watch, days)
    received.tell(screen, found.gathered, tables, care, judged=book is not None)
    received.insist(found.gathered, care)


def _show(screen: Screen, watch: Watch, days: int) -> None:
    screen.say(
        f"The last {watch.after:,} leads to come ({days} days) against the {watch.before:,} before:",
        style="bold",
    )
    for alarm in watch.alarms:
        screen.say(f"  {alarm.said}")
    if watch.quiet:
        screen.say("  Nothing changed that is more than chance." if watch.psi else "  Too few leads to tell.")


def _watch(found: Observed, days: int, held: Held | None, choices: Choices) -> Watch:
    """What changed in the leads of the last days, and which kinds of event stopped in the last month."""
    from qualify.learning.watching import watch
    from qualify.runs.learning import MONTHS_BEFORE

    return watch(
        found.arriving, found.evidence.one_each(), days=days, horizon_days=found.horizon.days, held=held,
        choices=choices, kinds=(*found.kinds, MONTHS_BEFORE),
    )  # fmt: skip


def _stored(model: Path) -> Held:
    """The model of a file; raises ``InputError`` when it holds none."""
    import json

    from qualify.learning.watching import Held

    try:
        return Held.of(json.loads(model.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f"{model} holds no model that `qualify learn --model` wrote: {error}") from error
