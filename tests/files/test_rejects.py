"""Rows that cannot be used are counted and kept, with where they stood and why; no other row is touched."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from qualify.errors import InputError
from tests.files.world import World, layout_of

EVENTS = "event_id,lead_id,kind,happened_at\n"


def test_a_lead_without_an_id_is_rejected(world: World):
    world.gather("lead_id,industry\n1,a\n,b\n  ,c\nN/A,d\nnull,e\n6,f\n")
    assert world.rows("leads", "lead_id") == ["1", "6"]
    assert world.rejects() == [("leads", row, "no id") for row in (2, 3, 4, 5)]


def test_of_leads_with_the_same_id_the_first_wins(world: World):
    gathered = world.gather("lead_id,industry\n1,first\n2,other\n1,second\n 1 ,third\n")
    assert world.rows("leads", "lead_id", "industry__text") == [("1", "first"), ("2", "other")]
    assert gathered.rejects.rows() == [
        ("leads", 3, "duplicate id", "1", "1"),
        ("leads", 4, "duplicate id", "1", "1"),
    ]


def test_the_first_of_two_leads_wins_only_if_it_can_be_used(world: World):
    world.gather("lead_id,created_at,industry\n1,soon,first\n1,2026-03-01,second\n")
    assert world.rows("leads", "industry__text") == ["second"]
    assert world.rejects() == [("leads", 1, "unreadable date")]


def test_accounts_are_screened_as_leads_are(world: World):
    world.gather(accounts="account_id,industry\nA,a\nA,b\n,c\n")
    assert world.rows("accounts", "account_id", "industry__text") == [("A", "a")]
    assert world.rejects() == [("accounts", 2, "duplicate id"), ("accounts", 3, "no id")]


def test_events_without_a_kind_or_a_lead_are_rejected(world: World):
    rows = "e1,1,demo_requested,2026-03-01\ne2,,demo_requested,2026-03-01\ne3,1,,2026-03-01\n"
    world.gather(events=EVENTS + rows)
    assert world.rows("events", "lead_id") == ["1"]
    assert world.rejects() == [("events", 2, "no id"), ("events", 3, "no kind")]


def test_of_events_with_the_same_id_the_first_wins(world: World):
    rows = "e1,1,demo_requested,2026-03-01\ne1,2,demo_requested,2026-03-02\n,3,demo_requested,2026-03-03\n,3,demo_requested,2026-03-03\n"
    world.gather(events=EVENTS + rows)
    assert world.rows("events", "lead_id") == ["1", "3", "3"]
    assert world.rejects() == [("events", 2, "duplicate id")]


def test_duplicate_events_in_parquet_are_rejected_too(world: World):
    query = "SELECT i % 3 AS event_id, i AS lead_id, 'demo_requested' AS kind, TIMESTAMP '2026-03-01' AS ts FROM range(5) t(i)"
    gathered = world.gather(events=world.parquet("e.parquet", query))
    assert world.rows("events", "lead_id") == ["0", "1", "2"]
    assert world.rejects() == [("events", 4, "duplicate id"), ("events", 5, "duplicate id")]
    assert gathered.rows["events"] == 3


def test_rows_of_large_parquet_files_are_numbered_as_they_lie(world: World):
    bad = (7, 150_000, 299_999)
    kind = f"CASE WHEN i IN {bad} THEN NULL ELSE 'demo_requested' END"
    query = f"SELECT i AS lead_id, {kind} AS kind, TIMESTAMP '2026-03-01' AS ts FROM range(300000) t(i)"
    world.gather(events=world.parquet("e.parquet", query, row_group_size=20_000))
    assert world.rejects() == [("events", row + 1, "no kind") for row in bad]
    assert world.gathered is not None
    assert world.gathered.rows["events"] == 299_997


def test_properties_that_are_no_json_are_rejected_where_the_playbook_looks_into_them(world: World):
    rows = 'lead_id,kind,time,properties\n1,page_viewed,2026-03-01,{bad\n2,page_viewed,2026-03-01,"{""seconds"": 5}"\n3,page_viewed,2026-03-01,\n4,page_viewed,2026-03-01,null\n'
    gathered = world.gather(events=rows)
    assert world.rows("events", "lead_id", "seconds__quantity") == [("2", 5.0), ("3", None), ("4", None)]
    assert gathered.rejects.rows() == [("events", 1, "unreadable properties", "{bad", "1")]


def test_properties_that_nobody_looks_into_may_be_anything(world: World):
    world.layout = layout_of("{did: demo_requested}")
    world.gather(events="lead_id,kind,time,properties\n1,demo_requested,2026-03-01,{bad\n")
    assert world.rows("events", "lead_id") == ["1"]


def test_lines_with_too_many_or_too_few_columns_are_rejected_and_never_padded(world: World):
    gathered = world.gather("lead_id,industry,country\n1,a,DE\n2,b\n3,c,DE,extra\n4,d,DE\n")
    assert world.rows("leads", "lead_id") == ["1", "4"]
    assert gathered.rejects.rows() == [
        ("leads", 2, "too few columns", "2,b", None),
        ("leads", 3, "too many columns", "3,c,DE,extra", None),
    ]


def test_rows_after_a_line_that_does_not_fit_keep_their_number(world: World):
    world.gather("lead_id,industry\n1,a\nshort\n3,c\nshort\nshort\n,f\n7,g\n1,again\n")
    assert world.rejects() == [
        ("leads", 2, "too few columns"),
        ("leads", 4, "too few columns"),
        ("leads", 5, "too few columns"),
        ("leads", 6, "no id"),
        ("leads", 8, "duplicate id"),
    ]


def test_a_quote_that_is_never_closed_tells_how_many_lines_it_swallowed(world: World):
    gathered = world.gather('lead_id,industry\n1,a\n2,"b\n3,c\n4,d\n')
    assert world.rows("leads", "lead_id") == ["1"]
    assert gathered.rejects.rows() == [("leads", 2, "unfinished quote", '2,"b\n3,c\n4,d … (3 lines)', None)]


def test_facts_about_strangers_are_counted_and_kept(world: World):
    gathered = world.gather(
        "lead_id\n1\n",
        events="lead_id,kind,time\n1,demo_requested,2026-03-01\n9,demo_requested,2026-03-01\n8,demo_requested,2026-03-01\n",
        answers="lead_id,question,answered_at\n9,budget,2026-03-01\n",
    )
    assert gathered.strangers == {"events": 2, "answers": 1}
    assert gathered.rows["events"] == 3
    assert not world.rejects()


def test_unknown_decisions_and_outcomes_are_rejected_with_the_nearest_word(world: World):
    gathered = world.gather(
        decisions="lead_id,decision,decided_at\n1,acceptd,2026-03-01\n1,maybe,2026-03-01\n1,accepted,2026-03-01\n",
        outcomes="lead_id,outcome,closed_at\n1,accepted,2026-03-01\n1,won,2026-03-02\n",
    )
    assert world.rows("decisions", "decision") == ["accepted", "won"]
    assert [(row[0], row[2], row[3]) for row in gathered.rejects.rows()] == [
        ("decisions", "unknown decision", "acceptd; did you mean 'accepted'?"),
        ("decisions", "unknown decision", "maybe"),
        ("outcomes", "unknown outcome", "accepted"),
    ]


def test_rejects_are_counted_by_table_and_reason_and_say_so(world: World):
    gathered = world.gather("lead_id,created_at\n,\n,\n3,soon\n4,\n")
    assert dict(gathered.rejects.counts) == {("leads", "no id"): 2, ("leads", "unreadable date"): 1}
    assert len(gathered.rejects) == 3
    assert str(gathered.rejects) == "leads: 2 no id, 1 unreadable date"


def test_rejects_are_written_as_csv(world: World, tmp_path: Path):
    gathered = world.gather('lead_id,created_at\n3,"so, ""soon"""\n,2026-03-01\n4,\n')
    gathered.rejects.write(tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {
                "table": "leads",
                "row": "1",
                "reason": "unreadable date",
                "found": 'created_at: so, "soon"',
                "id": "3",
            },
            {"table": "leads", "row": "2", "reason": "no id", "found": "", "id": ""},
        ]


def test_rejects_that_cannot_be_written_are_an_error(world: World, tmp_path: Path):
    gathered = world.gather("lead_id\n1\n")
    with pytest.raises(InputError, match="cannot be written"):
        gathered.rejects.write(tmp_path / "no" / "such" / "folder.csv")


def test_every_row_is_either_taken_or_rejected(world: World):
    lines = [
        f"{i % 90},{'2026-03-01' if i % 7 else 'soon'}{',x' if i % 11 == 0 else ''}" for i in range(1000)
    ]
    gathered = world.gather("lead_id,created_at\n" + "\n".join(lines) + "\n")
    assert gathered.rows["leads"] + len(gathered.rejects) == 1000
