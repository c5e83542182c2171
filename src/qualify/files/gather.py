"""Users' files and frames → the canonical tables, in a DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from qualify import moments
from qualify.errors import InputError
from qualify.files import rejects
from qualify.files.event_table import Came, gather_events
from qualify.files.events import Events, events
from qualify.files.gathering import Gathering
from qualify.files.given import Cell
from qualify.files.headers import Headers, check_mapping
from qualify.files.linking import LINKS, Link, by_address, gather_links, link
from qualify.files.people import ADDRESSES, People, at_accounts, gather_people, people, warn_of_missing_traits
from qualify.files.rejects import Rejects
from qualify.files.sources import Sources, open_source
from qualify.files.sql import Database
from qualify.files.told import Told, gather_answers, gather_decisions, gather_traits, told
from qualify.scoring.canonical import TABLES
from qualify.scoring.layout import Layout

if TYPE_CHECKING:
    import duckdb

Key = Literal["string", "int64"]


@dataclass(frozen=True)
class Recognised:
    """How a table's columns were understood: the export that it is (if any), and column → what it was read as."""

    preset: str | None
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Gathered:
    """What was gathered, and what was odd about it.

    ``present``: the canonical tables that there are. ``key``: the type of ids. ``slices``: events come from
    Parquet files in order of time, so that a slice of time can be read without the rest. ``rows``: how many
    rows of each source could be used. ``anonymous``: how many events no link says whose they are. ``newest``:
    the newest moment of any fact, in epoch milliseconds, None when nothing has a date.
    """

    present: frozenset[str]
    key: Key
    slices: bool
    rejects: Rejects
    rows: Mapping[str, int]
    recognised: Mapping[str, Recognised]
    warnings: Sequence[str]
    newest: int | None
    columns_seen: Mapping[str, Sequence[str]]
    anonymous: int
    connection: duckdb.DuckDBPyConnection = field(repr=False)

    @cached_property
    def strangers(self) -> dict[str, int]:
        """How many rows of each canonical table are about leads that are not in the leads table.

        Worked out when it is first asked for: with many events it takes about as long as scoring them.
        """
        database = Database(self.connection)
        found: dict[str, int] = {}
        for table in ("traits", "events", "answers", "decisions"):
            if table in self.present:
                # An inner join, because DuckDB does it many times faster than an anti-join.
                known = database.value(f"SELECT count(*) FROM {table} JOIN leads USING (lead_id)")
                found[table] = int(database.value(f"SELECT count(*) FROM {table}") - known)
        return found


@dataclass
class _Found:
    """The tables, opened, with what their columns mean."""

    leads: People
    accounts: People | None = None
    links: Link | None = None
    events: Events | None = None
    told: dict[str, Told] = field(default_factory=dict)
    headers: dict[str, Headers] = field(default_factory=dict)
    seen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def people(self) -> list[People]:
        """Leads, and accounts if there are any."""
        return [each for each in (self.leads, self.accounts) if each is not None]

    def key(self) -> Key:
        """Whole numbers when all ids are, in sources with types; else text."""
        facts: list[Events | Told | Link | None] = [self.events, self.links, *self.told.values()]
        tables = [*self.people, *(each for each in facts if each is not None)]
        ids = [(each.opened, name) for each in tables for name in each.id_columns]
        whole = all(opened.typed and Cell("", opened.columns[name]).is_integer for opened, name in ids)
        by_text = any(each.by_trait or each.account_by_trait for each in self.people)
        return "int64" if whole and not by_text else "string"


def gather(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    sources: Sources,
    *,
    mapping: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
) -> Gathered:
    """Bring the sources into canonical form: temporary tables and views named as :mod:`qualify.scoring.canonical` says.

    ``mapping`` is column → the name used in the playbook; ``time_zone`` is where times without a zone are. Such
    tables of an earlier gathering in the connection are replaced. Raises ``InputError`` for what cannot be read.
    """
    try:
        moments.zone(time_zone)
    except ValueError as error:
        raise InputError(str(error)) from error
    gathering = Gathering(Database(connection), layout, time_zone, dict(mapping or {}))
    with gathering.database.in_order(), _unreadable_data():
        found = _found(gathering, sources)
        gathering.database.clear(*TABLES)
        rejects.prepare(gathering.database)
        return _gathered(gathering, found)


@contextmanager
def _unreadable_data() -> Iterator[None]:
    """Damage that shows only when a file is read to its end is the user's to mend, too."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.OutOfMemoryException) as error:
        raise InputError(f"the data cannot be read: {str(error).splitlines()[0]}") from error


def _found(gathering: Gathering, sources: Sources) -> _Found:
    """Open every source and find its columns; raises ``InputError`` before anything is read."""
    if sources.leads is None:
        raise InputError("there are no leads; give a file or a frame with one row for each lead")
    opened = {name: open_source(gathering, name, source) for name, source in sources.given()}
    headers = {name: Headers(name, list(each.columns), gathering.mapping) for name, each in opened.items()}
    check_mapping(gathering.mapping, headers.values())
    found = _Found(people(gathering, opened["leads"], headers["leads"]), headers=headers)
    found.seen = {name: tuple(each.columns) for name, each in opened.items()}
    if "accounts" in opened:
        found.accounts = people(gathering, opened["accounts"], headers["accounts"])
        found.leads = at_accounts(gathering, found.leads, found.accounts)
    for name in opened.keys() - {"leads", "accounts"}:
        opened[name] = by_address(gathering, opened[name], headers[name], found.leads)
    found.links = link(opened["links"], headers["links"]) if "links" in opened else None
    found.events = events(opened["events"], headers["events"]) if "events" in opened else None
    told_of = ("traits", "answers", "decisions", "outcomes")
    found.told = {name: told(opened[name], headers[name]) for name in told_of if name in opened}
    return found


def _gathered(gathering: Gathering, found: _Found) -> Gathered:
    """Make the canonical tables, one after the other."""
    key = found.key()
    for each in found.people:
        gather_people(gathering, each, key)
    gathering.settle()
    if (
        not found.leads.opened.typed
        and not gathering.rows["leads"]
        and not rejects.counted(gathering.database)
    ):
        raise InputError(f"{found.leads.opened.label} holds a header and no leads")
    names = gather_traits(gathering, found.told["traits"], key) if "traits" in found.told else []
    warn_of_missing_traits(gathering, found.people, names)
    if "answers" in found.told:
        gather_answers(gathering, found.told["answers"], key)
    decided = [found.told[name] for name in ("decisions", "outcomes") if name in found.told]
    if decided:
        gather_decisions(gathering, decided, key)
    if found.links is not None:
        gather_links(gathering, found.links, key)
    came = (
        None
        if found.events is None
        else gather_events(gathering, found.events, key, links=found.links is not None)
    )
    gathering.settle()
    _warn_of_no_accounts(gathering, found)
    gathering.database.drop(ADDRESSES, LINKS)
    return _summary(gathering, found, key, came)


def _warn_of_no_accounts(gathering: Gathering, found: _Found) -> None:
    whole_account = any(tally.occurrences.whole_account for tally in gathering.layout.tallies)
    if whole_account and found.leads.account is None:
        gathering.warn(
            f"{found.leads.opened.label} does not say which account a lead belongs to (no account_id): rules on the "
            "whole account find nothing"
        )


def _summary(gathering: Gathering, found: _Found, key: Key, came: Came | None) -> Gathered:
    given = {"leads", *found.told.keys() - {"decisions", "outcomes"}}
    given |= {"accounts"} if found.accounts else set()
    given |= {"events"} if came else set()
    given |= {"decisions"} if found.told.keys() & {"decisions", "outcomes"} else set()
    moments_of = {"leads": "created_at", "accounts": "created_at", "traits": "learned_at"}
    moments_of |= {"answers": "answered_at", "decisions": "decided_at"}
    newest = [
        gathering.database.value(f"SELECT max({moments_of[name]}) FROM {name}") for name in given - {"events"}
    ]
    newest.append(came.newest if came else None)
    headers = found.headers
    return Gathered(
        present=frozenset(given),
        key=key,
        slices=came.slices if came else False,
        rejects=Rejects(gathering.database.connection, rejects.counted(gathering.database)),
        rows=gathering.rows,
        recognised={name: Recognised(_preset(each), dict(each.read)) for name, each in headers.items()},
        warnings=tuple(gathering.warnings),
        # A row without a moment counts as always known, which is no moment to score at.
        newest=max((each for each in newest if each), default=None),
        columns_seen=found.seen,
        anonymous=came.anonymous if came else 0,
        connection=gathering.database.connection,
    )


def _preset(headers: Headers) -> str | None:
    return headers.preset.name if headers.preset else None
