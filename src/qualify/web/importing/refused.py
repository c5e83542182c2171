"""The rows that an import refused, as a file to be mended and imported again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Final

from qualify.web.importing.running import Options
from qualify.web.importing.sheets import opened
from qualify.web.importing.taking import ERASED, Reject

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?[\d\s().,/-]+")


def refused_lines(path: Path, options: Options, rejects: Iterable[Reject]) -> Iterator[str]:
    """The refused rows with their own columns, their line and the reason, as lines of CSV; the header first."""
    told = {each.line: each for each in rejects}
    with opened(path, options.sheet) as sheet:
        yield _line([*sheet.header, "line", "why", "found"])
        for row in sheet.rows:
            if (reject := told.get(row.line)) is not None:
                cells = [] if reject.reason == ERASED else row.cells
                padded = [*cells, *[""] * (len(sheet.header) - len(cells))][: len(sheet.header)]
                yield _line([*padded, str(reject.line), reject.reason, reject.found])


def _line(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe; numbers are none."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
