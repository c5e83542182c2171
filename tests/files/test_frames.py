"""Frames and relations in memory are read as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tests.files.world import MARCH, World

LEADS = {"lead_id": ["a", "b"], "industry": ["Software", None], "employees": [250.0, None]}
EVENTS = {
    "lead_id": ["a", "b"],
    "kind": ["demo_requested", "page_viewed"],
    "ts": [MARCH, MARCH + 1],
    "page.path": ["/Ä", None],
}


def arrow_reader(columns: dict[str, list[object]]) -> pa.RecordBatchReader:
    table = pa.table(columns)
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches())


def relation(columns: dict[str, list[object]]) -> duckdb.DuckDBPyRelation:
    """A relation of another connection."""
    return duckdb.connect().from_arrow(pa.table(columns))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table, arrow_reader, relation])
def test_frames_of_any_library_are_read(world: World, frame):
    gathered = world.gather(frame(LEADS), events=frame(EVENTS))
    assert world.rows("leads", "lead_id", "industry__text", "employees__number") == [
        ("a", "software", 250.0),
        ("b", None, None),
    ]
    found = world.rows("events", "lead_id", "kind", "happened_at", "page.path__text")
    assert found == [("a", "demo_requested", MARCH, "/ä"), ("b", "page_viewed", MARCH + 1, None)]
    assert gathered.rows == {"leads": 2, "events": 2}
    assert world.rows("events", "lead_id") == ["a", "b"]  # and once more: a reader can be read once


def test_ids_that_pandas_made_fractions_of_are_whole_again(world: World):
    frame = pd.DataFrame({"lead_id": [1, 2], "account_id": [7, None]})
    world.gather(frame)
    assert world.rows("leads", "lead_id", "account_id") == [("1", "7"), ("2", None)]


def test_times_in_frames_have_a_zone_or_get_one(world: World):
    moments = pd.to_datetime(["2026-03-01 00:00"]).tz_localize("Europe/Berlin")
    frame = pd.DataFrame({"lead_id": [1], "kind": ["demo_requested"], "happened_at": moments})
    world.gather(events=frame)
    assert world.rows("events", "happened_at") == [MARCH - 3_600_000]
    naive = pl.DataFrame(
        {
            "lead_id": [1],
            "kind": ["demo_requested"],
            "happened_at": [moments[0].tz_localize(None).to_pydatetime()],
        }
    )
    world.gather(events=naive, zone="Europe/Berlin")
    assert world.rows("events", "happened_at") == [MARCH - 3_600_000]


def test_categories_are_texts(world: World):
    world.gather(pl.DataFrame({"lead_id": ["a"], "industry": pl.Series(["Software"], dtype=pl.Categorical)}))
    assert world.rows("leads", "industry__text") == ["software"]


def test_bad_rows_of_frames_are_numbered_too(world: World):
    world.gather(pl.DataFrame({"lead_id": ["a", None, "a"]}))
    assert world.rejects() == [("leads", 2, "no id"), ("leads", 3, "duplicate id")]


def test_relations_of_the_same_connection_may_be_about_tables_with_the_same_names(world: World):
    world.connection = duckdb.connect()  # the tables stay in it
    world.connection.execute("CREATE TABLE leads AS SELECT 1 AS id, 'Food' AS industry")
    world.connection.execute(
        "CREATE TABLE events AS SELECT 1 AS id2, 1 AS user_id, 'demo_requested' AS event, TIMESTAMP '2026-03-01' AS ts"
    )
    for _ in range(2):
        leads = world.connection.sql("SELECT * FROM memory.main.leads WHERE id = 1")
        world.gather(leads, events=world.connection.table("memory.main.events"))
        assert world.rows("leads", "lead_id", "industry__text") == [(1, "food")]
        assert world.rows("events", "lead_id", "happened_at") == [(1, MARCH)]
    assert world.connection.execute("SELECT id FROM memory.main.leads").fetchall() == [(1,)]


@pytest.mark.slow
def test_files_need_neither_pandas_nor_numpy(tmp_path: Path):
    (tmp_path / "leads.csv").write_text(
        "lead_id,industry,employees\n1,Küche,51-200\n,x,1\n", encoding="utf-8"
    )
    (tmp_path / "events.csv").write_text(
        'lead_id,kind,time,properties\n1,page_viewed,1 Mar 2026,"{""seconds"": 3}"\n'
    )
    code = f"""
import sys
for name in ("pandas", "numpy", "pyarrow", "polars"):
    sys.modules[name] = None
import duckdb
from qualify.files import Sources, gather
from tests.files.world import layout
gathered = gather(duckdb.connect(), layout(), Sources.folder({str(tmp_path)!r}))
assert gathered.rows == {{"leads": 1, "events": 1}}, gathered.rows
assert gathered.rejects.rows() and gathered.strangers == {{"events": 0}}
"""
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
