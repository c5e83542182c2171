"""Parquet is read where it lies, and its metadata is believed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from qualify.files import Sources
from tests.files.world import HOUR, MARCH, World, layout

DAY = 24 * HOUR
ROWS = 100_000
WINDOWS = """
playbook: Windows
scores:
  engagement:
    rules:
      - {points: 1, when: {did: page_viewed, within: 30 days}}
      - {points: 1, when: {did: demo_requested, within: 7 days}}
"""


def events_of_a_year(moment: str, rows: int = ROWS, order: str = "i") -> str:
    """Events every 5 minutes; ``moment`` is an expression over the timestamp ``stamp``."""
    stamp = "TIMESTAMP '2026-03-01' + to_minutes(5 * i)"
    kind = "CASE WHEN i % 3 = 0 THEN 'page_viewed' ELSE 'demo_requested' END"
    return (
        f"SELECT lead_id, kind, {moment} AS happened_at FROM (SELECT i % 50 AS lead_id, {kind} AS kind, {stamp} AS stamp, i "
        f"FROM range({rows}) t(i)) ORDER BY {order}"
    )


MOMENTS = [
    "stamp", "CAST(stamp AT TIME ZONE 'UTC' AS TIMESTAMPTZ)", "epoch_ms(stamp)", "CAST(epoch_ms(stamp) // 1000 AS INTEGER)",
    "CAST(stamp AS TIMESTAMP_MS)",
]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A file of a year's events in small row groups, their moments written so; each is written once."""
    writer = World(tmp_path_factory.mktemp("years"))

    @functools.cache
    def of(moment: str) -> Path:
        return writer.parquet(
            f"{MOMENTS.index(moment)}.parquet", events_of_a_year(moment), row_group_size=1000
        )

    return of


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_view_in_sections_holds_each_event_once(world: World, written, moment, zone):
    world.layout = layout(WINDOWS)
    world.gather(events=written(moment), zone=zone)
    shift = 0 if zone == "UTC" or moment not in ("stamp", "CAST(stamp AS TIMESTAMP_MS)") else 1
    local = f"epoch_ms(timezone('{zone}', stamp))" if shift else "epoch_ms(stamp)"
    # The sum of the rows' hashes tells which rows there are, and how often each.
    every = "SELECT sum(CAST(hash(CAST(lead_id AS BIGINT), kind, happened_at) AS HUGEINT)) FROM"
    expected = world.connection.execute(f"{every} ({events_of_a_year(local)})").fetchall()
    assert world.connection.execute(f"{every} events").fetchall() == expected
    assert world.gathered is not None
    assert world.gathered.rows["events"] == ROWS


@pytest.mark.parametrize(
    ("moment", "slices"), [(MOMENTS[0], True), (MOMENTS[1], True), (MOMENTS[2], True), (MOMENTS[3], False)]
)
def test_events_in_order_of_time_can_be_sliced(world: World, written, moment, slices):
    world.layout = layout(WINDOWS)
    assert world.gather(events=written(moment)).slices is slices


def test_a_slice_reads_only_the_row_groups_it_needs(world: World, written):
    world.layout = layout(WINDOWS)
    world.gather(events=written("stamp"))
    plan = world.connection.execute(
        f"EXPLAIN SELECT count(*) FROM events WHERE happened_at > {MARCH + 340 * DAY}"
    ).fetchall()[0][1]
    everything = world.connection.execute(
        "EXPLAIN SELECT count(*) FROM events WHERE happened_at > 5"
    ).fetchall()[0][1]
    assert plan.count("Function:") < everything.count("Function:")


def test_events_out_of_order_cannot_be_sliced(world: World):
    path = world.parquet(
        "e.parquet", events_of_a_year("epoch_ms(stamp)", order="hash(i)"), row_group_size=1000
    )
    assert world.gather(events=path).slices is False


def test_events_that_lie_in_a_file_are_not_copied(world: World, written):
    world.gather(events=written("stamp"))
    kinds = world.connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = 'events'"
    ).fetchall()
    assert kinds == [("VIEW",)]


def test_a_folder_of_parquet_files_is_one_table(world: World, tmp_path: Path):
    (tmp_path / "events" / "2026").mkdir(parents=True)
    world.parquet(
        "events/b.parquet", "SELECT 2 AS lead_id, 'demo_requested' AS kind, TIMESTAMP '2026-03-02' AS ts"
    )
    world.parquet(
        "events/2026/a.parquet",
        "SELECT TIMESTAMP '2026-03-01' AS ts, 1 AS lead_id, 'demo_requested' AS kind, 'x' AS more",
    )
    gathered = world.gather(events=tmp_path / "events")
    assert world.rows("events", "lead_id") == ["1", "2"]
    assert gathered.rows["events"] == 2


def test_ids_stay_whole_numbers_where_all_of_them_are(world: World):
    leads = world.parquet("leads.parquet", "SELECT 1::INTEGER AS lead_id, 7 AS account_id")
    events = world.parquet(
        "events.parquet",
        "SELECT 1::BIGINT AS lead_id, 'demo_requested' AS kind, TIMESTAMP '2026-03-01' AS ts",
    )
    assert world.gather(leads, events=events).key == "int64"
    assert world.rows("events", "lead_id") == [1]
    assert world.gather("lead_id\n1\n", events=events).key == "string"
    assert world.rows("events", "lead_id") == ["1"]
    assert world.gathered is not None
    assert world.gathered.strangers == {"events": 0}


@pytest.mark.parametrize("sql", ["'1'", "1.0::DOUBLE", "1::UBIGINT", "'1'::ENUM('1', '2')", "1::HUGEINT"])
def test_ids_of_other_types_become_text(world: World, sql):
    assert world.gather(world.parquet("leads.parquet", f"SELECT {sql} AS lead_id")).key == "string"
    assert world.rows("leads", "lead_id") == ["1"]


def test_ids_that_are_missing_in_typed_sources_are_rejected(world: World):
    query = (
        "SELECT unnest(['1', '', NULL]) AS lead_id, 'demo_requested' AS kind, TIMESTAMP '2026-03-01' AS ts"
    )
    world.gather(events=world.parquet("e.parquet", query))
    assert world.rows("events", "lead_id") == ["1"]
    assert world.rejects() == [("events", 2, "no id"), ("events", 3, "no id")]


def test_the_newest_event_is_told_by_the_metadata(world: World, written):
    assert world.gather(events=written("stamp")).newest == MARCH + (ROWS - 1) * 5 * 60_000


def test_a_damaged_file_is_an_error_that_says_so(world: World):
    from qualify.errors import InputError

    path = world.parquet("e.parquet", events_of_a_year("stamp"))
    data = bytearray(path.read_bytes())
    data[10:4000] = bytes(3990)
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="cannot be read"):
        world.gather(path)


def test_a_folder_of_tables_is_found_by_their_names(world: World, tmp_path: Path):
    world.write("Leads.csv", "lead_id\n1\n")
    world.write("notes.txt", "nothing")
    world.parquet("events.parquet", "SELECT 1")
    world.write("events.csv", "lead_id,kind,time\n")
    (tmp_path / "truth").mkdir()
    found = Sources.folder(tmp_path)
    assert (found.leads, found.events, found.traits) == (
        tmp_path / "Leads.csv",
        tmp_path / "events.parquet",
        None,
    )


def test_the_name_of_a_parquet_file_is_no_pattern(world: World):
    query = "SELECT 1 AS lead_id, 'demo_requested' AS kind, TIMESTAMP '2026-03-01' AS ts"
    world.parquet("e1.parquet", query)
    gathered = world.gather(events=world.parquet("e[1]*.parquet", query))
    assert gathered.rows["events"] == 1
