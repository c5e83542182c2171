"""Writes into the docs what their commands print today: ``python -m tests.docs.refresh [PAGE …]``.

What still agrees stays as it is, and what a page leaves out with `…` is left out again; look at the difference
before you commit it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from difflib import SequenceMatcher
from pathlib import Path

from tests.docs.pages import name, pages
from tests.docs.running import WIDTH, Printed, Reader, agrees


def refreshed(page: Path, folder: Path) -> int:
    """Rewrite the page; how many of its outputs have changed."""
    printed = [each for each in Reader(folder).follow(page) if not agrees(each.expected, each.actual)]
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    for each in sorted(printed, key=lambda one: one.first, reverse=True):
        lines[each.first - 1 : each.last - 1] = shortened(each).splitlines(keepends=True)
    page.write_text("".join(lines), encoding="utf-8")
    return len(printed)


def shortened(printed: Printed) -> str:
    """What was printed, with `…` where the page had it: lines that are still the same hold it in its place."""
    new = [line.rstrip() for line in printed.actual.rstrip().splitlines()]
    old = [line.rstrip() for line in printed.expected.rstrip().splitlines()]
    kept: list[str] = []
    for _, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        kept += _between(old[first:last], new[start:end])
    gap = "\n" if printed.expected.endswith("\n\n") else ""
    return "".join(f"{line}\n" for line in kept) + gap


def _between(old: list[str], new: list[str]) -> list[str]:
    """The new lines in place of the old ones, as many before and after a `…` as there were."""
    if "…" not in old:
        return new
    before = old.index("…")
    after = len(old) - before - 1
    return [*new[:before], "…", *new[max(before, len(new) - after) :]] if after else [*new[:before], "…"]


def main(chosen: list[str]) -> None:
    """Refresh the pages that are named, else all."""
    os.environ.update(COLUMNS=str(WIDTH), NO_COLOR="1")
    here = Path.cwd()
    for page in [Path(each).resolve() for each in chosen] or pages():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            changed = refreshed(page, Path(folder))
            os.chdir(here)
        if changed:
            print(f"{name(page)}: {changed} changed")


if __name__ == "__main__":
    main(sys.argv[1:])
