"""JSON Lines of leads from standard input as Parquet to standard output: ``python -m qualify.web.api.parquet fit …``.

Run by the export, in a process of its own, with the names of the scores as arguments.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

AT_ONCE = 10_000
"""Leads in a row group."""


def main(scores: Sequence[str], lines: BinaryIO, out: BinaryIO) -> None:
    """Write what is read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(pa, scores)
    with pq.ParquetWriter(out, schema) as writer:
        for part in _parts(json.loads(line) for line in lines):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))


def _schema(pa: Any, scores: Sequence[str]) -> Any:
    text, whole, number = pa.string(), pa.int64(), pa.float64()
    moment = pa.timestamp("ms", "UTC")
    head = {
        "lead_id": whole, "email": text, "name": text, "company": text, "account_id": whole,
        "created_at": moment, "stage": text, "since": moment, "cycle": whole, "total": number, "grade": text,
    }  # fmt: skip
    own = dict.fromkeys(scores, number)
    return pa.schema(
        {**head, **own, "information": number, "as_of": moment, "playbook_version": whole}.items()
    )


def _parts(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while part := list(islice(left, AT_ONCE)):
        yield part


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer)
