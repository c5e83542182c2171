"""Training rows as columns: each with its name, its values, and how the playbook's language asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

Origin: TypeAlias = Literal["trait", "count", "recency", "rule"]
"""What a column is: a trait, how often something was done, how many days ago (as −5: the more, the more recent), or
whether a rule of the playbook held."""


@dataclass(frozen=True, eq=False)
class Column:
    """One thing known of every training row.

    ``values`` are doubles (NaN: unknown) where ``levels`` is None, else whole numbers into ``levels`` (−1:
    unknown). ``asked`` is the criterion's fields without its test, as ``{"trait": "industry"}`` or
    ``{"did": "demo_requested", "within": 30}``; for a rule, the whole criterion.
    """

    name: str
    values: NDArray[Any]
    levels: tuple[str, ...] | None = None
    origin: Origin = "trait"
    asked: Mapping[str, Any] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers rather than levels."""
        return self.levels is None

    @property
    def is_behaviour(self) -> bool:
        """Whether it says what the lead did."""
        return self.origin in ("count", "recency")

    @cached_property
    def unknown(self) -> Flags:
        """In which rows it is not known."""
        return np.isnan(self.values) if self.is_number else self.values < 0

    def at(self, rows: NDArray[Any]) -> Column:
        """The column of those rows (indices or flags) only."""
        return replace(self, values=self.values[rows])


class Columns(Mapping[str, Column]):
    """Columns by name, all of the same length."""

    def __init__(self, columns: Iterable[Column], rows: int | None = None) -> None:
        self._columns = {each.name: each for each in columns}
        lengths = {len(each.values) for each in self._columns.values()} | (
            {rows} if rows is not None else set()
        )
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        self.rows = lengths.pop() if lengths else 0

    def __getitem__(self, name: str) -> Column:
        """The column of that name; raises ``KeyError``."""
        return self._columns[name]

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def at(self, rows: NDArray[Any]) -> Columns:
        """Those rows (indices or flags) of every column."""
        count = int(rows.sum()) if rows.dtype == np.bool_ else len(rows)
        return Columns((each.at(rows) for each in self._columns.values()), count)

    def without(self, names: Iterable[str]) -> Columns:
        """All columns but those of these names."""
        left_out = set(names)
        return Columns((each for name, each in self._columns.items() if name not in left_out), self.rows)


def number(name: str, values: Any, **more: Any) -> Column:
    """A column of numbers; what is not finite is unknown."""
    read = np.asarray(values, dtype=np.float64)
    return Column(name, np.where(np.isfinite(read), read, np.nan), **more)


def level(name: str, values: Sequence[str | None] | NDArray[Any], **more: Any) -> Column:
    """A column of texts; None and NaN are unknown."""
    read = np.asarray(values, dtype=object)
    known = np.array([isinstance(each, str) for each in read], dtype=np.bool_)
    levels, codes = np.unique(read[known].astype(str), return_inverse=True)
    found = np.full(len(read), -1, dtype=np.int64)
    found[known] = codes
    return Column(name, found, tuple(str(each) for each in levels), **more)


def truth(name: str, values: Any, known: Any = None, **more: Any) -> Column:
    """A column of yes (1) and no (0); unknown where ``known`` is false."""
    read = np.asarray(values, dtype=np.float64)
    return Column(name, read if known is None else np.where(known, read, np.nan), **more)


def same_levels(column: Column, like: tuple[str, ...]) -> NDArray[np.int64]:
    """A column's codes in another column's levels; −2 for levels that are not among them."""
    place = {text: number for number, text in enumerate(like)}
    codes = np.array([*(place.get(text, -2) for text in column.levels or ()), -1], dtype=np.int64)
    return np.asarray(codes[column.values], dtype=np.int64)
