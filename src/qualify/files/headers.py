"""What a table's columns mean: by the user's mapping, by their names, by the export they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from qualify.errors import InputError, did_you_mean, one_of
from qualify.files.presets import PRESETS, ROLES, SIGNS_NEEDED, TRAITS, Preset
from qualify.reading.text import bare
from qualify.speech import Several, sentence

_MOST_NAMED: Final = 12

OWN_ID: Final[Mapping[str, str]] = {"leads": "lead_id", "accounts": "account_id"}
"""The column that tells the rows of a table apart, for the tables whose presets say just ``id``."""


@dataclass
class Headers:
    """The columns of one table, found by our names for them.

    What is found is remembered in ``read``: the column as it is called there → what it was read as.
    """

    table: str
    names: list[str]
    mapping: Mapping[str, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bare: dict[str, str] = {}
        for name in self.names:
            self._bare.setdefault(bare(name), name)
        self.preset = self._recognised() if self.table in OWN_ID else None
        self._ours = self._by_preset(self.preset) if self.preset else {}
        self._mapped = self._by_mapping()

    def _recognised(self) -> Preset | None:
        """The preset with the most signs among the headers, if there are enough."""
        counts = [(len(_signs(preset) & self._bare.keys()), preset) for preset in PRESETS]
        most, found = max(counts, key=lambda counted: counted[0])
        return found if most >= SIGNS_NEEDED else None

    def _by_preset(self, preset: Preset) -> dict[str, str]:
        found: dict[str, str] = {}
        for header, ours in preset.columns.items():
            if (name := self._bare.get(bare(header))) is not None:
                found.setdefault(OWN_ID[self.table] if ours == "id" else ours, name)
        return found

    def _by_mapping(self) -> dict[str, str]:
        named = {ours: self.spelled(theirs) for theirs, ours in self.mapping.items()}
        return {ours: name for ours, name in named.items() if name is not None}

    def spelled(self, name: str) -> str | None:
        """The column of that name, spelled so or at least alike."""
        return name if name in self.names else self._bare.get(bare(name)) if bare(name) else None

    def role(self, name: str) -> str | None:
        """The column that is one of the table's own, such as ``happened_at``; None when there is none."""
        others = ROLES[self.table].get(name, ())
        return self._remembered(self._by_name(name) or self._first((name, *others)), name)

    def _by_name(self, name: str) -> str | None:
        """By the mapping, else the column called exactly so, else by the preset."""
        exact = name if name in self.names and name not in self._mapped.values() else None
        return self._mapped.get(name) or exact or self._ours.get(name)

    def trait(self, name: str) -> str | None:
        """The column that holds a trait or property; None when there is none."""
        found = self._by_name(name)
        if found is None:
            alike = {bare(ours): column for ours, column in {**self._ours, **self._mapped}.items()}
            found = self.spelled(name) or alike.get(bare(name))
        if found is None and self.table in OWN_ID:
            found = self._first(
                next((others for ours, others in TRAITS.items() if bare(ours) == bare(name)), ())
            )
        return self._remembered(found, name)

    def _first(self, names: Iterable[str]) -> str | None:
        taken = set(self._mapped.values())
        found = (self._bare.get(bare(name)) for name in names)
        return next((column for column in found if column is not None and column not in taken), None)

    def _remembered(self, column: str | None, name: str) -> str | None:
        if column is not None:
            self.read.setdefault(column, name)
        return column

    def required(self, name: str, what: str, label: str) -> str:
        """The column of that role; raises ``InputError`` that says what would do."""
        found = self.role(name)
        if found is None:
            others = one_of([name, *ROLES[self.table].get(name, ())], 5)
            there = ", ".join(self.names[:_MOST_NAMED]) + (" …" if len(self.names) > _MOST_NAMED else "")
            raise InputError(
                f"{label}: no column says {what}. Looked for {others}; found {there}. "
                f"Name the right one with --map 'ITS HEADER={name}'"
            )
        return found

    def known_names(self) -> list[str]:
        """Every name by which a column can be asked for, as suggestions."""
        return [*self.names, *self._ours, *self._mapped]


def _signs(preset: Preset) -> set[str]:
    """The preset's signs as they are compared; two that differ in punctuation only are one."""
    return {bare(sign) for sign in preset.signs}


def check_mapping(mapping: Mapping[str, str], tables: Iterable[Headers]) -> None:
    """Raise ``InputError`` when the mapping names a column that no table has."""
    tables = list(tables)
    names = [name for headers in tables for name in headers.names]
    unknown = [theirs for theirs in mapping if not any(headers.spelled(theirs) for headers in tables)]
    if unknown:
        said = [
            sentence("%(name)s%(hint)s", name=repr(name), hint=did_you_mean(name, names)) for name in unknown
        ]
        raise InputError(
            sentence(
                "the mapping names columns that no table has: %(columns)s. There are: %(names)s",
                columns=Several(tuple(said)),
                names=one_of(names),
            )
        )
