"""Arrow columns out of numpy codes: texts, identifiers and moments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.market.chance import Flags, Ints

MOMENT = pa.timestamp("ms", tz="UTC")


def texts(values: Sequence[str | None], codes: Ints, *, known: Flags | None = None) -> pa.Array:
    """The text `values[code]` of each code; null where `known` is false."""
    mask = None if known is None else ~known
    return pa.array(list(values), pa.string()).take(pa.array(codes, mask=mask))


def numbers(values: Ints) -> pa.Array:
    """Whole numbers as text."""
    return pa.array(values).cast(pa.string())


def joined(*parts: pa.Array | str) -> pa.Array:
    """Parts written one after the other, row by row; null when any part is null."""
    return pc.binary_join_element_wise(*parts, "")


def numbered(prefix: str, positions: Ints, width: int, *, known: Flags | None = None) -> pa.Array:
    """Identifiers such as L000001 for position 0; null where `known` is false."""
    mask = None if known is None else ~known
    digits = pa.array(positions + 1, mask=mask).cast(pa.string())
    return joined(pa.scalar(prefix), pc.utf8_lpad(digits, width=width, padding="0"))


def moments(milliseconds: Ints, *, known: Flags | None = None) -> pa.Array:
    """Epoch milliseconds as UTC timestamps; null where `known` is false."""
    mask = None if known is None else ~known
    return pa.array(milliseconds, pa.int64(), mask=mask).cast(MOMENT)


def either(condition: Flags, yes: pa.Array, no: pa.Array | pa.Scalar) -> pa.Array:
    """Row by row `yes` where the condition holds, else `no`."""
    return pc.if_else(pa.array(condition), yes, no)


def blank_unless(known: Flags, column: pa.Array) -> pa.Array:
    """The column with nulls where it is not known."""
    return either(known, column, pa.scalar(None, column.type))


def flags_of(values: Sequence[bool], codes: Ints) -> Flags:
    """The truth value that belongs to each code."""
    return np.asarray(values, dtype=np.bool_)[codes]
