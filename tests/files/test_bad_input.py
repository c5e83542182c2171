"""Input that cannot be right gives an error that says what is wrong and what to do, never a traceback."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from qualify.errors import InputError
from qualify.files import Sources
from tests.files.world import MARCH, World


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leads.csv", b"", "is empty"),
        ("leads.csv", b"\n\n  \n", "nothing but empty lines"),
        ("leads.csv", b"lead_id,industry\n", "holds a header and no leads"),
        ("leads.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 500, "save the sheet as CSV"),
        ("leads.csv", b"%PDF-1.7 ...", "PDF"),
        ("leads.csv", b"SQLite format 3\x00" + b"\x00" * 100, "SQLite"),
        ("leads.xls", b"<html><table><tr><td>Lead ID</td></tr></table></html>", "web page"),
        ("leads.csv", b"<?xml version='1.0'?><leads/>", "XML"),
        ("leads.csv", bytes(range(256)) * 4 + b"\x00" * 500, "no text file"),
        ("leads.csv.zst", b"\x28\xb5\x2f\xfd....", "zstd"),
        ("leads.parquet", b"PAR1 but not really PAR1", "cannot be read as Parquet"),
        ("leads.json", b'[{"lead_id": 1}, {"lead_id":', "not the JSON it seems to be"),
        ("leads.json", b"[1, 2, 3]", "no JSON objects"),
        ("leads.csv", b"lead_id,a,b\n1,2\n3,4\n", "none of its 2 lines has the 3 columns"),
        ("leads.csv.gz", gzip.compress(b"lead_id\n" + b"1\n" * 5000, mtime=0)[:-30], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_teaches(world: World, name, content, said):
    with pytest.raises(InputError, match=said):
        world.gather(world.write(name, content))


def test_an_excel_workbook_is_to_be_saved_as_csv(world: World, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InputError, match="save the sheet as CSV"):
        world.gather(tmp_path / "leads.xlsx")


def test_a_missing_file_names_the_nearest_that_is_there(world: World, tmp_path: Path):
    world.write("leads_2026.csv", "lead_id\n1\n")
    with pytest.raises(
        InputError, match=r"there is no file .*leads_206\.csv; did you mean 'leads_2026\.csv'\?"
    ):
        world.gather(tmp_path / "leads_206.csv")


def test_a_missing_folder_is_just_not_there(world: World, tmp_path: Path):
    with pytest.raises(InputError, match="there is no file"):
        world.gather(tmp_path / "nowhere" / "leads.csv")


def test_a_folder_without_parquet_files_is_an_error(world: World, tmp_path: Path):
    world.write("some.csv", "lead_id\n1\n")
    with pytest.raises(InputError, match="folder without Parquet files"):
        world.gather(tmp_path)


def test_a_folder_of_tables_without_leads_is_an_error(tmp_path: Path):
    (tmp_path / "events.csv").write_text("lead_id,kind,time\n")
    with pytest.raises(InputError, match=r"holds no leads.*events\.csv"):
        Sources.folder(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "x.csv").write_text("lead_id\n1\n")
    with pytest.raises(InputError, match="is not a folder"):
        Sources.folder(tmp_path / "x.csv")


@pytest.mark.parametrize("source", [[1, 2, 3], {"lead_id": [1]}, 42, object()])
def test_what_is_no_source_at_all_is_an_error_that_says_what_is(world: World, source):
    with pytest.raises(InputError, match="give a path, a pandas or Polars frame"):
        world.gather(source)


def test_no_leads_at_all_is_an_error(world: World):
    with pytest.raises(InputError, match="there are no leads"):
        world.gather(None)


@pytest.mark.slow
def test_a_cell_of_two_million_characters_is_read(world: World):
    long = "é" * 2_000_000
    world.gather(f'lead_id,industry,country\n1,{long},DE\n2,"{long}",DE\n3,software,DE\n')
    assert world.rows("leads", "lead_id", "country__country") == [("1", "DE"), ("2", "DE"), ("3", "DE")]
    assert world.connection.execute("SELECT max(length(industry__text)) FROM leads").fetchall() == [
        (2_000_000,)
    ]


@pytest.mark.slow
def test_a_line_that_is_too_long_for_anything_is_rejected_alone(world: World):
    world.gather(f"lead_id,industry\n1,software\n2,{'x' * 33_600_000}\n3,food\n")
    assert world.rows("leads", "lead_id") == ["1", "3"]
    assert world.rejects() == [("leads", 2, "line too long")]


def test_dates_in_the_year_9999_and_0_are_rejected_and_the_future_is_not(world: World):
    rows = "1,demo_requested,9999-12-31\n1,demo_requested,0000-00-00\n1,demo_requested,2098-01-01\n1,demo_requested,2026-03-01\n"
    gathered = world.gather(events="lead_id,kind,happened_at\n" + rows)
    assert world.rejects() == [("events", 1, "unlikely date"), ("events", 2, "unlikely date")]
    assert world.rows("events", "happened_at")[0] == MARCH
    assert gathered.rows["events"] == 2


def test_a_table_without_rows_is_no_error(world: World):
    gathered = world.gather(events="lead_id,kind,happened_at\n", traits="lead_id,name,value,learned_at\n")
    assert gathered.present == {"leads", "events", "traits"}
    assert gathered.rows["events"] == 0
    assert gathered.newest is None


def test_an_error_leaves_the_connection_as_it_was(world: World):
    with pytest.raises(InputError):
        world.gather(world.write("leads.csv", "colour\nred\n"))
    assert world.connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall() == [
        (False,)
    ]
