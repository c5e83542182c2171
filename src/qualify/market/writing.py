"""Writing a market to a folder: one file per table, the truth in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

if TYPE_CHECKING:
    from qualify.market.simulation import Market

Format = Literal["parquet", "csv"]


def write_market(market: Market, folder: str | Path, format: Format = "parquet") -> None:  # noqa: A002
    """Write each table to `<folder>/<table>.<format>` and the truth to `<folder>/truth/`.

    CSV has moments as ISO 8601 texts ending in 'Z'. Raises ValueError for another format.
    """
    if format not in ("parquet", "csv"):
        raise ValueError(f"unknown format {format!r}: allowed are 'parquet' and 'csv'")
    place = Path(folder)
    truth = place / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    for name, table in market.tables().items():
        write_table(table, place / f"{name}.{format}")
    write_table(market.truth.leads, truth / f"leads.{format}")
    write_table(market.truth.events, truth / f"events.{format}")
    text = json.dumps(market.truth.effects, indent=2, ensure_ascii=False)
    (truth / "effects.json").write_text(text + "\n", encoding="utf-8")


def write_table(table: pa.Table, path: Path) -> None:
    """Write one table as Parquet (zstd) or CSV, by the ending of the path."""
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, compression="zstd")
    else:
        pyarrow.csv.write_csv(_spelled(table), path)


def _spelled(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            # Arrow writes a blank between day and time; ISO 8601 wants a T.
            text = pc.utf8_replace_slice(table.column(place).cast(pa.string()), 10, 11, "T")
            table = table.set_column(place, field.name, text)
    return table
