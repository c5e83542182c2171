"""The simulated market comes out of its files as it went in, whatever their format."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from qualify.files import Sources, gather
from qualify.market import simulate, write_market
from qualify.playbook import load
from qualify.scoring.layout import Layout


@pytest.fixture(scope="module")
def market():
    return simulate(150, 120, seed=5)


def canonical(sources: Sources) -> tuple[dict[str, list], dict]:
    connection = duckdb.connect()
    found = gather(connection, Layout(load("b2b-saas")), sources)
    tables = {}
    for name in found.present:
        columns = sorted(row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall())
        chosen = ", ".join(f'"{column}"' for column in columns)
        tables[name] = connection.execute(f"SELECT {chosen} FROM {name} ORDER BY ALL").fetchall()
    assert not len(found.rejects)
    assert not any(found.strangers.values())
    return tables, {"rows": dict(found.rows), "newest": found.newest, "anonymous": found.anonymous}


@pytest.mark.slow
def test_parquet_csv_and_arrow_give_the_same_tables(market, tmp_path: Path):
    for kind in ("parquet", "csv"):
        write_market(market, tmp_path / kind, format=kind)
    arrow = {name: table for name, table in market.tables().items() if name != "costs"}
    expected = canonical(Sources(**arrow))
    assert canonical(Sources.folder(tmp_path / "parquet")) == expected
    assert canonical(Sources.folder(tmp_path / "csv")) == expected


@pytest.mark.slow
def test_every_event_is_somebodys_or_nobodys(market, tmp_path: Path):
    write_market(market, tmp_path)
    tables, told = canonical(Sources.folder(tmp_path))
    assert len(tables["events"]) + told["anonymous"] == market.events.num_rows
    assert told["rows"]["events"] == len(tables["events"])
    assert told["anonymous"] > 0
