"""A table in a pipe is what Rich would have written."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.cli.grids import Grid
from qualify.cli.screen import Screen, grid

CELLS = st.text("ab1.é–█ \n[]", max_size=9)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    names = draw(st.lists(st.text("abc #é", max_size=6), min_size=1, max_size=5, unique=True))
    footer = draw(st.dictionaries(st.sampled_from(names), CELLS, max_size=2))
    made = Grid(names, draw(st.lists(st.sampled_from(names), max_size=3)), footer)
    for row in draw(st.lists(st.tuples(*[CELLS] * len(names)), max_size=4)):
        made.add_row(*row)
    return made


@settings(max_examples=60, deadline=None)
@given(grids())
def test_the_plain_lines_are_those_of_rich(drawn: Grid):
    from rich.console import Console

    said = io.StringIO()
    page = Console(file=said, width=1000, highlight=False, markup=False, emoji=False)
    table = drawn.by_rich()
    page.print(table)
    lines = drawn.plain()
    if lines is None:
        assert not any(
            [
                *drawn.columns,
                *drawn.footer.values(),
                *(cell.strip("\n") for row in drawn.rows for cell in row),
            ]
        )
        return
    assert [line.rstrip() for line in lines] == [line.rstrip() for line in said.getvalue().splitlines()]
    assert len(lines[0]) == page.measure(table, options=page.options.update(max_width=1000)).maximum


@pytest.mark.parametrize("cell", ["東京", "👍", "e\u0301", "a\tb", "\x1b[31m", "a\u2028b"])
def test_what_may_be_wider_or_mean_something_is_left_to_rich(cell: str):
    table = grid("name")
    table.add_row(cell)
    assert table.plain() is None


def test_into_a_pipe_nothing_is_written_by_rich(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.setitem(sys.modules, name, None)  # whoever imports it fails
    screen, table = Screen(), grid("stage", "leads", right=("leads",))
    table.add_row("mql", "12")
    screen.say("B2B as of today", style="bold")
    assert screen.fits(table)
    screen.table(table)
    screen.note("read 3 leads")
    screen.warn("an odd one")
    said = capsys.readouterr()
    assert said.out == "B2B as of today\nstage   leads\n─────────────\nmql        12\n"
    assert said.err == "read 3 leads\nwarning: an odd one\n"


def test_who_wants_colours_gets_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("FORCE_COLOR", "1")
    Screen().say("B2B", style="bold")
    assert "\x1b[1m" in capsys.readouterr().out
