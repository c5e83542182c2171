"""Events → their canonical table: read where they lie when they can be, copied when they must.

Typed sources (Parquet, Arrow, Polars) become a view; what their metadata already tells is not checked again.
Files without types, and tables with duplicates to leave out, become a temporary table.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from qualify.criteria.logic import Field, Occurrences, event_fields
from qualify.files.cells import Finder
from qualify.files.columnar import Spread, smallest_text, spread
from qualify.files.dates import EARLIEST, END, Moment, moment
from qualify.files.gathering import Gathering
from qualify.files.given import Given, Opened
from qualify.files.headers import Headers
from qualify.files.screening import Check, first_of_each, id_of, line_checks, moment_checks, screened
from qualify.files.sql import listed
from qualify.files.told import alike, subject_text
from qualify.reading.text import MISSING
from qualify.scoring.layout import Layout


@dataclass
class Events:
    """Events, opened, with the columns of who, what and when."""

    opened: Opened
    headers: Headers
    lead: str | None
    anonymous: str | None
    kind: str
    happened: str
    received: str | None
    event: str | None
    bag: str | None

    @property
    def id_columns(self) -> list[str]:
        """The columns that hold leads' ids."""
        return [] if self.lead is None else [self.lead]

    def finder(self, gathering: Gathering, given: Given) -> Finder:
        """Finds properties."""
        return Finder(gathering.database, given, self.headers, self.bag)


def events(opened: Opened, headers: Headers) -> Events:
    """Find the columns; raises ``InputError`` that says which is missing."""
    anonymous = headers.role("anonymous_id")
    lead = headers.role("lead_id")
    if lead is None and anonymous is None:
        headers.required("lead_id", "who did it", opened.label)
    return Events(
        opened,
        headers,
        lead,
        anonymous,
        kind=headers.required("kind", "what was done", opened.label),
        happened=headers.required("happened_at", "when it was done", opened.label),
        received=headers.role("received_at"),
        event=headers.role("event_id"),
        bag=headers.role("properties"),
    )


@dataclass
class Rows:
    """The rows of the source: expressions over ``g``, null where there is nothing."""

    gathering: Gathering
    given: Given
    lead: str
    anonymous: str
    event: str
    kind: str
    happened: Moment
    received: Moment | None

    @property
    def known_at(self) -> str:
        """When an event was known: when it was received, but not before it happened."""
        if self.received is None:
            return self.happened.sql
        return f"greatest({self.happened.sql}, coalesce({self.received.sql}, {self.happened.sql}))"


    @property
    def identity(self) -> str:
        """What tells a row apart for people: its own id, else whose it is."""
        return f"coalesce({self.event}, CAST({self.lead} AS VARCHAR), {self.anonymous})"

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Each kind of event in the data → how the playbook writes it, where it asks for it."""
        query = f"SELECT DISTINCT {self.kind} FROM {self.given.relation} g"
        there = sorted(kind for (kind,) in self.gathering.database.rows(query) if kind is not None)
        ours = alike(sorted(kinds_asked(self.gathering.layout) or ()), there)
        return {kind: ours.get(kind, kind) for kind in there}

    def of_kinds(self, kinds: frozenset[str] | None) -> str:
        """The condition of the events of these kinds, as the playbook writes them; None: of all."""
        if kinds is None:
            return "TRUE"
        spelled = [kind for kind, ours in self.kinds.items() if ours in kinds]
        return f"coalesce({self.kind} IN {listed(spelled)}, FALSE)" if spelled else "FALSE"


def gather_rows(gathering: Gathering, found: Events, key: str) -> tuple[Rows, str, Spread]:
    """The rows, the condition of those that can be used, and what metadata tells of when they happened.

    The others are rejected; of several with the same event's id the first is used.
    """
    wanted = _wanted(gathering, found)
    ids = [each for each in (found.lead, found.anonymous, found.event) if each is not None]
    rows = _rows(gathering, found, found.opened.load(wanted, ids), key)
    happened = _spread(gathering, found, rows.given, rows.happened, found.happened)
    good = screened(gathering, rows.given, rows.identity, _checks(gathering, found, rows, happened))
    if found.event is not None:
        given, good = first_of_each(gathering, rows.given, good, rows.event, wanted)
        if given is not rows.given:
            rows, happened = _rows(gathering, found, given, key), Spread(None, None)
    return rows, good or "TRUE", happened


def _wanted(gathering: Gathering, found: Events) -> list[str]:
    unread = Given("events", found.opened.label, "", found.opened.columns)
    finder = found.finder(gathering, unread)
    properties = [column for each in gathering.layout.event_fields for column in finder.columns(each.name)]
    own = [found.lead, found.anonymous, found.kind, found.happened, found.received, found.event]
    return [each for each in (*own, *properties) if each is not None]


def _rows(gathering: Gathering, found: Events, given: Given, key: str) -> Rows:
    nothing = f"CAST(NULL AS {'BIGINT' if key == 'int64' else 'VARCHAR'})"
    return Rows(
        gathering,
        given,
        lead=id_of(given, found.lead, key) if found.lead else nothing,
        anonymous=id_of(given, found.anonymous, "string") if found.anonymous else "CAST(NULL AS VARCHAR)",
        event=id_of(given, found.event, "string") if found.event else "CAST(NULL AS VARCHAR)",
        kind=subject_text(given, found.kind),
        happened=moment(gathering, given, found.happened),
        received=moment(gathering, given, found.received) if found.received else None,
    )


def _spread(gathering: Gathering, found: Events, given: Given, when: Moment, name: str) -> Spread:
    """What the metadata of Parquet files tells of a moment; nothing for other sources."""
    if not found.opened.files or given.kept:
        return Spread(None, None)
    return spread(gathering.database, found.opened, name, when.sql.replace(given.column(name).sql, "{v}"))


def _checks(gathering: Gathering, found: Events, rows: Rows, happened: Spread) -> list[Check]:
    checks = line_checks(rows.given)
    if not _never_missing(gathering, found, rows.given, found.lead):
        checks.append(Check("no id", f"({rows.lead} IS NULL AND {rows.anonymous} IS NULL)"))
    if not _never_missing(gathering, found, rows.given, found.kind):
        checks.append(Check("no kind", f"{rows.kind} IS NULL"))
    if happened.missing != 0 or not _is_likely(happened):
        checks += moment_checks(found.happened, rows.happened, required=True)
    if rows.received is not None and found.received is not None:
        received = _spread(gathering, found, rows.given, rows.received, found.received)
        if not _is_likely(received):
            checks += moment_checks(found.received, rows.received, required=False)
    return checks + _property_checks(gathering, found, rows)


def _never_missing(gathering: Gathering, found: Events, given: Given, name: str | None) -> bool:
    """Whether the metadata says that the column has a value in every row, and no empty text."""
    if name is None or not found.opened.files or given.kept:
        return False
    database, cell = gathering.database, given.column(name)
    if spread(database, found.opened, name).missing != 0:
        return False
    return cell.is_integer or (cell.type == "VARCHAR" and bool(smallest_text(database, found.opened, name)))


def _is_likely(spread: Spread) -> bool:
    return spread.least is not None and spread.most is not None and EARLIEST <= spread.least <= spread.most < END


def _property_checks(gathering: Gathering, found: Events, rows: Rows) -> list[Check]:
    """JSON that cannot be read, where the playbook looks into it."""
    if found.bag is None or found.bag not in rows.given.columns or rows.given.columns[found.bag] != "VARCHAR":
        return []
    looked = {each.name for each in gathering.layout.event_fields if found.headers.trait(each.name) is None}
    if not looked:
        return []
    # Where the rows are not ours and many, the events of which no property is asked are left alone.
    which = "TRUE" if rows.given.kept else rows.of_kinds(kinds_asked(gathering.layout, looked))
    bag = rows.given.column(found.bag).sql
    nothing = f"lower(trim({bag})) IN {listed(sorted(MISSING))}"
    unreadable = f"{bag} IS NOT NULL AND TRY(json_type({bag})) IS NULL AND NOT {nothing}"
    return [Check("unreadable properties", f"({which} AND {unreadable})", bag)]


def kinds_asked(layout: Layout, names: Collection[str] | None = None) -> frozenset[str] | None:
    """The kinds of event that the playbook names, or of which it looks at these properties; None: all kinds."""
    found: set[str] = set()
    for tally in layout.tallies:
        for each in (tally.occurrences, tally.occurrences.after):
            if each is None or (names is not None and not any(f.name in names for f in _own_fields(each))):
                continue
            if each.kinds is None and names is not None:
                return None
            found |= each.kinds or frozenset()
    return frozenset(found)


def _own_fields(occurrences: Occurrences) -> set[Field]:
    return event_fields(replace(occurrences, after=None))
