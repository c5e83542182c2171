"""Small files are read by one thread: a second would wait for it, and cost more than it saves."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from qualify.files import Sources, sources
from qualify.playbook import parse
from qualify.runs import run
from tests.files.world import PLAYBOOK

LEADS = "lead_id\n" + "".join(f"{number}\n" for number in range(5))


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS)
    return path


def threads(leads: Path, asked: int | None = None) -> int:
    made = run.prepared(parse(PLAYBOOK), Sources(leads=leads), as_of="2026-03-01", threads=asked)
    (found,) = made.connection.execute("SELECT current_setting('threads')").fetchone() or (0,)
    made.connection.close()
    return int(found)


def all_cores() -> int:
    """How many threads DuckDB takes by itself, whatever tests beside each other are given."""
    with duckdb.connect() as connection:
        connection.execute("RESET threads")
        (found,) = connection.execute("SELECT current_setting('threads')").fetchone() or (0,)
    return int(found)


def test_small_files_are_small(leads: Path, monkeypatch: pytest.MonkeyPatch):
    assert Sources(leads=leads, events=str(leads)).small
    monkeypatch.setattr(sources, "_SMALL", {"packed": 0, "plain": 2 * len(LEADS) - 1})
    assert Sources(leads=leads).small
    assert not Sources(leads=leads, events=leads).small


@pytest.mark.parametrize("name", ["leads.parquet", "leads.csv.gz"])
def test_what_is_compressed_counts_for_more(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / name
    path.write_bytes(b"12345")
    monkeypatch.setattr(sources, "_SMALL", {"packed": 4, "plain": 1000})
    assert not Sources(leads=path).small


def test_frames_and_folders_of_files_are_not_measured(leads: Path):
    assert not Sources(leads=object()).small
    assert not Sources(leads=leads, events=leads.parent).small


def test_one_thread_reads_small_files_and_more_come_for_many_rows(
    leads: Path, monkeypatch: pytest.MonkeyPatch
):
    assert threads(leads) == 1
    assert threads(leads, 3) == 3
    monkeypatch.setattr(run, "ONE_THREADS_ROWS", 4)
    assert threads(leads) == all_cores()
