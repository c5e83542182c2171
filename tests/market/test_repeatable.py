"""The same arguments give the same market, to the byte; the smallest markets work too."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from qualify.market import simulate, write_market
from tests.market.conftest import desk
from tests.market.test_integrity import MOMENTS, REFERENCES

WRITE = """
import sys
from qualify.market import simulate, write_market
write_market(simulate(200, 120, seed=5), sys.argv[1])
"""


def fingerprints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_same_seed_writes_the_same_bytes(tmp_path, kind):
    for run in ("one", "two"):
        write_market(simulate(200, 120, seed=5), tmp_path / run, kind)
    assert fingerprints(tmp_path / "one") == fingerprints(tmp_path / "two")


@pytest.mark.slow
def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path):
    write_market(simulate(200, 120, seed=5), tmp_path / "here")
    source = Path(sys.modules["qualify.market"].__file__ or "").parents[2]
    surroundings = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": str(source)}
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path / "there")], env=surroundings, check=True)
    assert fingerprints(tmp_path / "here") == fingerprints(tmp_path / "there")


def test_another_seed_gives_another_market():
    one, other = simulate(50, 60, seed=1), simulate(50, 60, seed=2)
    assert all(
        not one.tables()[name].equals(other.tables()[name]) for name in ("leads", "events", "accounts")
    )


def test_a_market_says_in_a_line_what_it_is():
    market = simulate(1, 1, seed=3)
    said = f"Market(1 leads, {market.events.num_rows} events, 2026-10-31 to 2026-11-01, seed 3)"
    assert repr(market) == said


def test_a_negative_seed_is_a_seed():
    assert simulate(5, 10, seed=-3).leads.num_rows == 5


def test_another_end_moves_the_market():
    market = simulate(40, 10, seed=1, end=date(2024, 3, 1))
    made = market.leads["created_at"].to_pylist()
    assert market.start == date(2024, 2, 20)
    assert all(date(2024, 2, 20) <= moment.date() < date(2024, 3, 1) for moment in made)


@pytest.mark.parametrize(("leads", "days"), [(1, 1), (1, 3), (1, 365), (2, 30), (20, 3), (35, 400), (300, 1)])
def test_small_markets_are_whole(leads, days, tmp_path):
    market = simulate(leads, days, seed=3)
    ask = desk(market)
    assert market.leads.num_rows == leads
    for query in REFERENCES.values():
        assert ask(query) == []
    for table, column in MOMENTS:
        outside = f"{column} < '{market.start}' OR {column} >= '{market.end}'"
        assert ask(f"SELECT count(*) FROM {table} WHERE {outside}") == [(0,)]
    for kind in ("parquet", "csv"):
        write_market(market, tmp_path, kind)


@pytest.mark.parametrize(("leads", "days"), [(0, 10), (10, 0), (-1, 5)])
def test_a_market_without_leads_or_days_is_refused(leads, days):
    with pytest.raises(ValueError, match="at least one lead and one day"):
        simulate(leads, days, seed=1)
