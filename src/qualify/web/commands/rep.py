"""``qualify rep``: who gets leads."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import Format, note, say_json, say_table

Rep = Annotated[str, typer.Argument(metavar="EMAIL", help="The address by which they sign in.")]


def set_(
    email: Rep,
    team: Annotated[list[str] | None, typer.Option("--team", help="A team; repeatable.")] = None,
    weight: Annotated[int | None, typer.Option("--weight", help="Their share of a turn; 0: none.")] = None,
    capacity: Annotated[
        str | None, typer.Option("--capacity", metavar="N/PERIOD", help="As 5/week; per day, week or month.")
    ] = None,
    skill: Annotated[list[str] | None, typer.Option("--skill", help="What they can do; repeatable.")] = None,
    time_zone: Annotated[str | None, typer.Option("--time-zone", help="As Europe/Berlin.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What people call them.")] = None,
) -> None:
    """Let somebody get leads, or change what holds of them.

    What is not said stays as it is. Working hours and holidays are those of the playbook, unless they are set
    through the API.

    Examples:
      qualify rep set rosa@example.com --team sales
      qualify rep set rosa@example.com --weight 2 --capacity 10/week --skill german
    """
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.reps import set_rep

    given = {"teams": team, "weight": weight, "skills": skill, "time_zone": time_zone, "name": name}
    told: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if capacity is not None:
        told["capacity"] = _capacity(capacity)
    set_rep(the_owner(who()), email, now(), **told)
    note(f"{email} gets leads")


def _capacity(text: str) -> dict[str, Any]:
    number, _, per = text.partition("/")
    if not number.strip().isdecimal():
        raise typer.BadParameter("write a number and a period, as 5/week")
    return {"leads": int(number), "per": per.strip() or "week"}


def list_(
    format_: Annotated[Format, typer.Option("--format", help="As a table or as JSON.")] = Format.TABLE,
) -> None:
    """Show who gets leads, and how much they have.

    Examples:
      qualify rep list
      qualify rep list --format json
    """
    open_store()
    from qualify.clock import now
    from qualify.moments import written
    from qualify.web.looking.loads import loads

    found = loads(now())
    if format_ is Format.JSON:
        say_json([{**each._asdict(), "rep": each.rep.rep_id, "teams": each.rep.teams} for each in found])
        return
    say_table(
        ("rep", "name", "teams", "open", "late", "given", "capacity", ""),
        [
            (each.rep.rep_id, each.rep.called, ", ".join(each.rep.teams) or "–", each.open, each.late,
             f"{each.given} this {each.per}", "–" if each.capacity is None else each.capacity,
             "gets none" if not each.active else f"away until {written(each.away_until)}" if each.away_until else "")
            for each in found
        ],
    )  # fmt: skip


def absence(
    email: Rep,
    first: Annotated[str, typer.Argument(help="The first moment, as 2026-08-03 or 2026-08-03T12:00.")],
    last: Annotated[str, typer.Argument(help="The last day, or the moment at which it ends.")],
    reason: Annotated[str, typer.Option("--note", help="Why.")] = "",
) -> None:
    """Write down that somebody is away.

    Days are in UTC; a last day is one on which they are still away.

    Examples:
      qualify rep absence rosa@example.com 2026-08-03 2026-08-14
    """
    open_store()
    from qualify.clock import now
    from qualify.moments import DAY, moment
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.reps import add_absence

    # A date alone means its end.
    begins = moment(first) + (1 - DAY if len(first.strip()) <= 10 else 0)
    number = add_absence(the_owner(who()), email, begins, moment(last), now(), note=reason)
    note(f"absence {number} is written down")


def deactivate(
    email: Rep,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say where their leads would go.")] = False,
) -> None:
    """Give somebody's leads to others; they get none any more.

    Where nobody can take a lead, it is on the list of those that nobody has.

    Examples:
      qualify rep deactivate rosa@example.com --dry-run
      qualify rep deactivate rosa@example.com
    """
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.reps import deactivate_rep, preview_deactivate_rep

    do = preview_deactivate_rep if dry_run else deactivate_rep
    left = do(the_owner(who()), email, now())
    say_table(
        ("lead", "goes to", "why"),
        [(each.lead_id, each.rep_id or "nobody", "; ".join(each.why)) for each in left.leads],
    )
    would = "would go" if dry_run else "went"
    note(f"{len(left.leads)} leads {would} to others, {len(left.unassigned)} of them to nobody")
