"""Writes into the docs what their commands print today: ``python -m tests.docs.refresh [PAGE …]``.

What still agrees stays as it is. Where a page leaves lines out with `…`, as many are left out again; look
at the difference before you commit it.
"""

from __future__ import annotations

import os
import sys
import tempfile
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
    """What was printed, with as many lines before and after a `…` as the page had."""
    new = [line.rstrip() for line in printed.actual.rstrip().splitlines()]
    old = [line.strip() for line in printed.expected.rstrip().splitlines()]
    if old.count("…") == 1:
        before = old.index("…")
        after = len(old) - before - 1
        if len(new) > before + after:
            new = [*new[:before], "…", *(new[-after:] if after else [])]
    gap = "\n" if printed.expected.endswith("\n\n") else ""
    return "".join(f"{line}\n" for line in new) + gap


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
