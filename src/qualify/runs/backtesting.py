"""A playbook over history: judged at every look by what was known then, and held against what came of the leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualify import moments
from qualify.criteria.logic import Field
from qualify.engines.compiling import as_of, text_of
from qualify.engines.duck import connect
from qualify.errors import InputError, did_you_mean, one_of
from qualify.files import Gathered, gather
from qualify.playbook import Playbook, load
from qualify.runs.amounts import worths
from qualify.runs.interruption import interruptible
from qualify.runs.run import Moment, sources_of
from qualify.runs.taking import empty, past_leads, take_judged, take_stages
from qualify.scoring.layout import Layout
from qualify.vocabulary import LADDER

if TYPE_CHECKING:
    import duckdb

    from qualify.learning.backtest.comparing import Comparison
    from qualify.learning.backtest.judging import Outlook
    from qualify.learning.backtest.looks import Looks
    from qualify.learning.backtest.replayed import Fates, Leads, Replayed
    from qualify.learning.backtest.replaying import Replaying

YEAR: Final = 365 * moments.DAY
AT_ONCE: Final = 4_000_000
"""Judgements (of a lead at a look) that are made in one go: about a kilobyte each while they are."""

_HANDED: Final = ("mql", "pql")
"""The stages at which leads are handed over where the playbook does not say."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """What a replay found: the leads, what came of them, and how one playbook, or two, would have done.

    ``horizon`` in days: leads that came less than that before the newest fact are too young to be in a rate.
    ``time_zone``: whose days are shown, that of the first playbook.
    """

    gathered: Gathered
    leads: Leads
    came: Fates
    horizon: int
    one: Outlook
    other: Outlook | None
    comparison: Comparison | None
    time_zone: str = "UTC"

    @property
    def outlooks(self) -> list[Outlook]:
        """The outlook of the first playbook, and of the other if there is one."""
        return [self.one] if self.other is None else [self.one, self.other]

    def page(self) -> str:
        """All of it as one HTML page with charts, which needs nothing from elsewhere."""
        from qualify.learning.backtest.page import page

        return page(self.leads, self.came, self.horizon, self.outlooks, self.comparison, self.time_zone)

    def plain(self) -> dict[str, Any]:
        """All of it as plain data, for JSON."""
        from qualify.learning.backtest.plain import plain

        return plain(self.leads, self.came, self.horizon, self.outlooks, self.comparison, self.time_zone)


def backtest(
    playbook: Playbook | str | Path,
    leads: Any,
    events: Any = None,
    outcomes: Any = None,
    *,
    against: Playbook | str | Path | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    every: moments.Every = "week",
    on: Sequence[Moment] = (),
    capacity: int | None = None,
    horizon: int | None = None,
    handed: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda step: None,
    **tables: Any,
) -> Backtest:
    """Replay a playbook, and one ``against`` it, over history as it was known at each look.

    Looks are the ends of each day or week from ``since`` (a year before ``until``) to ``until`` (the newest fact), or
    the moments of ``on``. ``capacity`` is how many leads sales can take up in a week; ``handed`` the stages at which
    leads are handed over (what the playbook's ``handoff`` says); ``horizon`` the days in which a lead is usually
    decided (worked out from the won when left out). Sources are those of :func:`~qualify.runs.run.score`.
    Raises :class:`~qualify.errors.QualifyError` for what a user can mend.
    """
    books = [
        each if isinstance(each, Playbook) else load(each) for each in (playbook, against) if each is not None
    ]
    layouts = [Layout(book) for book in books]
    connection = connect(memory_limit, threads)
    progress("reading the files")
    sources = sources_of(
        leads, events, {**tables, **({"outcomes": outcomes} if outcomes is not None else {})}
    )
    with interruptible(connection):
        names = {
            **{key: name for book in reversed(books) for key, name in book.columns.items()},
            **(mapping or {}),
        }
        together = layouts[0] if len(layouts) == 1 else _Together(layouts)
        gathered = gather(connection, together, sources, mapping=names, time_zone=books[0].time_zone)
        looks = _looks(gathered, books[0], since, until, every, on)
        replays = [
            replay(connection, layout, gathered, looks, _handed(layout.book, handed), progress)
            for layout in layouts
        ]
        worth = worths(connection, together, sources, names)
        past = past_leads(connection, gathered, looks, worth)
    found = _judged(gathered, past, replays, horizon, capacity, progress)
    return replace(found, time_zone=books[0].time_zone)


def _judged(
    gathered: Gathered,
    past: Leads,
    replays: list[Replayed],
    horizon: int | None,
    capacity: int | None,
    progress: Callable[[str], None],
) -> Backtest:
    from qualify.learning.backtest.comparing import comparison
    from qualify.learning.backtest.judging import outlook
    from qualify.learning.backtest.replayed import fates
    from qualify.learning.labels import usual_horizon

    progress("working out the figures")
    days = usual_horizon(past.days_to_won()) if horizon is None else horizon
    came = fates(past, days)
    one, *others = [outlook(each, past, days, capacity) for each in replays]
    other = others[0] if others else None
    held = None if other is None else comparison(one, other, past, came)
    return Backtest(gathered, past, came, days, one, other, held)


# ── what is asked ───────────────────────────────────────────────────────────────────────────────────


class _Together(Layout):
    """What several playbooks look at, so that the files are read once."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        super().__init__(layouts[0].book)
        self._layouts = layouts
        self.tallies = list(dict.fromkeys(tally for each in layouts for tally in each.tallies))

    def _all(self, name: str) -> list[Any]:
        return sorted({one for layout in self._layouts for one in getattr(layout, name)})

    @property
    def trait_fields(self) -> list[Field]:
        """The traits that any of them looks at."""
        return self._all("trait_fields")

    @property
    def questions(self) -> list[str]:
        """The questions that any of them asks."""
        return self._all("questions")

    @property
    def answer_fields(self) -> list[Field]:
        """What any of them looks at of an answer."""
        return self._all("answer_fields")

    @cached_property
    def event_fields(self) -> list[Field]:
        """The properties of events that any of them looks at."""
        return self._all("event_fields")


def _looks(
    gathered: Gathered,
    book: Playbook,
    since: Moment | None,
    until: Moment | None,
    every: moments.Every,
    on: Sequence[Moment],
) -> Looks:
    """The looks that are asked for; raises ``InputError`` when they cannot be taken."""
    from qualify.learning.backtest.looks import Looks

    if gathered.newest is None:
        raise InputError("nothing in the data has a date, so there is no history to replay")
    if "decisions" not in gathered.present:
        raise InputError(
            "no outcomes are given, so there is nothing to hold the playbook against; name a table of them"
        )
    if on:
        asked: Iterable[int] = [moments.moment(each, book.time_zone) for each in on]
    else:
        end = gathered.newest if until in (None, "latest") else moments.moment(until or 0, book.time_zone)
        start = end - YEAR if since is None else moments.moment(since, book.time_zone)
        if start >= end:
            said = f"the replay starts at {moments.written(start)} and ends at {moments.written(end)}"
            raise InputError(f"{said}: let it start earlier (--from) or end later (--to)")
        asked = moments.grid(start, end, every)
    try:
        return Looks(list(asked))
    except ValueError as error:
        raise InputError(f"the replay cannot be taken: {error}") from error


def _handed(book: Playbook, asked: Sequence[str]) -> tuple[str, ...]:
    """The stages at which leads are handed over; raises ``InputError`` when the playbook has none of them."""
    there = [name for name in book.ladder if name in LADDER]
    for name in asked:
        if name not in there:
            guess = did_you_mean(name, there)
            raise InputError(
                f"{book.playbook} has no stage {name!r}{guess} It has: {one_of(there) or 'none'}"
            )
    wanted = list(asked) or (list(book.handoff.at) if book.handoff else [*_HANDED])
    found = tuple(name for name in there if name in wanted)
    if not found:
        said = f"{book.playbook} has no stage at which leads are handed over ({one_of(wanted)})"
        more = (
            f"name one that it has with --stage ({one_of(there)})"
            if there
            else "give it one under `thresholds:`"
        )
        raise InputError(f"{said}; {more}")
    return found


# ── the replay ──────────────────────────────────────────────────────────────────────────────────────


def replay(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    gathered: Gathered,
    looks: Looks,
    handed: tuple[str, ...],
    progress: Callable[[str], None] = lambda step: None,
) -> Replayed:
    """Judge every lead of the connection's canonical tables at every look, and move it through the stages."""
    from qualify.learning.backtest.replaying import Replaying

    for name, columns, rows in looks.tables():
        _fill_rows(connection, name, columns, rows)
    progress(f"replaying {layout.book.playbook}")
    asked = Replaying(layout, gathered.present, gathered.key, looks, handed)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE numbered AS {_text(asked, 'numbered', asked.numbered)}")
    leads, judged = _sizes(connection, looks)
    replaying = replace(asked, chunks=max(1, -(-judged // AT_ONCE)))
    found = empty(layout.book, handed, (leads, len(looks)))
    for which in range(replaying.chunks):
        _judge(connection, replaying, which)
        take_judged(connection, found)
    progress(f"moving stages by {layout.book.playbook}")
    _walk(connection, replaying)
    take_stages(connection, found)
    done = (
        "versions",
        "known",
        "occurred",
        "behaved",
        "lasting",
        "replayed",
        "stirred",
        "walked",
        "previous",
    )
    for name in done:
        connection.execute(f"DROP TABLE IF EXISTS temp.main.{name}")
    return found


def _sizes(connection: Any, looks: Looks) -> tuple[int, int]:
    """How many leads there are, and how many judgements of a lead at a look."""
    query = f"SELECT count(*), coalesce(sum({len(looks)} - since), 0) FROM numbered"
    leads, judged = connection.execute(query).fetchone()
    return int(leads), int(judged)


def _judge(connection: Any, replaying: Replaying, which: int) -> None:
    """Fill the tables of one chunk; ``stirred`` holds those before it, too."""
    from qualify.learning.backtest.replaying import WHICH

    for name, step in replaying.steps().items():
        text = _text(replaying, name, step).replace(str(WHICH), str(which))
        more = name == "stirred" and which > 0
        into = "INSERT INTO stirred" if more else f"CREATE OR REPLACE TEMP TABLE {name} AS"
        connection.execute(f"{into} {text}")


def _text(replaying: Replaying, name: str, step: Callable[[], Any]) -> str:
    """The step as SQL text; compiled once for the layout and these looks."""
    asked = (
        "replay",
        name,
        replaying.looks.moments,
        replaying.handed,
        replaying.present,
        replaying.key,
        replaying.chunks,
    )
    texts = replaying.layout.texts
    if asked not in texts:
        texts[asked] = text_of(step(), "duckdb")
    return texts[asked]


def _fill_rows(
    connection: Any, name: str, columns: Sequence[str], rows: Iterable[Sequence[int | None]]
) -> None:
    """A small table of whole numbers."""
    typed = ", ".join(f"{column} BIGINT" for column in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({typed})")
    said = (", ".join("NULL" if value is None else str(int(value)) for value in row) for row in rows)
    connection.execute(f"INSERT INTO {name} VALUES {', '.join(f'({row})' for row in said)}")


def _walk(connection: Any, replaying: Replaying) -> None:
    """Fill ``walked`` look by look: the stage of each lead that has moved."""
    from qualify.learning.backtest.folding import LOOKED_AT, step

    first = _text(replaying, "first step", lambda: step(replaying, resumed=False))
    later = _text(replaying, "step", lambda: step(replaying, resumed=True))
    connection.execute("CREATE OR REPLACE TEMP TABLE walked (no BIGINT, look BIGINT, stage VARCHAR)")
    for look, moment in enumerate(replaying.looks):
        text = as_of(later if look else first, moment).replace(str(LOOKED_AT), str(look))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE previous AS {text}")
        connection.execute(f"INSERT INTO walked SELECT lead_id, {look}, stage FROM previous")
