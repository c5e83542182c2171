"""A written market is the market: Parquet keeps it exactly, CSV to the millisecond."""

from __future__ import annotations

import json
import re

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from qualify.market import simulate, write_market

TABLES = ("leads", "accounts", "traits", "events", "links", "answers", "decisions", "outcomes", "costs")
COLUMNS = {
    "leads": "lead_id account_id created_at email first_name last_name job_title company country phone "
    "channel utm_source utm_medium utm_campaign",
    "accounts": "account_id created_at name domain industry employees country funding technologies seats",
    "traits": "lead_id name value learned_at source",
    "events": "event_id lead_id anonymous_id kind happened_at received_at properties",
    "links": "anonymous_id lead_id learned_at evidence",
    "answers": "lead_id question value satisfied answered_at source confidence expires_at",
    "decisions": "lead_id decision decided_at reason decided_by",
    "outcomes": "lead_id outcome closed_at reason amount",
    "costs": "channel campaign day amount currency",
}


@pytest.fixture(scope="module")
def small():
    return simulate(250, 200, seed=8)


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_promised_columns_and_utc_milliseconds(name, small):
    table = small.tables()[name]
    assert table.column_names == COLUMNS[name].split()
    stamps = {field.type for field in table.schema if pa.types.is_timestamp(field.type)}
    assert stamps <= {pa.timestamp("ms", tz="UTC")}


def test_parquet_gives_back_the_same_tables(small, tmp_path):
    write_market(small, tmp_path)
    for name, table in small.tables().items():
        assert pyarrow.parquet.read_table(tmp_path / f"{name}.parquet").equals(table), name
    assert pyarrow.parquet.read_table(tmp_path / "truth" / "leads.parquet").equals(small.truth.leads)
    assert pyarrow.parquet.read_table(tmp_path / "truth" / "events.parquet").equals(small.truth.events)


def test_csv_gives_back_the_same_tables(small, tmp_path):
    write_market(small, tmp_path, "csv")
    tables = small.tables() | {"truth/leads": small.truth.leads, "truth/events": small.truth.events}
    for name, table in tables.items():
        types = pyarrow.csv.ConvertOptions(
            column_types=table.schema, strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        read = pyarrow.csv.read_csv(tmp_path / f"{name}.csv", convert_options=types)
        assert read.equals(table.combine_chunks()), name


def test_csv_moments_are_iso_texts_in_utc(small, tmp_path):
    write_market(small, tmp_path, "csv")
    first = (tmp_path / "decisions.csv").read_text(encoding="utf-8").splitlines()[1]
    assert re.search(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"', first)


def test_the_truth_lies_in_a_folder_of_its_own(small, tmp_path):
    write_market(small, tmp_path / "new" / "folder")
    written = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert written == {f"{name}.parquet" for name in TABLES} | {"truth"}
    effects = json.loads((tmp_path / "new" / "folder" / "truth" / "effects.json").read_text(encoding="utf-8"))
    assert effects["seed"] == 8
    assert effects["behaviours"]["pricing_page"]["log_odds_per_occurrence"] > 2


@pytest.mark.parametrize("other", ["xlsx", "PARQUET", ""])
def test_another_format_is_refused_before_anything_is_written(other, small, tmp_path):
    with pytest.raises(ValueError, match="'parquet' and 'csv'"):
        write_market(small, tmp_path / "none", other)
    assert not (tmp_path / "none").exists()
