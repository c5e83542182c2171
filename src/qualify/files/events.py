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
from qualify.files.dates import EARLIEST, END, Moment, moment, worked_out
from qualify.files.gathering import Gathering
from qualify.files.given import Given, Opened, missing
from qualify.files.headers import Headers
from qualify.files.screening import (
    UNREADABLE_DATE,
    Check,
    failed,
    first_of_each,
    id_of,
    line_checks,
    moment_checks,
    repetitions,
    without,
)
from qualify.files.sql import literal, named
from qualify.files.told import alike, subject_text
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

    def finder(self, gathering: Gathering, given: Given, *, sound: bool = False) -> Finder:
        """Finds properties; ``sound``: those of the kinds of which they are asked are JSON that can be read."""
        return Finder(gathering.database, given, self.headers, self.bag, sound)


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


@dataclass(frozen=True)
class When:
    """What metadata tells of the moments of events: when they happened, and when they were received."""

    happened: Spread
    received: Spread | None

    @property
    def newest(self) -> int | None:
        """When the newest event was known; None when the metadata does not say."""
        known = [self.happened.most, *([self.received.most] if self.received else [])]
        return None if None in known else max(each for each in known if each is not None)


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
    when: When
    never_missing: frozenset[str]
    nobodys: int = 0
    """How many rows do not say whose they are, those that cannot be used among them."""
    sound: bool = False
    """Whether all properties that are asked are JSON that can be read."""
    ascii: bool = False
    """Whether no property can be other than ASCII."""

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
        spelled = [f"{self.kind} = {literal(kind)}" for kind, ours in self.kinds.items() if ours in kinds]
        return f"coalesce({' OR '.join(spelled)}, FALSE)" if spelled else "FALSE"


def gather_rows(gathering: Gathering, found: Events, key: str) -> tuple[Rows, str]:
    """The rows, and the condition of those that can be used; the others are rejected.

    Of several with the same event's id the first is used.
    """
    wanted = _wanted(gathering, found)
    ids = [each for each in (found.lead, found.anonymous, found.event) if each is not None]
    given = found.opened.load(wanted, ids)
    rows = _rows(gathering, found, given, key, sampled=given.kept)
    failing, again = _looked_through(gathering, found, rows)
    if given.kept and any(check.reason == UNREADABLE_DATE for check in failing):
        rows = _rows(gathering, found, given, key)
        failing, again = _looked_through(gathering, found, rows)
    good = without(gathering, rows.given, rows.identity, failing)
    if again:
        given, good = first_of_each(gathering, rows.given, good, rows.event, wanted)
        if given is not rows.given:
            there = _rows(gathering, found, given, key)
            rows = replace(there, nobodys=rows.nobodys, sound=rows.sound, ascii=rows.ascii)
    return rows, good or "TRUE"


def _looked_through(gathering: Gathering, found: Events, rows: Rows) -> tuple[list[Check], int]:
    """Check every row, and learn what may be left out later; the checks that fail, and how many ids come again."""
    checks = _checks(gathering, found, rows)
    everybody = found.lead in rows.never_missing
    bag = _asked_bag(gathering, found, rows)
    if not checks and bag is None and found.event is None and everybody:
        return [], 0  # nothing is worth a look at every row
    nobody = "0" if everybody else f"count(*) FILTER ({rows.lead} IS NULL)"
    again = "0" if found.event is None else repetitions(rows.event)
    failing, counts = failed(gathering, rows.given, checks, [nobody, again, *_about_the_bag(bag)])
    rows.nobodys, repeated, unsound, beyond = counts
    rows.sound, rows.ascii = not unsound, not beyond
    if bag is not None and not rows.sound:
        failing += failed(gathering, rows.given, [_unreadable_properties(*bag)])[0]
    return failing, repeated


def _wanted(gathering: Gathering, found: Events) -> list[str]:
    unread = Given("events", found.opened.label, "", found.opened.columns)
    finder = found.finder(gathering, unread)
    properties = [column for each in gathering.layout.event_fields for column in finder.columns(each.name)]
    own = [found.lead, found.anonymous, found.kind, found.happened, found.received, found.event]
    return [each for each in (*own, *properties) if each is not None]


def _rows(gathering: Gathering, found: Events, given: Given, key: str, *, sampled: bool = False) -> Rows:
    given, happened, received = _moments(gathering, found, given, sampled=sampled)
    given, said = _kinds(found, given)
    nothing = f"CAST(NULL AS {'BIGINT' if key == 'int64' else 'VARCHAR'})"
    known = _Metadata(gathering, found.opened, given)
    return Rows(
        gathering,
        given,
        lead=known.plain(found.lead, key) or (id_of(given, found.lead, key) if found.lead else nothing),
        anonymous=id_of(given, found.anonymous, "string") if found.anonymous else "CAST(NULL AS VARCHAR)",
        event=id_of(given, found.event, "string") if found.event else "CAST(NULL AS VARCHAR)",
        kind=known.plain(found.kind, "string") or said,
        happened=happened,
        received=received,
        when=When(
            known.spread(found.happened, happened),
            known.spread(found.received, received) if found.received and received else None,
        ),
        never_missing=known.never_missing(found.lead, found.kind),
    )


def _moments(
    gathering: Gathering, found: Events, given: Given, *, sampled: bool
) -> tuple[Given, Moment, Moment | None]:
    """When events happened and were received, and the rows that say so."""
    names = [found.happened, *([found.received] if found.received else [])]
    moments = {name: moment(gathering, given, name, sampled=sampled) for name in names}
    if given.kept and all(given.columns[name] == "VARCHAR" for name in names):
        given, moments = worked_out(given, moments)
    return given, moments[found.happened], moments[found.received] if found.received else None


def _kinds(found: Events, given: Given) -> tuple[Given, str]:
    """What was done, and the rows that say so."""
    said, name = subject_text(given, found.kind), f"{found.kind} in short "
    if not given.kept:
        return given, said
    return given.with_columns({name: said}), f"g.{named(name)}"


@dataclass(frozen=True)
class _Metadata:
    """What the metadata of Parquet files tells, so that it need not be looked for; nothing of other sources."""

    gathering: Gathering
    opened: Opened
    given: Given

    def spread(self, name: str, when: Moment) -> Spread:
        """The spread of a moment."""
        if not self.opened.files or self.given.kept:
            return Spread(None, None)
        measure = when.sql.replace(self.given.column(name).sql, "{v}")
        return spread(self.gathering.database, self.opened, name, measure)

    def never_missing(self, *names: str | None) -> frozenset[str]:
        """The columns of these that have a value in every row, and no empty text."""
        return frozenset(name for name in names if name is not None and self._is_never_missing(name))

    def _is_never_missing(self, name: str) -> bool:
        if not self.opened.files or self.given.kept:
            return False
        database, cell = self.gathering.database, self.given.column(name)
        if spread(database, self.opened, name).missing != 0:
            return False
        return cell.is_integer or (
            cell.type == "VARCHAR" and bool(smallest_text(database, self.opened, name))
        )

    def plain(self, name: str | None, key: str) -> str | None:
        """The column as it is, where nothing has to be done to it; None otherwise."""
        if name is None or self.given.column(name).type != ("BIGINT" if key == "int64" else "VARCHAR"):
            return None
        return self.given.column(name).sql if self._is_never_missing(name) else None


def _checks(gathering: Gathering, found: Events, rows: Rows) -> list[Check]:
    checks = line_checks(rows.given)
    if found.lead not in rows.never_missing:
        checks.append(Check("no id", f"({rows.lead} IS NULL AND {rows.anonymous} IS NULL)"))
    if found.kind not in rows.never_missing:
        checks.append(Check("no kind", f"{rows.kind} IS NULL"))
    if rows.when.happened.missing != 0 or not _is_likely(rows.when.happened):
        checks += moment_checks(found.happened, rows.happened, required=True)
    if found.received and rows.received and not _is_likely(rows.when.received or Spread(None, None)):
        checks += moment_checks(found.received, rows.received, required=False)
    return checks


def _is_likely(spread: Spread) -> bool:
    return (
        spread.least is not None and spread.most is not None and EARLIEST <= spread.least <= spread.most < END
    )


def _unreadable_properties(bag: str, which: str) -> Check:
    """Properties that are no JSON, and no word for "not known" either."""
    broken = f"CASE WHEN {_unreadable(bag)} THEN NOT {missing(f'trim({bag})')} ELSE FALSE END"
    return Check("unreadable properties", f"CASE WHEN {which} THEN {broken} ELSE FALSE END", bag)


def _about_the_bag(bag: tuple[str, str] | None) -> list[str]:
    """How many rows have properties that are no JSON, and how many may hold other than ASCII; all without texts."""
    if bag is None:
        return ["count(*)", "count(*)"]
    sql, which = bag
    return [f"count(*) FILTER ({which} AND {each})" for each in (_unreadable(sql), beyond_ascii(sql))]


def beyond_ascii(json: str) -> str:
    """Whether a JSON text may hold other than ASCII, spelled out or not."""
    return f"(strlen({json}) <> length({json}) OR contains({json}, '\\u'))"


def _unreadable(json: str) -> str:
    """Whether a text is no JSON."""
    return f"coalesce(NOT json_valid({json}), FALSE)"


def _asked_bag(gathering: Gathering, found: Events, rows: Rows) -> tuple[str, str] | None:
    """The column of JSON texts that the playbook looks into, and in which rows; None when there is none."""
    if found.bag is None or found.bag not in rows.given.columns or rows.given.columns[found.bag] != "VARCHAR":
        return None
    looked = {each.name for each in gathering.layout.event_fields if found.headers.trait(each.name) is None}
    if not looked:
        return None
    # Where the rows are not ours and many, the events of which no property is asked are left alone.
    which = "TRUE" if rows.given.kept else rows.of_kinds(kinds_asked(gathering.layout, looked))
    return rows.given.column(found.bag).sql, which


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
