"""Whom the profiles of a playbook fit, over people's files: who is not worked, which customers none describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qualify.engines.compiling import as_of, text_of
from qualify.files import Sources
from qualify.learning.gaps import Fits, Gaps, Someone
from qualify.playbook import Playbook
from qualify.runs.amounts import Worth, worths
from qualify.runs.interruption import interruptible
from qualify.runs.run import Moment, Run, prepared


def gaps(book: Playbook, sources: Sources, **how: Any) -> Gaps:
    """Whom the ICP of a playbook fits, and whom it leaves out, over these facts; ``how`` is as for :func:`gaps_of`."""
    return gaps_of({"": book}, sources, **how)[""]


def gaps_of(
    books: Mapping[str, Playbook],
    sources: Sources,
    *,
    as_of: Moment | None = "latest",
    mapping: Mapping[str, str] | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Gaps]:
    """The same for the ICPs of several playbooks, in one go; totals are by the first.

    Profiles of the others have to do without what their playbooks look up (columns, groups of countries).
    """
    from qualify.learning.fitting import profiled

    base, names = _together(books)
    names_of_columns = {**base.columns, **(mapping or {})}
    run = prepared(
        profiled(base), sources, as_of=as_of, mapping=mapping, memory_limit=memory_limit, threads=threads,
        progress=progress,
    )  # fmt: skip
    with interruptible(run.connection):
        run.runner.judge(run.as_of)
        rows = run.connection.execute(_query(run)).fetchall()
        worth = worths(run.connection, run.layout, sources, names_of_columns)
    found, first = {}, 0
    for book, profiles in names.items():
        found[book] = _gaps(run.as_of, profiles, rows, first, worth)
        first += len(profiles)
    return found


def _together(books: Mapping[str, Playbook]) -> tuple[Playbook, dict[str, list[str]]]:
    """The first playbook with the profiles of all, and whose they are; each under a name of its own."""
    base = next(iter(books.values()))
    names = {name: [each.name for each in book.icp] for name, book in books.items()}
    profiles = [
        each.model_copy(update={"name": f"{name}: {each.name}"})
        for name, book in books.items()
        for each in book.icp
    ]
    written = {name: getattr(base, name) for name in Playbook.model_fields}
    # Rules of the first playbook may ask for its own profiles by name: they stay, behind the others.
    return Playbook.model_construct(**{**written, "icp": [*profiles, *base.icp]}), names


def _query(run: Run) -> str:
    import ibis

    from qualify.learning.fitting import fitting
    from qualify.scoring.canonical import judged_columns
    from qualify.scoring.expression import unbound

    present, key = run.gathered.present, run.gathered.key
    judged = ibis.table(judged_columns(run.layout, present, key), name="judged")
    tables = dict(unbound(run.layout, present, key))
    if "decisions" in tables:  # what was decided later is not known yet
        decided = tables["decisions"]
        tables["decisions"] = decided.filter(decided.decided_at <= ibis.literal(run.as_of, "int64"))
    found = fitting(run.layout, tables, judged)
    ordered = found.order_by(found.total.desc(), found.created_at.desc(), found.lead_id)
    return as_of(text_of(ordered, "duckdb"), run.as_of)


def _gaps(
    moment: int, names: list[str], rows: list[tuple[Any, ...]], first: int, worth: Mapping[str, Worth]
) -> Gaps:
    """One playbook's gaps: its profiles are from the place ``first`` on; a lead counts for the first that fits."""
    unworked, undescribed = list[Someone](), list[Someone]()
    fits = [[0, 0, 0] for _ in names]
    customers = 0
    for lead, created_at, total, *flags, worked_at, ended_at, won_at in rows:
        place = next((place for place in range(len(names)) if flags[first + place]), None)
        told = worth.get(str(lead))
        name = "" if place is None else names[place]
        someone = Someone(
            str(lead), total / 100, int(created_at), name, told and told.amount, told.currency if told else ""
        )
        idle, won = worked_at is None and ended_at is None, won_at is not None
        customers += won
        if place is not None:
            fits[place] = [count + more for count, more in zip(fits[place], (1, won, idle), strict=True)]
            unworked += [someone] if idle else []
        elif won:
            undescribed.append(someone)
    undescribed.sort(key=lambda each: -(each.amount or 0.0))
    profiles = tuple(Fits(name, *counts) for name, counts in zip(names, fits, strict=True))
    return Gaps(moment, profiles, len(rows), customers, tuple(unworked), tuple(undescribed))
