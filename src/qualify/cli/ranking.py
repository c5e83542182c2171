"""Runs as tables for people: the best leads, the funnel, how bands of the score converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qualify.cli.screen import Screen, grid, points, share

if TYPE_CHECKING:
    from qualify.cli.grids import Grid
    from qualify.runs import Run
    from qualify.runs.conversion import Conversion

ENDED = ("customer", "recycled", "disqualified")
"""Stages whose leads nobody has to qualify now: left out of the best leads unless they are asked for."""

ENOUGH = 10
"""Decided leads that a band should hold; with fewer leads there are fewer bands."""

BAR = 24
"""Characters of the longest bar."""


def headline(run: Run, funnel: Mapping[str, int]) -> str:
    """Which playbook, as of when, over how many leads; ``funnel`` is the run's."""
    book = run.playbook
    leads = sum(funnel.values())
    many = f"{leads:,} lead{'' if leads == 1 else 's'}"
    later = run.gathered.rows.get("leads", leads) - leads
    unborn = f" ({later:,} not known yet)" if later else ""
    return f"{book.playbook} ({book.fingerprint}) as of {when(run, run.as_of)}: {many}{unborn}"


def when(run: Run, moment: int) -> str:
    """A moment in the playbook's time zone, which is named."""
    from qualify import moments

    return f"{moments.written(moment, run.playbook.time_zone)} {run.playbook.time_zone}"


def show_best(
    screen: Screen,
    run: Run,
    count: int,
    stages: Sequence[str] | None = None,
    funnel: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """The most qualified leads with the two rules that gave each most points; returns their rows.

    Of these stages when some are named, else of all that sales can still work on. ``funnel`` is the run's, where
    it is known already.
    """
    funnel = run.funnel() if funnel is None else funnel
    shown = [stage for stage in funnel if (stage in stages if stages else stage not in ENDED)]
    rows = run.top(count, stages=shown)
    wide = _wide(run, rows)
    screen.say()
    screen.table(wide if screen.fits(wide) else _narrow(run, rows))
    left_out = [f"{leads:,} {stage}" for stage, leads in funnel.items() if stage not in shown and leads]
    if left_out and not stages:
        screen.say(f"Not in this table: {', '.join(left_out)} (--stage shows them).", style="dim")
    return rows


def _wide(run: Run, rows: Sequence[dict[str, Any]]) -> Grid:
    names = run.layout.score_names
    grades = ["grade"] if run.playbook.grades else []
    table = grid(
        "#", *grades, "stage", "total", *names, "known", "lead", "why", right=("#", "total", "known", *names)
    )
    for place, row in enumerate(rows, start=1):
        marks = [row["grade"] or "–" for _ in grades]
        scores = [points(row[name]) for name in names]
        total, known = points(row["total"]), share(row["information"])
        table.add_row(str(place), *marks, row["stage"], total, *scores, known, str(row["lead_id"]), _why(row))
    return table


def _narrow(run: Run, rows: Sequence[dict[str, Any]]) -> Grid:
    """Three lines for a lead, where one would not fit."""
    grades = ["grade"] if run.playbook.grades else []
    table = grid("#", *grades, "stage", "total", "lead and why", right=("#", "total"))
    for place, row in enumerate(rows, start=1):
        marks = [row["grade"] or "–" for _ in grades]
        scores = ", ".join(f"{name} {points(row[name])}" for name in run.layout.score_names)
        about = f"{row['lead_id']} ({share(row['information'])} known)\n{scores}\n{_why(row)}"
        table.add_row(str(place), *marks, row["stage"], points(row["total"]), about)
    return table


def _why(row: dict[str, Any]) -> str:
    return "; ".join(row["why"]) or "no rule gave points"


def show_funnel(screen: Screen, counts: Mapping[str, int]) -> None:
    """How many leads are in each stage, of a run's funnel."""
    everybody = sum(counts.values())
    table = grid("stage", "leads", "share", "", right=("leads", "share"))
    for stage, count in counts.items():
        part = count / everybody if everybody else 0.0
        table.add_row(stage, f"{count:,}", share(part), bar(part / _most(counts, everybody)))
    screen.say()
    screen.table(table)


def _most(counts: Mapping[str, int], everybody: int) -> float:
    return max(counts.values(), default=0) / everybody if everybody else 1.0


def bar(part: float) -> str:
    """A bar of that share of the longest one."""
    return "█" * round(BAR * part) or ("▏" if part > 0 else "")


def show_conversion(screen: Screen, run: Run) -> None:
    """How each band of the total converted; nothing when no outcome is known."""
    from qualify.runs.conversion import conversion

    found = conversion(run)
    if found is None:
        return
    if found.decided < ENOUGH:
        screen.say(f"\n{_about(run, found)}: only {found.decided:,} were won or lost, too few to tell.")
        return
    if found.decided < ENOUGH * len(found.bands):
        found = conversion(run, count=max(1, found.decided // ENOUGH)) or found
    table = grid(
        "total", "decided", "won", "rate", "95 % interval", "", right=("total", "decided", "won", "rate")
    )
    for each in found.bands:
        low, high = each.interval
        span = (
            points(each.least) if each.least == each.most else f"{points(each.least)} to {points(each.most)}"
        )
        sure = f"{share(low)} to {share(high)}"
        table.add_row(span, f"{each.leads:,}", f"{each.won:,}", share(each.rate), sure, bar(each.rate or 0.0))
    screen.say()
    screen.say(_about(run, found), style="bold")
    screen.table(table)
    screen.say(_left_out(found))


def _about(run: Run, found: Conversion) -> str:
    if found.foretold:
        return f"How the score of {when(run, run.as_of)} foretold what came after it"
    return (
        "How bands of the score converted, in hindsight: the score knew these outcomes "
        "(--as-of an earlier day for a fair test)"
    )


def _left_out(found: Conversion) -> str:
    said = [f"{found.decided:,} leads were won or lost", f"{found.undecided:,} are undecided and in no band"]
    if found.foretold and found.decided_before:
        said.append(f"{found.decided_before:,} had been decided before and are left out")
    return "; ".join(said) + "."
