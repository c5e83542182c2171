"""JSON: one object on each line, or a list of them."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.files.world import MARCH, World, layout_of

LEADS = [
    {"lead_id": 1, "industry": "Software", "employees": 250, "job_title": "VP Sales"},
    {"lead_id": "L2", "industry": None, "employees": "51-200", "country": "Germany"},
]
READ = [("1", "software", 250.0, None, "vp"), ("L2", None, 51.0, "DE", None)]
COLUMNS = ("lead_id", "industry__text", "employees__number", "country__country", "job_title__seniority")
LINES = "".join(json.dumps(lead) + "\n" for lead in LEADS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leads.jsonl", LINES.encode()),
        ("leads.ndjson", LINES.encode()),
        ("leads.json", LINES.encode()),
        ("leads.jsonl", LINES.replace("\n", "\r\n").encode()),
        ("leads.jsonl", b"\xef\xbb\xbf" + LINES.encode()),
        ("leads.jsonl", LINES.encode("utf-16")),
        ("leads.jsonl.gz", gzip.compress(LINES.encode(), mtime=0)),
        ("leads.json", json.dumps(LEADS).encode()),
        ("leads.json", json.dumps(LEADS, indent=2).encode()),
        ("leads.json", json.dumps(LEADS, indent=2).encode("utf-16")),
        ("leads.json.gz", gzip.compress(json.dumps(LEADS).encode(), mtime=0)),
        ("leads.json", "".join(json.dumps(lead, indent=2) + "\n" for lead in LEADS).encode()),
    ],
)
def test_objects_are_read_from_lines_and_from_lists(world: World, name, content):
    world.gather(world.write(name, content))
    assert world.rows("leads", *COLUMNS) == READ


def test_a_column_may_come_late(world: World):
    lines = [{"lead_id": number} for number in range(3000)] + [{"lead_id": 3000, "industry": "software"}]
    world.gather(world.write("leads.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
    assert world.connection.execute("SELECT count(*), count(industry__text) FROM leads").fetchall() == [
        (3001, 1)
    ]


def test_lines_that_are_no_objects_are_rejected(world: World):
    gathered = world.gather(
        world.write("leads.jsonl", '{"lead_id": 1}\n{"lead_id": 2\n[3]\n\n{"lead_id": 4}\n')
    )
    assert world.rows("leads", "lead_id") == ["1", "4"]
    assert gathered.rejects.rows() == [
        ("leads", 2, "unreadable JSON", '{"lead_id": 2', None),
        ("leads", 3, "unreadable JSON", "[3]", None),
    ]


def test_events_have_their_properties_beside_or_inside(world: World):
    lines = [
        {
            "user_id": 1,
            "event": "page_viewed",
            "timestamp": "2026-03-01T00:00:00Z",
            "properties": {"page": {"path": "/Pricing"}},
        },
        {
            "user_id": 1,
            "event": "page_viewed",
            "timestamp": 1772323200,
            "properties": {"page": {"path": "/É"}, "seconds": 3},
        },
    ]
    world.gather(events=world.write("events.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
    found = world.rows("events", "happened_at", "page.path__text", "seconds__quantity")
    assert found == [(MARCH, "/pricing", None), (MARCH, "/é", 3.0)]


def test_a_nested_trait_is_found_inside_its_object(world: World):
    world.layout = layout_of("{trait: firm.size, at_least: 1}", "{trait: plan, is: team}")
    world.gather(
        world.write("leads.jsonl", '{"id": 1, "firm": {"size": "1,000"}, "properties": {"plan": "Team"}}\n')
    )
    assert world.rows("leads", "firm.size__number", "plan__text") == [(1000.0, "team")]


def test_booleans_and_numbers_have_the_text_they_are_written_with(world: World):
    world.layout = layout_of("{trait: vip, is: true}", "{trait: size, is: x}")
    world.gather(world.write("leads.jsonl", '{"id": 1, "vip": true, "size": 5.0}\n'))
    assert world.rows("leads", "vip__text", "size__text") == [("true", "5")]
