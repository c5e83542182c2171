"""The canonical table of events: a view over a source that is read where it lies, or a temporary table."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from qualify.criteria.logic import Field
from qualify.files.columnar import rows_of
from qualify.files.documents import json_path
from qualify.files.events import Events, Rows, beyond_ascii, gather_rows, kinds_asked
from qualify.files.gathering import Gathering
from qualify.files.given import Cell, given_name
from qualify.files.linking import LINKS
from qualify.files.readings import Readings, property_text
from qualify.files.sections import sections
from qualify.files.sql import literal, named
from qualify.files.told import renamed, warn_of_unknown
from qualify.reading.properties import steps

_RESOLVED: Final = "events_resolved"
_COLUMN: Final = re.compile(r'g\."(?:[^"]|"")+"')
_SAMPLE: Final = 20_000
"""How many events are looked at to learn which properties there are."""
_FEW: Final = 500
"""How many are looked at first."""
_MOST_COPIED: Final = 5_000_000
"""How many events are copied for the sake of their properties: some 100 bytes each."""


@dataclass(frozen=True)
class Came:
    """What came of the events: whether slices of time can skip row groups, the newest moment, the unresolved."""

    slices: bool
    newest: int | None
    anonymous: int


def gather_events(gathering: Gathering, found: Events, key: str, *, links: bool) -> Came:
    """Make the canonical table; ``links`` says that there is a table of them."""
    rows, good = gather_rows(gathering, found, key)
    table = _Table(gathering, found, rows, good)
    table.warn()
    anonymous = table.resolve(links=links)
    table.fill()
    gathering.rows["events"] = table.count(anonymous)
    return Came(table.slices, table.newest(), anonymous)


@dataclass
class _Table:
    gathering: Gathering
    found: Events
    rows: Rows
    good: str
    everybody: bool = True
    resolved: bool = False

    def warn(self) -> None:
        """Warn of kinds and properties that the playbook asks for and nobody ever did or had."""
        there = self.rows.kinds
        for kind, ours in there.items():
            if kind != ours:
                self.gathering.warn(f"{self.found.opened.label}: events {kind!r} are read as {ours!r}")
        asked = sorted(kinds_asked(self.gathering.layout) or ())
        warn_of_unknown(self.gathering, "event of the kind", asked, list(there.values()), list(there))
        self._warn_of_properties()

    def _warn_of_properties(self) -> None:
        names = list(self.cells)
        missing = [name for name, cell in self.cells.items() if cell is None]
        in_bag = [
            name for name, cell in self.cells.items() if cell and self.found.headers.trait(name) is None
        ]
        if in_bag:
            missing += self._absent(in_bag)
        if missing:
            known = [*self.rows.given.columns, *self._inside(in_bag)]
            what = f"property (in the first {_SAMPLE:,} events)" if in_bag else "property of events"
            warn_of_unknown(self.gathering, what, missing, [], [name for name in known if name not in names])

    def _absent(self, names: Sequence[str]) -> list[str]:
        """Those of these properties that none of the first events has; most are found in very few."""
        left = list(names)
        for many in (_FEW, _SAMPLE):
            counts = ", ".join(f"count({_text(self.cells[name])})" for name in left)
            first = self._first(names, many)
            looked, *found = self.gathering.database.row(f"SELECT count(*), {counts} FROM ({first}) g")
            left = [name for name, count in zip(left, found, strict=True) if looked and not count]
            if not left:
                break
        return left

    def _first(self, names: Collection[str], many: int = _SAMPLE) -> str:
        """The first events of which these properties may be asked."""
        which = self.rows.of_kinds(kinds_asked(self.gathering.layout, names))
        return f"SELECT * FROM {self.rows.given.relation} g WHERE {which} LIMIT {many}"

    def _inside(self, names: Collection[str]) -> list[str]:
        """The names of what the JSON of the first events holds, those inside the asked ones' folders too."""
        if self.found.bag is None or self.rows.given.columns[self.found.bag] not in ("VARCHAR", "JSON"):
            return []
        json = f"TRY(json_extract({self.rows.given.column(self.found.bag).sql}, '$'))"
        folders = {path[0] for name in names if (path := steps(name))}
        keys = [("", "json_keys(j)"), *((f"{folder}.", _keys_in(folder)) for folder in sorted(folders))]
        first = f"SELECT {json} AS j FROM ({self._first(names)}) g"
        found = []
        for prefix, inside in keys:
            query = f"SELECT DISTINCT unnest({inside}) FROM ({first}) WHERE json_type(j) = 'OBJECT'"
            found += [prefix + key for (key,) in self.gathering.database.rows(query)]
        return sorted(found)

    @cached_property
    def cells(self) -> dict[str, Cell | None]:
        """Where each property stands that the playbook looks at."""
        finder = self.found.finder(self.gathering, self.rows.given, sound=self.rows.sound)
        names = [field.name for field in self.gathering.layout.event_fields]
        return {name: self._where_asked(name, finder.cell(name)) for name in names}

    def _where_asked(self, name: str, cell: Cell | None) -> Cell | None:
        """The cell, but only in events of the kinds of which it is asked: reading JSON takes long."""
        if cell is None or self.found.headers.trait(name) is not None:
            return cell
        which = self.rows.of_kinds(kinds_asked(self.gathering.layout, [name]))
        return cell if which == "TRUE" else Cell(f"CASE WHEN {which} THEN {cell.sql} END", cell.type)

    @cached_property
    def readings(self) -> Readings:
        """The properties, read; the distinct values that need it are read on the way."""
        readings = Readings(self.gathering.database, self.rows.given)
        readings.settled(lambda: self._properties(readings), self.good)
        return readings

    def _properties(self, readings: Readings) -> list[str]:
        return [self._property(field, readings) for field in self.gathering.layout.event_fields]

    def _property(self, field: Field, readings: Readings) -> str:
        """A property as its canonical column has it."""
        cell = self.cells[field.name]
        if cell is None:
            return f"CAST(NULL AS {'DOUBLE' if field.is_number else 'VARCHAR'})"
        if field.is_number:
            return readings.quantity(cell)
        return readings.folded(property_text(cell), self._may_be_beyond_ascii(cell))

    def _may_be_beyond_ascii(self, cell: Cell) -> str:
        """A quick test that says of most events that nothing in their JSON is other than ASCII."""
        bag = self.found.bag and self.rows.given.column(self.found.bag)
        if not bag or bag.type not in ("VARCHAR", "JSON"):
            return "TRUE"
        if set(_COLUMN.findall(cell.sql)) - set(_COLUMN.findall(self.rows.kind)) != {bag.sql}:
            return "TRUE"  # it may come from elsewhere
        if self.rows.ascii:
            return "FALSE"
        return beyond_ascii(bag.sql if bag.type == "VARCHAR" else f"CAST({bag.sql} AS VARCHAR)")

    @cached_property
    def columns(self) -> list[str]:
        """The canonical columns after those of who and when."""
        fields = self.gathering.layout.event_fields
        read = self._properties(self.readings)
        return [f"{sql} AS {named(field.column)}" for sql, field in zip(read, fields, strict=True)]

    def resolve(self, *, links: bool) -> int:
        """Gather the anonymous events whose lead is known through a link; how many are nobody's."""
        database, rows = self.gathering.database, self.rows
        if self.found.anonymous is None or not rows.nobodys:
            return 0
        nobody = f"({self.good}) AND {rows.lead} IS NULL"
        count = rows.nobodys
        if self.good != "TRUE":
            count = int(database.value(f"SELECT count(*) FROM {rows.given.relation} g WHERE {nobody}"))
        self.everybody = count == 0
        if not count or not links:
            return count
        database.drop(_RESOLVED)
        known_at, join = f"greatest({rows.known_at}, link.learned_at)", _LINKED.format(rows.anonymous)
        database.run(
            f"CREATE TEMP TABLE {_RESOLVED} AS {self._select('link.lead_id', known_at, nobody, join)}"
        )
        self.resolved = True
        return count - int(database.value(f"SELECT count(*) FROM {_RESOLVED}"))

    def _select(self, lead: str, known_at: str, where: str, join: str = "") -> str:
        happened = self.rows.happened.sql
        own = [f"{lead} AS lead_id", f"{renamed(self.rows.kind, self.rows.kinds)} AS kind"]
        own += [f"{happened} AS happened_at", f"{known_at} AS known_at", *self.columns]
        return f"SELECT {', '.join(own)} FROM {self.readings.joined}{join} WHERE {where}"

    @cached_property
    def copied(self) -> bool:
        """Whether the table is a copy: of rows that are ours anyway, and of properties that were read out of JSON.

        To read JSON takes longer than all the rest, and a view would do it for every rule that looks there.
        """
        given, opened = self.rows.given, self.found.opened
        if given.kept or not any(cell and _is_inside(cell) for cell in self.cells.values()):
            return given.kept
        database = self.gathering.database
        many = (
            rows_of(database, opened)
            if opened.files
            else database.value(f"SELECT count(*) FROM {given.relation} g")
        )
        return bool(many <= _MOST_COPIED)

    def fill(self) -> None:
        """Create the table, or the view where the source can be read again as it lies."""
        database, given = self.gathering.database, self.rows.given
        where = self.good if self.everybody else f"({self.good}) AND {self.rows.lead} IS NOT NULL"
        selects = [
            self._select(
                self.rows.lead, self.rows.known_at, where if part == "TRUE" else f"{where} AND {part}"
            )
            for part in self.parts or ["TRUE"]
        ]
        if self.resolved:
            selects.append(f"SELECT * FROM {_RESOLVED}")
        kind = "TABLE" if self.copied else "VIEW"
        database.run(f"CREATE TEMP {kind} events AS {' UNION ALL '.join(selects)}")
        if given.kept:
            database.drop(given_name(given.table), f"again_{given.table}")
        if self.copied:
            database.drop(_RESOLVED, *self.readings.tables)

    @cached_property
    def parts(self) -> list[str]:
        """The sections of a view in order of time."""
        if self.copied:
            return []
        column = self.rows.given.column(self.found.happened)
        return sections(self.gathering.layout, self.rows.when.happened, column, self.rows.happened.sql)

    @property
    def slices(self) -> bool:
        """Whether a slice of time can be read without the rest."""
        stored = self.rows.given.column(self.found.happened).sql == self.rows.happened.sql
        return bool(self.parts) or (stored and self.rows.when.happened.in_order)

    def count(self, anonymous: int) -> int:
        """How many events were taken; by the metadata if that tells."""
        database = self.gathering.database
        if self.rows.given.kept or self.good != "TRUE" or not self.found.opened.files:
            return int(database.value("SELECT count(*) FROM events"))
        return rows_of(database, self.found.opened) - anonymous

    def newest(self) -> int | None:
        """When the newest event was known."""
        database, told = self.gathering.database, self.rows.when.newest
        if told is None or self.good != "TRUE" or self.copied:
            found = database.value("SELECT max(known_at) FROM events")
        elif self.resolved:
            found = max(told, database.value(f"SELECT max(known_at) FROM {_RESOLVED}") or told)
        else:
            found = told
        return None if found is None else int(found)


_LINKED: Final = f" JOIN {LINKS} link ON link.anonymous_id = {{}}"


def _is_inside(cell: Cell) -> bool:
    """Whether the cell is to be read out of JSON."""
    return "json_extract" in cell.sql


def _text(cell: Cell | None) -> str:
    return "NULL" if cell is None else property_text(cell)


def _keys_in(folder: str) -> str:
    return f"json_keys(j, {literal(json_path([folder]))})"
