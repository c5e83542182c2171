"""Tables of training rows as arrays: texts as codes, of each trait the reading that fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from qualify.learning.columns import Column
    from qualify.learning.observing import Watched


def plain(table: pa.Table, name: str, missing: int | bool = 0) -> Any:
    """A column as an array, with that in place of nulls."""
    return table.column(name).fill_null(missing).combine_chunks().to_numpy(zero_copy_only=False)


def codes(column: Any) -> tuple[list[Any], Any]:
    """A column's distinct values, sorted, and which of them each row has (−1: null)."""
    import numpy as np
    import pyarrow as pa

    coded = column.combine_chunks().dictionary_encode()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    values = coded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda place: values[place])
    rank = np.empty(len(values) + 1, dtype=np.int64)
    rank[order], rank[-1] = np.arange(len(values)), -1
    found = coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    return [values[place] for place in order], rank[found]


def read(table: pa.Table, watched: Sequence[Watched]) -> list[Column]:
    """The watched columns; of a trait read as text and as numbers, the reading that fits."""
    from qualify.learning.evidence import chosen_reading

    found: dict[str, Column] = {}
    for each in watched:
        column = _column(table, each)
        earlier = found.get(each.name)
        found[each.name] = column if earlier is None else chosen_reading(earlier, column)
    return list(found.values())


def _column(table: pa.Table, each: Watched) -> Column:
    from qualify.learning.columns import Column

    raw = table.column(each.column)
    if each.origin == "trait" and each.reading != "number":
        levels, coded = codes(raw)
        return Column(each.name, coded, tuple(levels), origin=each.origin, asked=each.asked)
    values = raw.cast("float64").combine_chunks().to_numpy(zero_copy_only=False)
    return Column(each.name, values, origin=each.origin, asked=each.asked)
